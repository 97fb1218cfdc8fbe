using Dyad.Core;

namespace Dyad.Studies;

/// <summary>A metric of one run against what it has cost so far: environment steps, critic updates or processor time.</summary>
/// <param name="Cost">Cost at each point, increasing.</param>
/// <param name="Value">The metric there; all finite.</param>
public sealed record LearningCurve(double[] Cost, double[] Value)
{
    /// <summary>The curve of a run; rows without a value are left out.</summary>
    /// <param name="run">The run.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="axis">What counts as cost.</param>
    /// <exception cref="UserError">The run lacks a column, or no row has a value of it.</exception>
    public static LearningCurve Of(FinishedRun run, string metric, CostAxis axis)
    {
        double[] costs = axis.Of(run), values = run.Column(metric);
        int[] rows = [.. Enumerable.Range(0, values.Length).Where(i => double.IsFinite(values[i]) && double.IsFinite(costs[i]))];
        return rows.Length > 0
            ? new LearningCurve([.. rows.Select(i => costs[i])], [.. rows.Select(i => values[i])])
            : throw new UserError($"the run {run.Variant.Label}, seed {run.Seed}, has no row with a value of '{metric}'");
    }

    /// <summary>The newest value when a cost is spent; NaN before the first point.</summary>
    public double At(double cost)
    {
        int points = Cost.TakeWhile(x => x <= cost).Count();
        return points == 0 ? double.NaN : Value[points - 1];
    }

    /// <summary>
    /// The mean height of the curve from its first point to a cost: the area under its straight pieces over the width; the last value
    /// goes on where the curve ends before. NaN where there is no width.
    /// </summary>
    public double AreaUnderCurve(double until = double.PositiveInfinity)
    {
        double end = double.IsPositiveInfinity(until) ? Cost[^1] : until, area = 0;
        if (!(end > Cost[0]))
        {
            return Cost.Length == 1 && end == Cost[0] ? Value[0] : double.NaN;
        }

        for (int i = 1; i < Cost.Length && Cost[i - 1] < end; i++)
        {
            double right = Math.Min(Cost[i], end), width = right - Cost[i - 1];
            double height = Cost[i] == Cost[i - 1] ? Value[i] : Value[i - 1] + ((Value[i] - Value[i - 1]) * width / (Cost[i] - Cost[i - 1]));
            area += width * (Value[i - 1] + height) / 2;
        }

        return (area + (Math.Max(0, end - Cost[^1]) * Value[^1])) / (end - Cost[0]);
    }

    /// <summary>The mean height of the curve between two costs, as <see cref="AreaUnderCurve"/> has it; NaN where the second is before its first point.</summary>
    /// <param name="from">The first; from the first point where it is before that.</param>
    /// <param name="until">The second.</param>
    public double MeanHeight(double from, double until)
    {
        double start = Math.Max(from, Cost[0]);
        return until <= start ? At(until)
            : ((AreaUnderCurve(until) * (until - Cost[0])) - (start > Cost[0] ? AreaUnderCurve(start) * (start - Cost[0]) : 0)) / (until - start);
    }

    /// <summary>The cost of the first point that is at least a threshold; infinite where none is.</summary>
    public double CostTo(double threshold)
    {
        int first = Array.FindIndex(Value, value => value >= threshold);
        return first < 0 ? double.PositiveInfinity : Cost[first];
    }
}
