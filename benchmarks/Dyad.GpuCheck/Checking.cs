using Dyad.Algorithms;
using Dyad.Gpu;

namespace Dyad.GpuCheck;

/// <summary>Two updates on the device against the same on the processor.</summary>
internal static class Checking
{
    /// <summary>How far the device's numbers are from the processor's.</summary>
    /// <param name="Method">The method.</param>
    /// <param name="What">Which numbers.</param>
    /// <param name="Relative">Norm of the difference, relative.</param>
    /// <param name="Bound">What is accepted.</param>
    internal sealed record Difference(string Method, string What, double Relative, double Bound);

    public static int Run(Arguments arguments)
    {
        IReadOnlyList<Difference> all = All(arguments, arguments.Methods ?? ["sac", "ddpg", "td3"]);
        foreach (Difference x in all)
        {
            Console.WriteLine($"{x.Method} {x.What}: {x.Relative:0.0e+0} relative{(x.Relative <= x.Bound ? "" : $", more than {x.Bound:0.0e+0}")}");
        }

        return all.Any(x => x.Relative > x.Bound) ? 1 : 0;
    }

    public static IReadOnlyList<Difference> All(Arguments arguments, IEnumerable<string> methods)
    {
        var all = new List<Difference>();
        using var host = new GpuHost(arguments.Open());
        foreach (string method in methods)
        {
            GameAgent there = Samples.Agent(method, 1, arguments.Width, arguments.Batch), here = Samples.Agent(method, 1, arguments.Width, arguments.Batch);
            using AgentPlace place = host.Seat(there, 1);
            for (int update = 1; update <= 2; update++)
            {
                there.Update();
                here.Update();
            }

            there.Device.Pull();
            foreach ((AgentNetwork x, AgentNetwork y) in here.Networks.Zip(there.Networks))
            {
                all.Add(new(method, x.Name, Distance(x.Parameters.Values, y.Parameters.Values), 1e-4));
            }

            // What is solved for has the system's condition in its error.
            double bound = method.EndsWith("samples", StringComparison.Ordinal) ? 1e-4 : method.StartsWith("st", StringComparison.Ordinal) ? 5e-6 : 1e-6;
            all.Add(new(method, "critic's gradient", Distance(here.Rule.Critic.Values, place.Seat.Values(there.Rule.Critic)), bound));
            all.Add(new(method, "actor's direction", Distance(here.Rule.Actor.Values, place.Seat.Values(there.Rule.Actor)), bound));
        }

        return all;
    }

    private static double Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0, size = 1e-60;
        for (int i = 0; i < x.Length; i++)
        {
            sum += ((double)x[i] - y[i]) * ((double)x[i] - y[i]);
            size += (double)x[i] * x[i];
        }

        return Math.Sqrt(sum / size);
    }
}
