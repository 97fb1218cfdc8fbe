using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Studies.Results;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Studies;

/// <summary>Runs of one method with the user's options on one environment, as a study of a single variant.</summary>
public sealed class TrainingStudy : Study
{
    private readonly Variant _variant;
    private IReadOnlyList<string> _notes = [];

    private TrainingStudy(Variant variant, string source, int firstSeed)
    {
        _variant = variant;
        FirstSeed = firstSeed;
        Title = $"{variant.Label} on {variant.Environment}";
        Source = source;
    }

    /// <summary>A study of a tabular method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="environment">Name of the task, for folders and legends.</param>
    /// <param name="mdp">The task.</param>
    /// <param name="request">Options and length.</param>
    /// <exception cref="UserError">There is no such option, or its value is not accepted.</exception>
    public static TrainingStudy Tabular(Method<Mdp, IIterative> method, string environment, Mdp mdp, TrainingRequest request)
    {
        ResolvedMethod<Mdp, IIterative> resolved = method.With(request.Changes);
        JsonObject json = MethodOptions.ToJson(resolved.Id.Name, resolved.Options);

        // The task's content is part of the run's identity: a file may change under its name.
        json["environment_fingerprint"] = mdp.Fingerprint().ToString("x16", CultureInfo.InvariantCulture);
        return new TrainingStudy(
            new Variant(
                LabelOf(resolved.Id, resolved.Changed, request), environment, request.Steps, request.MeasureEvery, json,
                seed => resolved.Create(mdp, new RandomStream(seed))),
            method.Source,
            request.FirstSeed);
    }

    /// <summary>A study of a neural method; policies are written beside the metrics.</summary>
    /// <param name="method">The method.</param>
    /// <param name="environment">Name of the task, for folders and legends.</param>
    /// <param name="task">What finds the task again; part of the configuration.</param>
    /// <param name="create">
    /// Makes an instance of the task, with a time limit and actions in [-1, 1], told whether a short time limit is a termination.
    /// </param>
    /// <param name="request">Options and length.</param>
    /// <exception cref="UserError">There is no such option, its value is not accepted, or the method cannot learn this task.</exception>
    public static TrainingStudy Agent(
        Method<AgentTask, IAgent> method, string environment, string task, Func<bool, IEnvironment> create, TrainingRequest request)
    {
        using (IEnvironment instance = create(false))
        {
            AgentMethods.Check(method, AgentTask.Of(instance), environment);
        }

        ResolvedMethod<AgentTask, IAgent> resolved = AgentPreset.Get(request.Preset).Resolve(method, environment, request.Changes);
        return new TrainingStudy(
            AgentVariant.Of(LabelOf(resolved.Id, resolved.Changed, request), method, environment, task, create, request),
            MethodCatalog.Agent(resolved.Id.Name).Source, request.FirstSeed)
        {
            _notes = resolved.OffPlain is { Count: > 0 } differences
                ? [$"{resolved.Id} is {resolved.Id.Plain} with {string.Join(", ", differences.Select(x => $"{x.Name}={OptionBinder.Text(x.Value)}"))}."]
                : [],
        };
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
    public override IReadOnlyList<string> Notes => _notes;

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
                    $"Final return: {Wording.MeanWithInterval(runs.Values(_variant.Label, run => run.Final("eval/return")))} "
                    + $"({Wording.Seeds(seeds)}).",
                    Verdict.New),
            ],
            [.. metrics.Where(metric => runs.Runs.All(run => run.Column(metric).Any(double.IsFinite))).Select(metric => new LineChart(
                metric.Replace('/', '-').Replace('_', '-'), metric, "steps", metric, LogY: false,
                seeds > 1 ? $"Mean and one sample standard deviation over {Wording.Seeds(seeds)}." : "One run.",
                [runs.Curve(_variant.Label, metric)]))],
            []);
    }

    private static string LabelOf(MethodId method, IReadOnlyList<(string Name, object Value)> changed, TrainingRequest request) => string.Join(
        ',', changed.Select(option => $"{option.Name}={OptionBinder.Text(option.Value)}").Order(StringComparer.Ordinal)
            .Prepend(request.Preset == AgentPreset.Correct ? method.Name : $"{method},{request.Preset}"));
}
