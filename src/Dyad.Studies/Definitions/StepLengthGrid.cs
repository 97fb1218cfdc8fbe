using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>The four methods of figure 1 over step lengths of the actor, rules for the goal and first critics, each at its own best step length.</summary>
internal sealed class StepLengthGrid(StudyRuns runs)
{
    private static readonly double[] Starts = [0, 1];

    private readonly double[] _rates = Rates(runs.Scale);

    /// <summary>Its variants.</summary>
    public static IEnumerable<Variant> Variants(StudyScale scale, long steps) =>
        from task in FourRoomVariants.Tasks
        from start in Starts
        from line in FourRoomLine.Four
        from rate in Rates(scale)
        select At(line, rate).From(start, steps, 6000, task.Environment);

    /// <summary>The methods at their best under each rule, from each first critic.</summary>
    public IReadOnlyList<FourUnder> Settings =>
    [
        .. from start in Starts
           from task in FourRoomVariants.Tasks
           select new FourUnder(
               $"{FirstCritic.From(start)}, where {task.Rule}",
               line => Areas(task.Environment, line, Best(task.Environment, line, start), start),
               line => Finals(task.Environment, line, Best(task.Environment, line, start), start)),
    ];

    /// <summary>Mean return over training against the step length.</summary>
    public IEnumerable<Chart> Charts(string seeds) =>
        from start in Starts
        from task in FourRoomVariants.Tasks
        select new LineChart(
            $"{task.Environment.ToLowerInvariant()}{FirstCritic.IdSuffix(start)}",
            $"Mean return over training: {task.Rule}, first critic {FirstCritic.Words(start)}", "step length of the actor", "mean of the return over training",
            LogY: false, $"Mean and 95 % interval over {seeds} at each step length.",
            [.. FourRoomLine.Four.Select(line => FourRoomVariants.Sweep(line.Legend, _rates, rate => Areas(task.Environment, line, rate, start)))],
            LogX: true);

    /// <summary>Each method at its best step length.</summary>
    public DataTable Table() => new(
        "Each method at its best step length",
        ["first critic", "at the goal", "method", "step length", "mean return over training", "final return"],
        [.. from start in Starts
            from task in FourRoomVariants.Tasks
            from line in FourRoomLine.Four
            let rate = Best(task.Environment, line, start)
            select new[]
            {
                FirstCritic.Words(start), task.Rule, line.Legend, FourRoomVariants.Text(rate),
                Wording.MeanWithInterval(Areas(task.Environment, line, rate, start)), Wording.MeanWithInterval(Finals(task.Environment, line, rate, start)),
            }]);

    private static double[] Rates(StudyScale scale) => scale == StudyScale.Quick ? [0.01, 0.1] : [0.003, 0.01, 0.03, 0.1, 0.3, 1];

    private static FourRoomLine At(FourRoomLine line, double rate) => new(
        $"{line.Name}-rate-{FourRoomVariants.Text(rate)}", line.Legend, line.Method, ("actor_learning_rate", FourRoomVariants.Text(rate)));

    private double Best(string environment, FourRoomLine line, double start) => _rates.MaxBy(rate => Statistics.Mean(Areas(environment, line, rate, start)));

    private double[] Areas(string environment, FourRoomLine line, double rate, double start) =>
        runs.On(environment).Values(At(line, rate).LabelFrom(start), run => run.MeanOverRows("eval/return"));

    private double[] Finals(string environment, FourRoomLine line, double rate, double start) =>
        runs.On(environment).Values(At(line, rate).LabelFrom(start), run => run.Final("eval/return"));
}
