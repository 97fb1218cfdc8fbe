using System.Globalization;
using Dyad.Studies.Results;

namespace Dyad.Studies;

/// <summary>What a study over several tasks says of its methods on all of them: a table and a profile, from the final values.</summary>
public static class TaskSummary
{
    private const int ProfilePoints = 101;

    /// <summary>
    /// The table and the profile over the tasks that have a reference; null where there are not two such tasks, or where no two methods
    /// have runs on all of them.
    /// </summary>
    /// <param name="groups">Final returns by label and environment.</param>
    /// <param name="scale">The scale of a task; null for one that has none. <see cref="ScoreScale.Find"/> is the usual one.</param>
    public static (DataTable Table, LineChart Profile)? Of(IReadOnlyList<GroupSummary> groups, Func<string, ScoreScale?> scale)
    {
        if (groups.Select(group => group.Environment).Distinct().Take(2).Count() < 2 || groups.Any(group => !group.Metric.EndsWith("/return", StringComparison.Ordinal)))
        {
            return null;
        }

        string[] all = [.. groups.Select(group => group.Environment).Distinct()];
        var scales = all.Select(task => (Task: task, Scale: scale(task))).Where(x => x.Scale is not null).ToDictionary(x => x.Task, x => x.Scale!);
        if (scales.Count < 2)
        {
            return null;
        }

        (string Label, TaskScores Scores)[] methods = [.. groups.GroupBy(group => group.Label)
            .Select(label => (label.Key, Runs: scales.Select(x => label.FirstOrDefault(group => group.Environment == x.Key)?.Values.Where(double.IsFinite).Select(x.Value.Score).ToArray()).ToArray()))
            .Where(label => label.Runs.All(runs => runs is { Length: > 0 }))
            .Select(label => (label.Key, new TaskScores(label.Runs!)))];
        return methods.Length < 2 ? null : (Table(methods, all, scales), Profile(methods));
    }

    private static DataTable Table((string Label, TaskScores Scores)[] methods, string[] all, Dictionary<string, ScoreScale> scales)
    {
        bool middle = methods.All(method => method.Scores.HasMiddle);
        string[] without = [.. all.Where(task => !scales.ContainsKey(task))];
        string tasks = string.Join(", ", scales.Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Key} {x.Value.Random:0.#} to {x.Value.Reference:0.#}")));
        string[] columns = ["Method", "Mean score", "Median", .. middle ? ["IQM"] : Array.Empty<string>(), "Optimality gap", $"P(better than {methods[0].Label})"];
        return new DataTable(
            $"Over {scales.Count} tasks, scores from 0 (random policy) to 1 (reference): {tasks}"
            + (without.Length > 0 ? $"; without {string.Join(", ", without)}, of which no source states a reference" : "")
            + $". Intervals of 95 %: of means by t{(middle ? ", of the rest by stratified bootstrap" : "; fewer than eight seeds a task have no other")}.",
            columns,
            [.. methods.Select(method => (IReadOnlyList<string>)
            [
                method.Label,
                Number(method.Scores.Mean, method.Scores.MeanInterval),
                Number(method.Scores.Median, method.Scores.MedianInterval),
                .. middle ? [Number(method.Scores.InterquartileMean, method.Scores.InterquartileMeanInterval)] : Array.Empty<string>(),
                Number(method.Scores.OptimalityGap(), method.Scores.OptimalityGapInterval()),
                method.Label == methods[0].Label ? "" : Number(
                    method.Scores.ProbabilityOfImprovement(methods[0].Scores), method.Scores.ProbabilityOfImprovementInterval(methods[0].Scores)),
            ])]);
    }

    private static LineChart Profile((string Label, TaskScores Scores)[] methods)
    {
        // From 0, where the random policy is, to the best score of all.
        double best = Math.Max(1, methods.Max(method => method.Scores.Best));
        double[] x = [.. Enumerable.Range(0, ProfilePoints).Select(i => best * i / (ProfilePoints - 1))];
        return new LineChart(
            "performance-profile", "Performance profile", "score", "share of runs above the score", LogY: false,
            "Share of runs with a score above each score, every task weighing alike"
            + (methods.All(method => method.Scores.HasMiddle) ? "; bands are pointwise 95 % stratified-bootstrap intervals." : "."),
            [.. methods.Select(method =>
            {
                IReadOnlyList<Interval>? band = method.Scores.PerformanceProfileIntervals(x);
                return new Series(
                    method.Label, x, method.Scores.PerformanceProfile(x),
                    band is null ? null : [.. band.Select(interval => interval.Low)], band is null ? null : [.. band.Select(interval => interval.High)], method.Scores.Runs);
            })]);
    }

    private static string Number(double value, Interval? interval) => interval is null || double.IsInfinity(interval.Low)
        ? value.ToString("0.000", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{value:0.000} [{interval.Low:0.000}, {interval.High:0.000}]");
}
