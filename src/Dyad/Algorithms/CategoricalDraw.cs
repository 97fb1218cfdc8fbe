using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>Draws finitely many actions from a softmax.</summary>
internal static class CategoricalDraw
{
    /// <summary>Draws a number for each choice, or takes the most probable.</summary>
    /// <param name="logProbabilities">log pi(.|s) of each choice, one after the other.</param>
    /// <param name="choices">How many values each has.</param>
    /// <param name="random">Draws them; null for the most probable.</param>
    /// <param name="action">Receives a number for each.</param>
    public static void Draw(ReadOnlySpan<float> logProbabilities, IReadOnlyList<int> choices, RandomStream? random, Span<double> action)
    {
        for (int k = 0, first = 0; k < choices.Count; first += choices[k], k++)
        {
            ReadOnlySpan<float> own = logProbabilities.Slice(first, choices[k]);
            action[k] = random is null ? MostProbable(own) : One(own, random.Uniform());
        }
    }

    /// <summary>One of finitely many actions by inversion of the distribution function; the last takes what rounding leaves.</summary>
    /// <param name="logProbabilities">log pi(.|s).</param>
    /// <param name="u">Uniform on [0, 1).</param>
    public static int One(ReadOnlySpan<float> logProbabilities, double u)
    {
        int action = 0;
        for (; action < logProbabilities.Length - 1; action++)
        {
            u -= Math.Exp(logProbabilities[action]);
            if (u < 0)
            {
                break;
            }
        }

        return action;
    }

    private static int MostProbable(ReadOnlySpan<float> logProbabilities)
    {
        int best = 0;
        for (int i = 1; i < logProbabilities.Length; i++)
        {
            best = logProbabilities[i] > logProbabilities[best] ? i : best;
        }

        return best;
    }
}
