using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Algorithms.Tabular;
using Dyad.Numerics;
using Dyad.Studies.Results;
using Dyad.Tabular;

namespace Dyad.Studies;

/// <summary>Runs of one method with the user's options on one environment, as a study of a single variant.</summary>
public sealed class TrainingStudy : Study
{
    private readonly Variant _variant;

    /// <summary>A study of a tabular method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="changes">Options that differ from their defaults, by name.</param>
    /// <param name="environment">Name of the task, for folders and legends.</param>
    /// <param name="mdp">The task.</param>
    /// <param name="steps">Steps of each run.</param>
    /// <param name="measureEvery">Steps between two rows of metrics.</param>
    /// <param name="firstSeed">The first of consecutive seeds.</param>
    /// <exception cref="Core.UserError">There is no such option, or its value is not accepted.</exception>
    public TrainingStudy(
        TabularMethod method,
        IReadOnlyList<(string Name, string Value)> changes,
        string environment,
        Mdp mdp,
        long steps,
        long measureEvery,
        int firstSeed)
    {
        (Func<Mdp, RandomStream, Core.IIterative> create, IReadOnlyList<(string Name, object Value)> options) = method.With(changes);
        var json = new JsonObject { ["method"] = method.Name };
        foreach ((string name, object value) in options)
        {
            json[name] = value switch
            {
                double number => JsonValue.Create(number),
                int number => JsonValue.Create(number),
                bool flag => JsonValue.Create(flag),
                _ => JsonValue.Create(value.ToString()),
            };
        }

        // The task's content is part of the run's identity: a file may change under its name.
        json["environment_fingerprint"] = mdp.Fingerprint().ToString("x16", CultureInfo.InvariantCulture);
        string label = string.Join(',', changes.Select(change => $"{change.Name}={change.Value}").Order(StringComparer.Ordinal).Prepend(method.Name));
        _variant = new Variant(
            label, environment, steps, measureEvery, json, seed => create(mdp, new RandomStream(seed)));
        FirstSeed = firstSeed;
        Title = $"{label} on {environment}";
        Source = method.Source;
    }

    /// <inheritdoc/>
    public override string Name => "train";

    /// <inheritdoc/>
    public override string ResultFolder => Path.Combine(Name, _variant.Label, _variant.Environment);

    /// <inheritdoc/>
    public override string Title { get; }

    /// <inheritdoc/>
    public override string Source { get; }

    /// <inheritdoc/>
    public override int FirstSeed { get; }

    /// <inheritdoc/>
    public override string Question => "How does this method learn this task?";

    /// <inheritdoc/>
    public override int DefaultSeeds(StudyScale scale) => 1;

    /// <inheritdoc/>
    public override IReadOnlyList<Variant> Variants(StudyScale scale) => [_variant];

    /// <inheritdoc/>
    public override Analysis Analyze(StudyRuns runs)
    {
        string[] metrics = [.. runs.Runs[0].Metrics.Keys.Where(name => name.Contains('/')).Order(StringComparer.Ordinal)];
        int seeds = runs.Runs.Count;
        return new Analysis(
            [
                new Finding(
                    "",
                    $"Final expected discounted return: {Wording.MeanWithInterval(runs.Values(_variant.Label, run => run.Final("eval/return")))} "
                    + $"({Wording.Seeds(seeds)}).",
                    Verdict.New),
            ],
            [.. metrics.Where(metric => runs.Runs.All(run => run.Column(metric).Any(double.IsFinite))).Select(metric => new LineChart(
                metric.Replace('/', '-').Replace('_', '-'), metric, "steps", metric, LogY: false,
                seeds > 1 ? $"Mean and one sample standard deviation over {Wording.Seeds(seeds)}." : "One run.",
                [runs.Curve(_variant.Label, metric)]))],
            []);
    }
}
