using System.Globalization;
using Dyad.Studies.Results;

namespace Dyad.Studies.Comparisons;

/// <summary>
/// Learning curves of several methods on one task with the same seeds, number of steps and evaluation. Lines are compared by the
/// mean of the metric over the run, which is the area under the curve, and by its mean over the last tenth of the rows.
/// </summary>
internal sealed class ComparisonStudy(ComparisonPlan plan) : Study
{
    /// <summary>What is compared.</summary>
    internal ComparisonPlan Plan => plan;

    public override string Name => plan.Name;

    public override string Title => plan.Title;

    public override string Source => plan.Source;

    public override string Question => plan.Question;

    public override IReadOnlyList<string> Notes =>
    [
        $"Preset {plan.Preset}; the table of options says in what the lines differ. Compared by the mean of {plan.Metric} over the run and over its last tenth, with 95 % intervals by Student's t (differences by Welch's). Verdicts are Holm-corrected over the study's claims.",
        .. plan.Claims.Any(claim => claim.Kind != ClaimKind.Better)
            ? [$"\"At least as good\" is held as non-inferiority, \"comparable\" as equivalence: by a margin of a tenth of the other line's improvement over the random policy, measured over {RandomPolicy.Episodes} episodes."]
            : NoNotes,
        .. plan.Notes,
        "Seconds a run are the median of the wall time, evaluations included, on the machine named, with whatever else it did. The column beside it is what a line has reached when the fastest is done.",
    ];

    private static string[] NoNotes => [];

    public override string SummaryMetric => plan.Metric;

    public override int DefaultSeeds(StudyScale scale) => Pick(scale, plan.Seeds);

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long steps = scale == StudyScale.Quick ? plan.Steps.Quick : plan.Steps.Paper;
        (string, string)[] common = scale == StudyScale.Quick ? [.. plan.QuickChanges] : [];
        return [.. plan.Lines.Select(line => AgentVariant.Of(
            line.Label, line.Method, plan.Environment, new TrainingRequest(
                [.. common, .. line.Changes], steps, steps / Pick(scale, plan.Rows), FirstSeed: 0, Pick(scale, plan.Episodes), plan.Preset)))];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        // Lines whose runs all failed are in nothing that follows.
        ComparisonLine[] lines = [.. plan.Lines.Where(line => runs.Of(line.Label).Count > 0)];
        string seeds = Wording.Seeds(runs.Of(lines[0].Label).Count);
        string caption = $"Mean and one sample standard deviation over {seeds}.";

        // Equal wall time: what each line has reached when the fastest is done.
        double fastest = lines.Min(line => Seconds(runs, line));
        return new Analysis(
            Findings(runs, seeds),
            [.. plan.Charts.Prepend(plan.Metric).Select(metric => new LineChart(
                metric.Replace('/', '-').Replace('_', '-'), metric, plan.XTitle,
                metric, LogY: plan.LogCharts.Contains(metric), caption,
                [.. lines.Where(line => Has(runs, line, metric)).Select(line => runs.Curve(line.Label, metric, line.Legend))])),
                new LineChart(
                    "wall-time", $"{plan.Metric} over wall time", "seconds", plan.Metric, LogY: false,
                    "The first chart over the mean wall time of its rows, evaluations included: what a step costs, on the machine named and with whatever else it did.",
                    [.. lines.Select(line => OverWallTime(runs, line))])],
            [
                new DataTable(
                    $"{plan.Environment}, {seeds}",
                    ["line", "mean over the run", "last tenth", $"against {lines[0].Legend}", "seconds a run", $"after {fastest.ToString(fastest < 10 ? "0.0" : "0", CultureInfo.InvariantCulture)} s", .. plan.Columns.Select(x => x.Heading), .. plan.Counters.Select(x => x.Heading)],
                    [.. lines.Select(line => Row(runs, line, lines[0], fastest))]),
            ]);
    }

    private Series OverWallTime(StudyRuns runs, ComparisonLine line)
    {
        // Curves leave out rows without a value: seconds are looked up by step.
        Series curve = runs.Curve(line.Label, plan.Metric, line.Legend), seconds = runs.Curve(line.Label, "wall_s");
        return curve with { X = [.. curve.X.Select(step => seconds.Mean[Array.BinarySearch(seconds.X, step)])] };
    }

    private IReadOnlyList<Finding> Findings(StudyRuns runs, string seeds)
    {
        double random = plan.Claims.Any(claim => claim.Kind != ClaimKind.Better) ? RandomPolicy.MeanReturn(plan.Environment) : double.NaN;
        Held[] all = [.. plan.Claims.Where(claim => runs.Of(claim.Label).Count > 0 && runs.Of(claim.Against).Count > 0).Select(claim => Hold(runs, claim, random))];
        Held[] family = [.. all.Where(held => held.Claim.Text.Length > 0)];
        IReadOnlyList<Interval> corrected = Verdicts.Holm([.. family.Select(held => (held.Gain, held.Claimed))]);
        return [.. all.Select(held =>
        {
            int place = Array.IndexOf(family, held);
            return place < 0 ? new Finding("", Words(held, ""), Verdict.New) : new Finding(
                held.Claim.Text,
                Words(held, Wording.Holm(corrected[place], family.Length, "0.0")) + Margin(held, corrected[place], random),
                Verdicts.Of(corrected[place], held.Claimed));
        })];

        string Words(Held held, string correction)
        {
            (ComparisonLine better, ComparisonLine worse) = (Line(held.Claim.Label), Line(held.Claim.Against));
            double[] a = Areas(runs, better), b = Areas(runs, worse);
            return $"{better.Legend} against {worse.Legend}: {Wording.MeanWithInterval(a, "0.0")} and {Wording.MeanWithInterval(b, "0.0")} in the mean over the run, "
                + $"difference {Wording.Difference(a, b, "0.0")}{correction}; {Wording.Difference(Ends(runs, better), Ends(runs, worse), "0.0")} in the last tenth ({seeds}).";
        }
    }

    private Held Hold(StudyRuns runs, ComparisonClaim claim, double random)
    {
        double[] a = Areas(runs, Line(claim.Label)), b = Areas(runs, Line(claim.Against));
        double? margin = RandomPolicy.Margin(Statistics.Mean(b), random);
        return new Held(claim, StudentEstimate.Difference(a, b), margin, claim.Kind switch
        {
            ClaimKind.NotWorse => Verdicts.NotWorse(margin),
            ClaimKind.Comparable => Verdicts.Comparable(margin),
            _ => Verdicts.Better,
        });
    }

    // The margin of a claim that has one, and what the same measurement says of a better line.
    private string Margin(Held held, Interval interval, double random) => held.Claim.Kind == ClaimKind.Better ? "" : " "
        + (held.Claim.Kind == ClaimKind.NotWorse ? "Non-inferiority" : "Equivalence")
        + $": {RandomPolicy.Words(held.Margin, Line(held.Claim.Against).Legend, random, "0.0")}. "
        + $"Superiority: {Verdicts.Of(interval, Verdicts.Better).ToString().ToLowerInvariant()}.";

    private string[] Row(StudyRuns runs, ComparisonLine line, ComparisonLine first, double fastest)
    {
        double[] areas = Areas(runs, line);
        return
        [
            line.Legend, Wording.MeanWithInterval(areas, "0.0"), Wording.MeanWithInterval(Ends(runs, line), "0.0"),
            line == first ? "" : Wording.Difference(areas, Areas(runs, first), "0.0"),
            Seconds(runs, line).ToString("0.0", CultureInfo.InvariantCulture),
            Wording.MeanWithInterval(runs.Values(line.Label, run => After(run, fastest)), "0.0"),
            .. plan.Columns.Select(x => Has(runs, line, x.Metric)
                ? Statistics.Mean([.. runs.Values(line.Label, run => run.MeanOverRows(x.Metric)).Where(double.IsFinite)]).ToString(x.Format, CultureInfo.InvariantCulture)
                : ""),
            .. plan.Counters.Select(x => Has(runs, line, x.Metric)
                ? Wording.Thousands(Statistics.Mean(runs.Values(line.Label, run => run.Final(x.Metric))))
                : ""),
        ];
    }

    private ComparisonLine Line(string label) => plan.Lines.Single(line => line.Label == label);

    private double[] Areas(StudyRuns runs, ComparisonLine line) => runs.Values(line.Label, run => run.MeanOverRows(plan.Metric));

    private double[] Ends(StudyRuns runs, ComparisonLine line) => runs.Values(line.Label, run =>
    {
        double[] values = run.Column(plan.Metric);
        return values[^Math.Max(1, values.Length / 10)..].Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
    });

    private static double Seconds(StudyRuns runs, ComparisonLine line) => Median(runs.Values(line.Label, run => run.Final("wall_s")));

    // The last value of the metric by then; NaN where there is none.
    private double After(FinishedRun run, double seconds) => run.Column("wall_s").Zip(run.Column(plan.Metric))
        .TakeWhile(row => row.First <= seconds).Select(row => row.Second).LastOrDefault(double.IsFinite, double.NaN);

    private static bool Has(StudyRuns runs, ComparisonLine line, string metric) =>
        runs.Of(line.Label).Any(run => run.Metrics.TryGetValue(metric, out double[]? values) && values.Any(double.IsFinite));

    private static int Pick(StudyScale scale, (int Quick, int Paper) values) => scale == StudyScale.Quick ? values.Quick : values.Paper;

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>A claim with what it is held against.</summary>
    private sealed record Held(ComparisonClaim Claim, StudentEstimate Gain, double? Margin, Interval? Claimed);
}
