using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>The kinds of noise that gym's tasks add to an initial state.</summary>
internal static class ResetNoise
{
    /// <summary>Adds a number uniform on [-scale, scale) to each.</summary>
    public static void AddUniform(Span<double> values, double scale, RandomStream stream)
    {
        foreach (ref double value in values)
        {
            value += stream.Uniform(-scale, scale);
        }
    }

    /// <summary>Adds a normal number of standard deviation <paramref name="scale"/> to each.</summary>
    public static void AddNormal(Span<double> values, double scale, RandomStream stream)
    {
        foreach (ref double value in values)
        {
            value += scale * stream.Normal();
        }
    }
}
