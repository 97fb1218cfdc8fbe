using Dyad.Core;
using Dyad.Studies.Comparisons;
using Dyad.Studies.Results;
using Dyad.Studies.Running;
using Dyad.Training;

namespace Dyad.Studies;

/// <summary>A comparison of runs that are there, whatever made them.</summary>
public static class StoredComparison
{
    /// <summary>Compares runs.</summary>
    /// <param name="folders">Folders of runs, or with a pointer to one.</param>
    /// <param name="by">What makes a line: <c>method</c>, the name of an option, or null for the method with the options in which runs differ.</param>
    /// <param name="metric">What is compared.</param>
    /// <param name="command">The command that repeats it.</param>
    /// <param name="warn">Is told of runs that are left out.</param>
    /// <exception cref="UserError">No run is left, or no run has the option or the metric.</exception>
    public static StudyResult Of(IReadOnlyList<string> folders, string? by, string metric, string command, Action<string> warn)
    {
        Stored[] all = [.. folders.Select(folder => Read(folder, warn)).OfType<Stored>().DistinctBy(run => RunIdentity.Of(run.Config))];
        if (all.Length == 0)
        {
            throw new UserError("none of the runs has a configuration and metrics that can be read");
        }

        string[] varying = Varying(all);
        if (by is not (null or "method") && all.All(run => run.Config.Method.Options[by] is null))
        {
            throw new UserError($"no run has an option '{by}'; {NearNames.Hint(by, [.. all.SelectMany(run => run.Config.Method.Options.Select(option => option.Key)).Distinct()])}");
        }

        if (!all.Any(run => run.Metrics.ContainsKey(metric)))
        {
            throw new UserError($"no run has the metric '{metric}'; {NearNames.Hint(metric, [.. all.SelectMany(run => run.Metrics.Keys).Distinct().Where(name => name.Contains('/'))])}");
        }

        all = [.. all.Where(run => run.Metrics.ContainsKey(metric))];
        FinishedRun[] runs = Aligned([.. all.Select(run => FinishedRun.Stored(LabelOf(run, by, varying), run.Config, run.Metrics) with { Folder = run.Folder })], warn);
        string[] labels = [.. runs.Select(run => run.Variant.Label).Distinct()];
        foreach (IGrouping<(string Label, string Environment), FinishedRun> line in runs.GroupBy(run => (run.Variant.Label, run.Variant.Environment)))
        {
            string[] mixed = [.. OptionTables.Of([.. line.Select(run => (run.Variant.Label, run.Variant.Config(run.Seed)))]).Differing.Select(row => row.Name).Where(name => name != "measure_every")];
            if (mixed.Length > 0)
            {
                throw new UserError($"the line {line.Key.Label} on {line.Key.Environment} would mix runs that differ in {string.Join(", ", mixed)}; "
                    + (by is null ? "name the runs of one of them" : "leave --by out, or name the runs of one of them"));
            }
        }

        var comparison = new Comparison(new ComparisonPlan { Metric = metric, Lines = [.. labels.Select(label => new ComparisonLine(label, label))] });
        string title = $"{string.Join(", ", labels.Take(4))}{(labels.Length > 4 ? $" and {labels.Length - 4} more" : "")}";
        var study = new ComparisonStudy("compare", "compare", title, "stored runs", comparison, [], 0);
        RunOutcome[] outcomes = [.. runs.Select(run => new RunOutcome(new PlannedRun(run.Variant, run.Seed, new RunDirectory(run.Folder!), ""), null, null, WasFinished: true))];
        return Summary.Of(study, new StudyRequest(StudyScale.Paper, null, 1, ".", command) { ScaleName = "its own" }, new StudyRuns(StudyScale.Paper, runs), outcomes, []);
    }

    private static Stored? Read(string folder, Action<string> warn)
    {
        try
        {
            RunDirectory directory = RunPointer.Follow(folder);
            RunConfig? config = directory.ReadConfig();
            if (config is null || !File.Exists(directory.MetricsPath))
            {
                return null;
            }

            bool isDone = directory.Status == RunStatus.Done;
            if (!isDone)
            {
                warn($"'{folder}' is not finished, and shown as far as it is");
            }

            IReadOnlyDictionary<string, double[]> metrics = MetricsLog.Read(directory.MetricsPath, mayGrow: !isDone);
            return metrics.TryGetValue("step", out double[]? steps) && steps.Length > 0 ? new Stored(directory.FullPath, config, metrics) : null;
        }
        catch (UserError e)
        {
            warn($"left out: {e.Message}");
            return null;
        }
    }

    // Options that differ between runs of one method, and whether methods do.
    private static string[] Varying(Stored[] runs) =>
        [.. runs.GroupBy(run => (run.Config.Method.Family, run.Config.Method.Name)).SelectMany(same => same.SelectMany(run => run.Config.Method.Options.Select(option => option.Key)).Distinct()
            .Where(name => same.Select(run => OptionTables.Text(run.Config.Method.Options[name])).Distinct().Count() > 1)).Distinct()];

    private static string LabelOf(Stored run, string? by, string[] varying) => by switch
    {
        "method" => run.Config.Method.Name,
        { } option => run.Config.Method.Options[option] is { } value ? $"{option}={OptionTables.Text(value)}" : run.Config.Method.Name,
        null => string.Join(',', varying.Where(name => run.Config.Method.Options[name] is not null).Select(name => $"{name}={OptionTables.Text(run.Config.Method.Options[name])}").Prepend(run.Config.Method.Name)),
    };

    // Seeds of a line are compared over the steps that all of them have: where they were measured at others, the line goes.
    private static FinishedRun[] Aligned(FinishedRun[] runs, Action<string> warn)
    {
        var kept = new List<FinishedRun>();
        foreach (IGrouping<(string Label, string Environment), FinishedRun> line in runs.GroupBy(run => (run.Variant.Label, run.Variant.Environment)))
        {
            double[] steps = line.Select(run => run.Steps).Aggregate((a, b) => [.. a.Intersect(b)]);
            if (steps.Length == 0)
            {
                warn($"{line.Key.Label} on {line.Key.Environment} is left out: its runs were measured at different steps");
                continue;
            }

            string[] names = [.. line.SelectMany(run => run.Metrics.Keys).Distinct()];
            kept.AddRange(line.Select(run =>
            {
                int[] rows = [.. steps.Select(step => Array.IndexOf(run.Steps, step))];
                return run with
                {
                    Metrics = names.ToDictionary(name => name, name => run.Metrics.TryGetValue(name, out double[]? column) ? rows.Select(row => column[row]).ToArray() : [.. rows.Select(_ => double.NaN)]),
                };
            }));
        }

        return kept.Count > 0 ? [.. kept] : throw new UserError("no line has runs that were measured at the same steps");
    }

    private sealed record Stored(string Folder, RunConfig Config, IReadOnlyDictionary<string, double[]> Metrics);
}
