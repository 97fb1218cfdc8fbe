using System.Globalization;

namespace Dyad.Live;

/// <summary>What a reader should know of a run while it goes on: metrics that tell of trouble, in a few words each.</summary>
internal static class RunWarnings
{
    // Of a clip that cuts so many values, the correction is what the clip is.
    private const double ManyClipped = 0.5;

    // A loss that has grown so much over its median has left what it learned.
    private const double Diverging = 1e3;

    /// <summary>The warnings as of the last rows.</summary>
    /// <param name="metrics">Columns by name.</param>
    public static IReadOnlyList<string> Of(IReadOnlyDictionary<string, List<double>> metrics)
    {
        var warnings = new List<string>();
        Count("train/negative_curvatures", "negative curvature met by the solver");
        Count("train/implicit_fallbacks", "implicit part left out");
        Count("train/implicit_bound_hits", "implicit part at its bound");
        Count("train/failures", "failed training episodes");
        if (metrics.TryGetValue("eval/failures", out List<double>? failures) && failures.Where(double.IsFinite).Sum() is > 0 and var failed)
        {
            warnings.Add($"failed evaluation episodes: {Text(failed)}");
        }

        if (Last("train/residual_clipped") is > ManyClipped and var clipped)
        {
            warnings.Add($"residual at its clip in {Text(Math.Round(100 * clipped))} % of the samples");
        }

        foreach ((string name, List<double> values) in metrics.Where(column => column.Key.EndsWith("_loss", StringComparison.Ordinal)).OrderBy(column => column.Key, StringComparer.Ordinal))
        {
            if (Diverges(values))
            {
                warnings.Add($"{name} diverges");
            }
        }

        return warnings;

        void Count(string metric, string what)
        {
            if (Last(metric) is > 0 and var count)
            {
                warnings.Add($"{what}: {Text(count)}");
            }
        }

        double Last(string metric) => metrics.TryGetValue(metric, out List<double>? values) && values.Count > 0 ? values[^1] : double.NaN;
    }

    // No number any more where there was one, or far out of what it was.
    private static bool Diverges(List<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite).Select(Math.Abs)];
        if (finite.Length == 0 || values.Count < 4)
        {
            return false;
        }

        Array.Sort(finite);
        return !double.IsFinite(values[^1]) || Math.Abs(values[^1]) > Diverging * Math.Max(finite[finite.Length / 2], 1e-6);
    }

    private static string Text(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);
}
