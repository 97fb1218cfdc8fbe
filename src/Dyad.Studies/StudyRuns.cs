using Dyad.Studies.Results;

namespace Dyad.Studies;

/// <summary>The finished runs of a study.</summary>
/// <param name="Scale">The scale they were run at.</param>
/// <param name="Runs">The runs, by variant and then by seed.</param>
public sealed record StudyRuns(StudyScale Scale, IReadOnlyList<FinishedRun> Runs)
{
    // As many points as a chart of the usual width can show.
    private const int LargestPoints = 250;

    // Thin lines under another one need fewer.
    private const int LargestSeedPoints = 100;

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
    public Series Curve(string label, string metric, string? legend = null, double until = double.PositiveInfinity) =>
        Line(label, metric, legend ?? label, runs => runs.Min(run => run.Steps.Count(step => step <= until)), values => values.All(double.IsFinite));

    /// <summary>The same, with the line of each seed where there are several.</summary>
    public Series CurveWithSeeds(string label, string metric) => WithSeeds(Curve(label, metric), label, metric);

    /// <summary>
    /// The same of runs that go on: each row is the mean over the seeds that have come so far, and each seed's line ends where it stands.
    /// </summary>
    public Series GrowingCurve(string label, string metric) => WithSeeds(
        Line(label, metric, label, runs => runs.Max(run => run.Steps.Length), values => values.Any(double.IsFinite)), label, metric);

    private Series Line(string label, string metric, string legend, Func<FinishedRun[], int> length, Func<double[], bool> counts)
    {
        IReadOnlyList<FinishedRun> all = Of(label);
        FinishedRun[] runs = [.. all.Where(run => run.Column(metric).Any(double.IsFinite))];
        if (runs.Length == 0)
        {
            return new Series(legend, [], [], null, null, all.Count);
        }

        double[] steps = runs.MaxBy(run => run.Steps.Length)!.Steps;
        var x = new List<double>();
        var mean = new List<double>();
        var low = new List<double>();
        var high = new List<double>();
        foreach (int row in Chosen(length(runs), LargestPoints))
        {
            double[] values = [.. runs.Select(run => row < run.Steps.Length ? run.Column(metric)[row] : double.NaN)];
            if (!counts(values))
            {
                continue;
            }

            values = [.. values.Where(double.IsFinite)];
            double m = Statistics.Mean(values);
            double deviation = Statistics.StandardDeviation(values);
            x.Add(steps[row]);
            mean.Add(m);
            low.Add(m - deviation);
            high.Add(m + deviation);
        }

        bool band = runs.Length > 1;
        return new Series(legend, [.. x], [.. mean], band ? [.. low] : null, band ? [.. high] : null, runs.Length);
    }

    private Series WithSeeds(Series series, string label, string metric) => series.Seeds < 2 ? series : series with
    {
        Each = [.. from run in Of(label)
                   let rows = Chosen(run.Steps.Length, LargestSeedPoints).Where(row => double.IsFinite(run.Column(metric)[row])).ToArray()
                   where rows.Length > 0
                   select new SeedLine(run.Seed, [.. rows.Select(row => run.Steps[row])], [.. rows.Select(row => run.Column(metric)[row])])],
    };

    // Evenly chosen rows, the first and the last among them.
    private static IEnumerable<int> Chosen(int rows, int most)
    {
        int points = Math.Min(rows, most);
        return Enumerable.Range(0, points).Select(i => points == 1 ? 0 : (int)((long)i * (rows - 1) / (points - 1)));
    }
}
