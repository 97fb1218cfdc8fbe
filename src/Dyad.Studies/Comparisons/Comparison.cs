using System.Globalization;
using Dyad.Studies.Results;

namespace Dyad.Studies.Comparisons;

/// <summary>
/// Learning curves of several lines with the same seeds, number of steps and evaluation, task by task. Lines are compared by the
/// mean of the metric over the run, which is the area under the curve, and by its mean over the last tenth of the rows.
/// </summary>
internal sealed class Comparison(ComparisonPlan plan)
{
    /// <summary>What is compared.</summary>
    public ComparisonPlan Plan => plan;

    /// <summary>How lines are compared, and what the columns of the table are.</summary>
    public IReadOnlyList<string> Notes(string first, IEnumerable<string> own) =>
    [
        $"{first}Compared by the mean of {plan.Metric} over the run and over its last tenth, with 95 % intervals by Student's t (differences by Welch's).{(plan.Claims.Count > 0 ? " Verdicts are Holm-corrected over the study's claims." : "")}",
        .. plan.Claims.Any(claim => claim.Kind != ClaimKind.Superior)
            ? [plan.Claims.Any(claim => claim.Kind != ClaimKind.Superior && claim.Margin is null)
                ? $"\"At least as good\" is held as non-inferiority, \"comparable\" as equivalence: by a margin of a tenth of the other line's improvement over the random policy, measured over {RandomPolicy.Episodes} episodes."
                : "\"At least as good\" is held as non-inferiority, \"comparable\" as equivalence, by the margins that the claims state."]
            : Array.Empty<string>(),
        .. own,
        "CPU seconds a run are the median of the processor time, evaluations included, on the machine named; seconds a run, where not all runs have recorded that, of the wall time, with whatever else the machine did. The column beside it is what a line has reached when the fastest is done.",
    ];

    /// <summary>Findings, charts and tables.</summary>
    public Analysis Analyze(StudyRuns runs)
    {
        string[] environments = [.. runs.Runs.Select(run => run.Variant.Environment).Distinct()];
        OnTask[] tasks = [.. environments.Select(environment => new OnTask(plan, environment, runs.On(environment), environments.Length > 1))];
        return new Analysis(
            Findings(tasks), [.. tasks.SelectMany(task => task.Charts())], [.. tasks.Select(task => task.Table())]);
    }

    // One family of claims over all tasks.
    private static IReadOnlyList<Finding> Findings(OnTask[] tasks)
    {
        Held[] all = [.. tasks.SelectMany(task => task.Hold())];
        Held[] family = [.. all.Where(held => held.Claim.Text.Length > 0)];
        IReadOnlyList<Interval> corrected = Verdicts.Holm([.. family.Select(held => (held.Gain, held.Claimed))]);
        return [.. all.Select(held =>
        {
            int place = Array.IndexOf(family, held);
            if (place < 0)
            {
                return new Finding("", held.Words(""), Verdict.New);
            }

            Verdict verdict = Verdicts.Of(corrected[place], held.Claimed);
            string needed = verdict == Verdict.Unclear && held.Claimed is { } claimed ? SampleSize.Words(held.Gain, held.Seeds, claimed, Verdicts.Error / family.Length) : "";
            return new Finding(
                held.Task.Name is { } name ? $"{held.Claim.Text.TrimEnd('.')} ({name})." : held.Claim.Text,
                held.Words(Wording.Holm(corrected[place], family.Length, held.Format)) + held.MarginWords(corrected[place]) + needed,
                verdict);
        })];
    }

    /// <summary>A claim with what it is held against.</summary>
    private sealed record Held(OnTask Task, ComparisonClaim Claim, StudentEstimate Gain, double? Margin, Interval? Claimed)
    {
        public string Format => Task.FormatOf(Claim.Metric);

        /// <summary>Seeds of the line that has fewer.</summary>
        public int Seeds => Math.Min(Task.SeedsOf(Claim.Label), Task.SeedsOf(Claim.Against));

        public string Words(string correction) => Task.Words(Claim, correction);

        // The margin of a claim that has one, and what the same measurement says of a better line.
        public string MarginWords(Interval interval) => Claim.Kind == ClaimKind.Superior || double.IsNaN(Gain.Value) ? "" : " "
            + (Claim.Kind == ClaimKind.NotWorse ? "Non-inferiority" : "Equivalence") + ": "
            + (Claim.Margin is { } stated ? $"margin {stated.ToString(CultureInfo.InvariantCulture)}, as the claim states it" : Task.RandomWords(Claim, Margin))
            + $". Superiority: {Verdicts.Of(interval, Verdicts.Better).ToString().ToLowerInvariant()}.";
    }

    /// <summary>The comparison on one task.</summary>
    private sealed class OnTask
    {
        private readonly ComparisonPlan _plan;
        private readonly string _environment;
        private readonly StudyRuns _runs;
        private readonly ComparisonLine[] _lines;
        private readonly string _seeds;
        private readonly double _random;

        // Processor time where all runs have recorded it.
        private readonly CostAxis _time;

        public OnTask(ComparisonPlan plan, string environment, StudyRuns runs, bool isOneOfSeveral)
        {
            (_plan, _environment, _runs) = (plan, environment, runs);
            Name = isOneOfSeveral ? environment : null;

            _time = CostAxis.Time(runs.Runs);

            // Lines whose runs all failed are in nothing that follows.
            _lines = [.. plan.Lines.Where(line => runs.Of(line.Label).Count > 0)];
            int[] counts = [.. _lines.Select(line => runs.Of(line.Label).Count).Distinct()];
            _seeds = counts.Length == 1 ? Wording.Seeds(counts[0]) : $"{counts.Min()} to {counts.Max()} seeds";
            _random = plan.Claims.Any(claim => claim.Kind != ClaimKind.Superior && claim.Margin is null) ? RandomPolicy.MeanReturn(TaskOf(runs)) : double.NaN;
        }

        /// <summary>The task's name where there are several.</summary>
        public string? Name { get; }

        /// <summary>Seeds of a line.</summary>
        public int SeedsOf(string label) => _runs.Of(label).Count;

        private string Suffix => Name is null ? "" : $" on {Name}";

        private string IdSuffix => Name is null ? "" : $"-{MetricCharts.Id(Name)}";

        public IEnumerable<Held> Hold() =>
            from claim in _plan.Claims
            where _runs.Of(claim.Label).Count > 0 && _runs.Of(claim.Against).Count > 0
            let values = ClaimValues.Of(_runs, claim, _plan.Metric, claim.Over)
            let margin = values.Untold is null ? claim.Margin ?? RandomPolicy.Margin(Statistics.Mean(values.Than), _random) : null
            select values.Untold is not null ? new Held(this, claim, new StudentEstimate(double.NaN, double.NaN, 0), null, null) : new Held(this, claim, StudentEstimate.Difference(values.Better, values.Than), margin, claim.Kind switch
            {
                ClaimKind.NotWorse => Verdicts.NotWorse(margin),
                ClaimKind.Equivalent => Verdicts.Comparable(margin),
                _ => Verdicts.Better,
            });

        public string Words(ComparisonClaim claim, string correction)
        {
            (ComparisonLine better, ComparisonLine worse) = (Line(claim.Label), Line(claim.Against));
            string format = FormatOf(claim.Metric);
            string of = claim.Metric is { } metric && metric != _plan.Metric ? $" of {metric}" : "";
            ClaimValues values = ClaimValues.Of(_runs, claim, _plan.Metric, claim.Over);
            if (values.Untold is { } untold)
            {
                return $"{better.Legend} against {worse.Legend}{Suffix}: not compared at equal {(claim.At == FigureAxis.Updates ? "critic updates" : "time")}, since {untold}.";
            }

            ClaimSpan other = claim.Over == ClaimSpan.Run ? ClaimSpan.End : ClaimSpan.Run;
            ClaimValues otherwise = ClaimValues.Of(_runs, claim, _plan.Metric, other);
            return $"{better.Legend} against {worse.Legend}{Suffix}: {Wording.MeanWithInterval(values.Better, format)} and {Wording.MeanWithInterval(values.Than, format)} in the {Span(claim.Over)}{of}{values.At}, "
                + $"difference {Wording.Difference(values.Better, values.Than, format)}{correction}; "
                + $"{Wording.Difference(otherwise.Better, otherwise.Than, format)} in the {Span(other)} ({_seeds}).";

            static string Span(ClaimSpan span) => span == ClaimSpan.Run ? "mean over the run" : "last tenth";
        }

        public string RandomWords(ComparisonClaim claim, double? margin) => RandomPolicy.Words(margin, Line(claim.Against).Legend, _random, FormatOf(claim.Metric));

        public IEnumerable<Chart> Charts()
        {
            string caption = $"Mean and one sample standard deviation over {_seeds}.";
            var ids = new HashSet<string>();
            foreach (ComparisonFigure figure in _plan.Figures ?? [new(_plan.Metric), new(_plan.Metric, FigureAxis.Time)])
            {
                ComparisonLine[] lines = [.. _lines.Where(line => (figure.Labels?.Contains(line.Label) ?? true) && Has(line, figure.Metric))];
                CostAxis? axis = figure.Axis switch { FigureAxis.Time => _time, FigureAxis.Updates => CostAxis.CriticUpdates, _ => null };
                string[] untold = axis is null ? [] : [.. lines.Where(line => !_runs.Of(line.Label).All(axis.IsToldBy)).Select(line => line.Legend)];
                lines = [.. lines.Where(line => !untold.Contains(line.Legend))];
                string title = figure.Title ?? figure.Metric + (axis is null ? "" : $" over {axis.Name.Split(',')[0]}");
                string id = figure.Axis == FigureAxis.Time && figure.Metric == _plan.Metric ? "wall-time" : MetricCharts.MetricId(figure.Metric) + figure.Axis switch
                {
                    FigureAxis.Time => "-time",
                    FigureAxis.Updates => "-updates",
                    _ => "",
                };
                id = Enumerable.Range(1, 100).Select(i => i == 1 ? id : $"{id}-{i}").First(ids.Add);
                yield return new LineChart(
                    id + IdSuffix, title + Suffix, axis?.Name ?? _plan.XTitle, figure.Metric, figure.Log,
                    caption + figure.Axis switch
                    {
                        FigureAxis.Time => $" Over the mean {axis!.Name.Split(',')[0]} of each row, evaluations included: what a step costs, on the machine named"
                            + (!axis.IsProcessorTime ? " and with whatever else it did; not all runs have recorded processor time." : "."),
                        FigureAxis.Updates => " Over the steps of the critic's optimiser, by the method's schedule." + (untold.Length > 0 ? $" Of {string.Join(" and ", untold)} nothing tells how many they are." : ""),
                        _ => "",
                    },
                    [.. lines.Select(line => Curve(line, figure, axis))]);
            }
        }

        public DataTable Table()
        {
            // Equal time: what each line has reached when the fastest is done.
            string unit = _time.IsProcessorTime ? "CPU s" : "s";
            double fastest = _lines.Min(Seconds);
            return new DataTable(
                $"{_environment}, {_seeds}",
                [
                    "line", "mean over the run", "last tenth", $"against {_lines[0].Legend}", _time.IsProcessorTime ? "CPU seconds a run" : "seconds a run",
                    $"after {fastest.ToString(fastest < 10 ? "0.0" : "0", CultureInfo.InvariantCulture)} {unit}", .. _plan.Threshold is { } threshold ? [$"steps to {threshold.ToString(CultureInfo.InvariantCulture)}"] : Array.Empty<string>(), .. _plan.Columns.Select(x => x.Heading),
                ],
                [.. _lines.Select(line => Row(line, fastest))]);
        }

        // Three digits where values are below 1.
        public string FormatOf(string? metric) =>
            _lines.SelectMany(line => Values(line.Label, metric, ClaimSpan.Run)).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(1).Max() < 1 ? "0.000" : "0.0";

        private static string TaskOf(StudyRuns runs) => runs.Runs[0].Variant.Task.Name;

        private Series Curve(ComparisonLine line, ComparisonFigure figure, CostAxis? axis)
        {
            Series curve = _runs.Curve(line.Label, figure.Metric, line.Legend);
            if (axis is null)
            {
                return curve;
            }

            // Curves leave out rows without a value: costs are looked up by step, in the mean over seeds.
            (double[] Steps, double[] Costs)[] runs = [.. _runs.Of(line.Label).Select(run => (run.Steps, axis.Of(run)))];
            double CostAt(double step) => runs.Select(run => Array.BinarySearch(run.Steps, step) is var row and >= 0 ? run.Costs[row] : double.NaN).Average();
            double[] costs = [.. curve.X.Select(CostAt)];
            bool[] known = [.. costs.Select(double.IsFinite)];
            double[] Kept(double[] values) => [.. values.Where((_, i) => known[i])];
            return curve with
            {
                X = Kept(costs),
                Mean = Kept(curve.Mean),
                Low = curve.Low is { } low ? Kept(low) : null,
                High = curve.High is { } high ? Kept(high) : null,
            };
        }

        private string[] Row(ComparisonLine line, double fastest)
        {
            string format = FormatOf(null);
            double[] areas = Values(line.Label, null, ClaimSpan.Run);
            return
            [
                line.Legend, Wording.MeanWithInterval(areas, format), Wording.MeanWithInterval(Values(line.Label, null, ClaimSpan.End), format),
                line == _lines[0] ? "" : Wording.Difference(areas, Values(_lines[0].Label, null, ClaimSpan.Run), format),
                Seconds(line).ToString("0.0", CultureInfo.InvariantCulture),
                Wording.MeanWithInterval(_runs.Values(line.Label, run => After(run, fastest)), format),
                .. _plan.Threshold is { } threshold ? [Reached(line, threshold)] : Array.Empty<string>(),
                .. _plan.Columns.Select(column => Cell(line, column)),
            ];
        }

        // The median over seeds, which is there where most of them arrive.
        private string Reached(ComparisonLine line, double threshold)
        {
            double[] steps = _runs.Values(line.Label, run => run.StepsTo(_plan.Metric, threshold));
            int arrived = steps.Count(double.IsFinite);
            double median = Statistics.Median(steps);
            return (double.IsFinite(median) ? Wording.Thousands(median) : "never") + (arrived < steps.Length ? $" ({arrived} of {Wording.Seeds(steps.Length)})" : "");
        }

        private string Cell(ComparisonLine line, ComparisonColumn column) => !Has(line, column.Metric) ? ""
            : column.IsCounter ? Wording.Thousands(Statistics.Mean([.. _runs.Values(line.Label, run => run.Final(column.Metric)).Where(double.IsFinite)]))
            : Statistics.Mean([.. _runs.Values(line.Label, run => run.MeanOverRows(column.Metric)).Where(double.IsFinite)]).ToString(column.Format, CultureInfo.InvariantCulture);

        private ComparisonLine Line(string label) => _plan.Lines.Single(line => line.Label == label);

        private double[] Values(string label, string? metric, ClaimSpan span) =>
            _runs.Values(label, run => span == ClaimSpan.Run ? run.MeanOverRows(metric ?? _plan.Metric) : run.MeanOverEnd(metric ?? _plan.Metric));

        private double Seconds(ComparisonLine line) => Statistics.Median(_runs.Values(line.Label, run => _time.Of(run).LastOrDefault(double.IsFinite, double.NaN)));

        // The last value of the metric by then; NaN where there is none.
        private double After(FinishedRun run, double seconds) => _time.Of(run).Zip(run.Column(_plan.Metric))
            .TakeWhile(row => row.First <= seconds).Select(row => row.Second).LastOrDefault(double.IsFinite, double.NaN);

        private bool Has(ComparisonLine line, string metric) => _runs.Of(line.Label).Any(run => run.Has(metric));
    }
}
