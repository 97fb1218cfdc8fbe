using System.Globalization;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>What ends a run before its last step: a metric that reaches a bound, one that no longer improves, or its time.</summary>
/// <example><c>StopRule.Parse("eval/return>=475")</c></example>
public sealed record StopRule
{
    private const string Return = "eval/return";

    /// <summary>Metric that must reach <see cref="Bound"/>; null for none.</summary>
    public string? Metric { get; private init; }

    /// <summary>Whether the metric must be at least <see cref="Bound"/>, otherwise at most.</summary>
    public bool IsLowerBound { get; private init; } = true;

    /// <summary>The bound.</summary>
    public double Bound { get; private init; }

    /// <summary>Rows without a better <c>eval/return</c> after which a run ends; null for none.</summary>
    public int? Patience { get; init; }

    /// <summary>Seconds of computing after which it ends, stops left out; null for none.</summary>
    public double? WallSeconds { get; init; }

    /// <summary>A rule for a metric, as <c>NAME>=NUMBER</c> or <c>NAME&lt;=NUMBER</c>.</summary>
    /// <exception cref="UserError">It is none.</exception>
    public static StopRule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.IndexOfAny(['>', '<']);
        return at > 0 && at + 2 < text.Length && text[at + 1] == '=' && NumberText.TryDouble(text[(at + 2)..].Trim(), out double bound)
            ? new StopRule { Metric = text[..at].Trim(), IsLowerBound = text[at] == '>', Bound = bound }
            : throw new UserError($"--until is '{text}'; it must be METRIC>=NUMBER or METRIC<=NUMBER, as eval/return>=475");
    }

    /// <summary>Whether a run that ended by a reason would end by this rule likewise.</summary>
    public bool Gives(string reason) => reason == UntilText || reason == PatienceText || reason == WallText;

    /// <summary>Follows a run row by row.</summary>
    public Watch Start() => new(this);

    /// <summary>The reason where the time is over; null where it is not.</summary>
    public string? TimeOver(double wallSeconds) => wallSeconds >= WallSeconds ? WallText : null;

    private string? UntilText => Metric is null ? null : $"{Metric}{(IsLowerBound ? ">=" : "<=")}{NumberText.Of(Bound)}";

    private string? PatienceText => Patience is int rows ? string.Create(CultureInfo.InvariantCulture, $"no better {Return} in {rows} rows") : null;

    private string? WallText => WallSeconds is double seconds ? $"wall time of {NumberText.Of(seconds)} s" : null;

    /// <summary>The rows of a run that a rule has seen.</summary>
    public sealed class Watch(StopRule rule)
    {
        private double _best = double.NegativeInfinity;
        private int _since;
        private bool _isFirst = true;

        /// <summary>Takes a row; a missing value reaches nothing.</summary>
        /// <returns>The reason to end; null where there is none.</returns>
        /// <exception cref="UserError">There is no such metric of evaluations, all of which are in the first row.</exception>
        public string? Take(IEnumerable<(string Name, double Value)> row)
        {
            ArgumentNullException.ThrowIfNull(row);
            if (_isFirst && rule.Metric?.StartsWith("eval/", StringComparison.Ordinal) == true && !row.Any(entry => entry.Name == rule.Metric))
            {
                throw new UserError($"--until names '{rule.Metric}', which is not measured; {NearNames.Hint(rule.Metric, [.. row.Select(entry => entry.Name)])}");
            }

            _isFirst = false;
            string? reason = null;
            foreach ((string name, double value) in row)
            {
                if (name == rule.Metric && (rule.IsLowerBound ? value >= rule.Bound : value <= rule.Bound))
                {
                    reason = rule.UntilText;
                }

                if (name == Return)
                {
                    _since = value > _best ? 0 : _since + 1;
                    _best = value > _best ? value : _best;
                }
            }

            return reason ?? (_since >= rule.Patience ? rule.PatienceText : null);
        }
    }
}
