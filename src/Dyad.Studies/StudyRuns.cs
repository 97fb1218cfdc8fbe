using Dyad.Core;
using Dyad.Studies.Results;

namespace Dyad.Studies;

/// <summary>The metrics of one finished run, by columns.</summary>
/// <param name="Variant">What was run.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Metrics">Columns by name, all of the same length; missing values are NaN.</param>
public sealed record FinishedRun(Variant Variant, int Seed, IReadOnlyDictionary<string, double[]> Metrics)
{
    /// <summary>Steps of the rows.</summary>
    public double[] Steps => Column("step");

    /// <summary>A column.</summary>
    public double[] Column(string metric) => Metrics.TryGetValue(metric, out double[]? values)
        ? values
        : throw new UserError($"the run {Variant.Label}, seed {Seed}, has no metric '{metric}'");

    /// <summary>The last value of a metric.</summary>
    public double Final(string metric) => Column(metric)[^1];

    /// <summary>The mean of a metric over the last tenth of the rows, missing values left out.</summary>
    public double MeanOverEnd(string metric)
    {
        double[] values = Column(metric);
        return values[^Math.Max(1, values.Length / 10)..].Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
    }

    /// <summary>The mean of a metric over the rows, missing values left out.</summary>
    public double MeanOverRows(string metric) => Column(metric).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}

/// <summary>The finished runs of a study.</summary>
/// <param name="Scale">The scale they were run at.</param>
/// <param name="Runs">The runs, by variant and then by seed.</param>
public sealed record StudyRuns(StudyScale Scale, IReadOnlyList<FinishedRun> Runs)
{
    // As many points as a chart of the usual width can show.
    private const int LargestPoints = 250;

    /// <summary>The runs of a label, in the order of their seeds.</summary>
    public IReadOnlyList<FinishedRun> Of(string label) => [.. Runs.Where(run => run.Variant.Label == label)];

    /// <summary>The runs on an environment.</summary>
    public StudyRuns On(string environment) => new(Scale, [.. Runs.Where(run => run.Variant.Environment == environment)]);

    /// <summary>One value of each run of a label.</summary>
    public double[] Values(string label, Func<FinishedRun, double> value) => [.. Of(label).Select(value)];

    /// <summary>
    /// The mean over seeds of a metric against steps, with a band of one sample standard deviation where there is more than
    /// one seed. At most 250 evenly chosen rows, the first and the last among them. A seed that has no value at all is left out of
    /// the line, which says how many seeds it is of; so are rows where another one lacks a value.
    /// </summary>
    /// <param name="label">The runs' label.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="legend">Name of the line; the label if null.</param>
    /// <param name="until">Last step to show.</param>
    public Series Curve(string label, string metric, string? legend = null, double until = double.PositiveInfinity)
    {
        IReadOnlyList<FinishedRun> all = Of(label);
        FinishedRun[] runs = [.. all.Where(run => run.Column(metric).Any(double.IsFinite))];
        if (runs.Length == 0)
        {
            return new Series(legend ?? label, [], [], null, null, all.Count);
        }

        int rows = runs.Min(run => run.Steps.Count(step => step <= until));
        int points = Math.Min(rows, LargestPoints);
        var x = new List<double>();
        var mean = new List<double>();
        var low = new List<double>();
        var high = new List<double>();
        for (int i = 0; i < points; i++)
        {
            int row = points == 1 ? 0 : (int)((long)i * (rows - 1) / (points - 1));
            double[] values = [.. runs.Select(run => run.Column(metric)[row])];
            if (!values.All(double.IsFinite))
            {
                continue;
            }

            double m = Statistics.Mean(values);
            double deviation = Statistics.StandardDeviation(values);
            x.Add(runs[0].Steps[row]);
            mean.Add(m);
            low.Add(m - deviation);
            high.Add(m + deviation);
        }

        bool band = runs.Length > 1;
        return new Series(
            legend ?? label, [.. x], [.. mean], band ? [.. low] : null, band ? [.. high] : null, runs.Length);
    }
}
