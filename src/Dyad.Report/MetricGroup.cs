namespace Dyad.Report;

/// <summary>Metrics by what they tell of, so that a page can fold them away together.</summary>
public static class MetricGroup
{
    /// <summary>The groups, in the order of a page; the first one is never folded.</summary>
    public static IReadOnlyList<string> All { get; } = ["Return", "Evaluation", "Losses and values", "Rule", "Correction", "Game", "Training"];

    /// <summary>The group of a metric.</summary>
    public static string Of(string metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        string[] parts = metric.Split('/', 2);
        string name = parts[^1];
        return metric == "eval/return" ? "Return"
            : parts[0] == "eval" ? "Evaluation"
            : parts[0] is "game" or "gap" or "equilibrium" or "foresight" ? "Game"
            : name.Contains("residual", StringComparison.Ordinal) || name.StartsWith("td_error", StringComparison.Ordinal) || name == "critic_value" ? "Correction"
            : name.Contains("implicit", StringComparison.Ordinal) || name.Contains("curvature", StringComparison.Ordinal) || name.StartsWith("solver", StringComparison.Ordinal)
                || name is "damping" or "direct_norm" ? "Rule"
            : name.EndsWith("_loss", StringComparison.Ordinal) || name is "mean_q" or "entropy" or "entropy_weight" or "advantage_std" ? "Losses and values"
            : "Training";
    }
}
