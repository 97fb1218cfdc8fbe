using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
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
    private LocatedTask? _task;

    private TrainingStudy(Variant variant, string source, int firstSeed)
    {
        _variant = variant;
        FirstSeed = firstSeed;
        Title = $"{variant.Label} on {variant.Environment}";
        Source = source;
    }

    /// <summary>A study of a tabular method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="task">The task, with a finite MDP behind it.</param>
    /// <param name="request">Options and length.</param>
    /// <exception cref="UserError">There is no such option, its value is not accepted, or there is no finite MDP behind the task.</exception>
    public static TrainingStudy Tabular(Method<Mdp, IIterative> method, LocatedTask task, TrainingRequest request)
    {
        Mdp mdp = task.Mdp ?? throw new UserError(task.Wrappers != TaskWrappers.None
            ? $"{method.Name} learns a finite MDP, around which nothing can be put: leave out '{task.Wrappers}'"
            :
            $"{method.Name} needs a finite MDP, and '{task.Name}' is neither one of {string.Join(", ", EnvironmentRegistry.All.Where(known => known.Mdp is not null).Select(known => known.Name))} nor a file");
        ResolvedMethod<Mdp, IIterative> resolved = method.With(request.Changes);
        return new TrainingStudy(
            new Variant(
                request.Label ?? RunLabel.Of(resolved.Options, [new NamedValues(resolved.Id.Name, resolved.Own)]),
                task.Name, request.Steps, request.MeasureEvery, MethodConfig.Of(resolved.Id, resolved.Options),
                seed => resolved.Create(mdp, new RandomStream(seed)),
                Export: (learner, folder) => TabularPolicyFile.Write(learner, folder))
            {
                KeepPolicies = request.KeepPolicies > 0 ? request.KeepPolicies : GridPictures.Kept,
                KeepSeed = request.KeepPolicies > 0 ? null : request.FirstSeed,
                Task = new(task.Text, Fingerprint: task.Fingerprint),
                KeepsInterval = request.KeepsInterval,
                Stop = request.Stop,
            },
            method.Source,
            request.FirstSeed)
        {
            _task = task,
            Cautions = IdleOptions.Sentences(MethodConfig.Of(resolved.Id, resolved.Options).Options, request.Changes.Select(change => change.Name)),
        };
    }

    /// <summary>A study of a neural method; policies are written beside the metrics.</summary>
    /// <param name="method">The method.</param>
    /// <param name="task">The task.</param>
    /// <param name="request">Options and length.</param>
    /// <exception cref="UserError">There is no such option, its value is not accepted, or the method cannot learn this task.</exception>
    public static TrainingStudy Agent(Method<AgentTask, IAgent> method, LocatedTask task, TrainingRequest request)
    {
        ResolvedMethod<AgentTask, IAgent> resolved = AgentPreset.Get(request.Preset).Resolve(method, task.Name, request.Changes, request.Steps);
        IReadOnlyList<string> drawn = [];
        using (IEnvironment instance = task.RequireForAgents().CreateForAgents())
        {
            var sizes = AgentTask.Of(instance);
            AgentMethods.Check(method, sizes, task.Name);

            // Networks that do not fit are told before a folder is made.
            drawn = request.From?.CopyTo(resolved.Create(sizes, new RandomStream(request.FirstSeed))) ?? [];
        }

        Variant variant = AgentVariant.Of(method, task, request);
        return new TrainingStudy(variant, MethodCatalog.Agent(resolved.Id.Name).Source, request.FirstSeed)
        {
            Cautions =
            [
                .. IdleOptions.Sentences(variant.Method.Options, request.Changes.Select(change => change.Name)),
                .. AgentPreset.Get(request.Preset).TimeLimitTerminates && task is { Kind: LocatedKind.Library, MaxEpisodeSteps: null }
                    ? [$"time_limit_terminates of the preset '{request.Preset}' has no effect on {task.Name}, which truncates by itself: what it calls truncated stays so"]
                    : (string[])[],
                .. drawn.Select(name => $"the run that this one begins with has no network '{name}', which is drawn anew"),
                .. RunNotes.Of(variant.Config(request.FirstSeed), request.Steps),
            ],
            _notes =
            [
                .. resolved.OffPlain is { Count: > 0 } differences
                    ? [$"{resolved.Id} is {resolved.Id.Plain} with {string.Join(", ", differences.Select(x => $"{x.Name}={OptionBinder.Text(x.Value)}"))}."]
                    : Array.Empty<string>(),
                .. request.From is { } from
                    ? [$"Begins with the networks of {from.Folder} as they were at step {from.Origin.Step} ({from.Origin.Networks}); optimisers, replay and steps start anew."]
                    : Array.Empty<string>(),
            ],
        };
    }

    /// <summary>What the user may not have meant, to be said at the start and beside the result.</summary>
    public IReadOnlyList<string> Cautions { get; private init; } = [];

    /// <inheritdoc/>
    public override string Name => "train";

    /// <inheritdoc/>
    public override string ResultFolder => Path.Combine(Name, _variant.Label, _variant.Environment);

    /// <inheritdoc/>
    public override string Title { get; }

    /// <inheritdoc/>
    public override string Source { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes => [.. _notes, .. Cautions.Select(caution => $"{char.ToUpperInvariant(caution[0])}{caution[1..]}.")];

    /// <inheritdoc/>
    public override int FirstSeed { get; }

    /// <inheritdoc/>
    public override bool AddsUp => true;

    /// <inheritdoc/>
    public override string Question => "How does this method learn this task?";

    /// <inheritdoc/>
    public override int DefaultSeeds(StudyScale scale) => 1;

    /// <inheritdoc/>
    public override IReadOnlyList<Variant> Variants(StudyScale scale) => [_variant];

    /// <inheritdoc/>
    public override Analysis Analyze(StudyRuns runs)
    {
        return new Analysis(
            [
                new Finding(
                    "",
                    $"Final return: {Wording.MeanWithInterval(runs.Values(_variant.Label, run => run.Final("eval/return")))} "
                    + $"({Wording.Seeds(runs.Runs.Count)}).",
                    Verdict.New),
                .. Failures(runs).Select(sentence => new Finding("", sentence, Verdict.New)),
            ],
            [.. MetricCharts.Of(runs), .. _task is null ? [] : GridPictures.Of(
                "grid", $"What {_variant.Label} has learned of {_variant.Environment}", _task,
                [(_variant.Label, runs.Runs.FirstOrDefault(run => run.Seed == FirstSeed))])],
            []);
    }

    // A simulator that gives up leaves returns that say little, or none.
    private static IEnumerable<string> Failures(StudyRuns runs) =>
        from run in runs.Runs
        where run.Metrics.ContainsKey("train/failures")
        let training = run.Final("train/failures")
        let evaluation = run.Metrics.TryGetValue("eval/failures", out double[]? failures) ? failures.Where(double.IsFinite).Sum() : 0
        where training > 0 || evaluation > 0
        select $"Seed {run.Seed}: the simulator gave up on {training:0} of {run.Final("train/episodes"):0} training episodes and on "
            + $"{evaluation:0} of {run.Variant.EvaluationEpisodes * run.Steps.Length} evaluation episodes, which are in no return.";
}
