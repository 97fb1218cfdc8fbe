using Dyad.Core;
using Dyad.Training;

namespace Dyad.Studies.Running;

/// <summary>Reads the metrics of the runs that are done.</summary>
internal static class RunReader
{
    /// <summary>The runs that can be read, in their order; the others' outcomes are failures.</summary>
    /// <param name="outcomes">How the runs ended; a run whose metrics cannot be read gets its sentence here.</param>
    /// <param name="jobs">Threads that read.</param>
    public static IReadOnlyList<FinishedRun> Read(RunOutcome[] outcomes, int jobs)
    {
        var read = new FinishedRun?[outcomes.Length];
        Parallel.For(0, outcomes.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, jobs) }, i =>
        {
            (PlannedRun run, string? failure, _, _) = outcomes[i];
            if (failure is not null)
            {
                return;
            }

            try
            {
                var finished = new FinishedRun(run.Variant, run.Seed, MetricsLog.Read(run.Directory.MetricsPath, run.Variant.Steps)) { Folder = run.Directory.FullPath };
                read[i] = finished.Metrics.TryGetValue("step", out double[]? steps) && steps.Length > 0 && steps.All(double.IsFinite)
                    ? finished
                    : throw new UserError($"the metrics '{run.Directory.MetricsPath}' have no rows with a step");
            }
            catch (UserError e)
            {
                outcomes[i] = outcomes[i] with { Failure = e.Message, Cause = e };
            }
        });
        return Filled([.. read.OfType<FinishedRun>()]);
    }

    // A metric that a run lacks and another of its variant has is a column without values.
    private static FinishedRun[] Filled(FinishedRun[] runs)
    {
        var names = runs.GroupBy(run => run.Variant.Label)
            .ToDictionary(group => group.Key, group => group.SelectMany(run => run.Metrics.Keys).Distinct().ToArray());
        return [.. runs.Select(run => names[run.Variant.Label].Length == run.Metrics.Count ? run : run with
        {
            Metrics = names[run.Variant.Label].ToDictionary(
                name => name, name => run.Metrics.GetValueOrDefault(name) ?? [.. run.Steps.Select(_ => double.NaN)]),
        })];
    }
}
