using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Training;

namespace Dyad.Studies;

/// <summary>The metrics of one finished run, by columns.</summary>
/// <param name="Variant">What was run.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Metrics">Columns by name, all of the same length; missing values are NaN.</param>
public sealed record FinishedRun(Variant Variant, int Seed, IReadOnlyDictionary<string, double[]> Metrics)
{
    /// <summary>Its folder; null where nobody says.</summary>
    public string? Folder { get; init; }

    /// <summary>A run that something else made: its variant says what it was, and makes no learner.</summary>
    /// <param name="label">The line that it is of.</param>
    /// <param name="config">What determines it.</param>
    /// <param name="metrics">Its columns; the steps among them, and at least one row.</param>
    internal static FinishedRun Stored(string label, RunConfig config, IReadOnlyDictionary<string, double[]> metrics) => new(
        new Variant(
            label, TaskLocator.NameOf(config.Task.Name), (long)metrics["step"][^1], config.Measuring.Every, config.Method,
            _ => throw new InvalidOperationException("a stored run is not made again"))
        {
            Task = config.Task,
            TimeLimitTerminates = config.Training.TimeLimitTerminates,
            From = config.Training.From,
            EvaluationEpisodes = config.Measuring.EvaluationEpisodes,
            Gap = config.Measuring.Gap,
        },
        (int)config.Training.Seed,
        metrics);

    /// <summary>Steps of the rows.</summary>
    public double[] Steps => Column("step");

    /// <summary>A column.</summary>
    public double[] Column(string metric) => Metrics.TryGetValue(metric, out double[]? values)
        ? values
        : throw new UserError($"the run {Variant.Label}, seed {Seed}, has no metric '{metric}'");

    /// <summary>Whether any row has a value of a metric.</summary>
    internal bool Has(string metric) => Metrics.TryGetValue(metric, out double[]? values) && values.Any(double.IsFinite);

    /// <summary>The first step at which a metric is at least so much; infinite where it never is.</summary>
    internal double StepsTo(string metric, double value) =>
        Column(metric).Zip(Steps).Where(row => row.First >= value).Select(row => row.Second).FirstOrDefault(double.PositiveInfinity);

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
