using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Studies;

/// <summary>One variant of a study: a method with its options on an environment.</summary>
/// <param name="Label">Name in folders and legends.</param>
/// <param name="Environment">The task.</param>
/// <param name="Steps">Steps of each run.</param>
/// <param name="MeasureEvery">Steps between two rows of metrics.</param>
/// <param name="Method">What learns, with all its options; written to <c>config.json</c>.</param>
/// <param name="Create">Makes the learner of a seed.</param>
/// <param name="IsDeterministic">Whether the seed does not matter (exact computations): then one run is enough.</param>
/// <param name="Export">Writes what others read from a run's folder; called with every checkpoint.</param>
public sealed record Variant(
    string Label,
    string Environment,
    long Steps,
    long MeasureEvery,
    MethodConfig Method,
    Func<int, IIterative> Create,
    bool IsDeterministic = false,
    Action<IIterative, string>? Export = null)
{
    /// <summary>The task, as it stands in <c>config.json</c>.</summary>
    public TaskConfig Task { get; init; } = new(Environment);

    /// <summary>Whether a short time limit counts as a termination.</summary>
    public bool TimeLimitTerminates { get; init; }

    /// <summary>Whose networks its runs begin with; null where they are drawn.</summary>
    public OriginConfig? From { get; init; }

    /// <summary>The folder of that run; null where there is none.</summary>
    public string? Origin { get; init; }

    /// <summary>Episodes of one evaluation; 0 where what is measured is exact, or no return.</summary>
    public int EvaluationEpisodes { get; init; }

    /// <summary>How the gap to the gradient of the objective is measured; null where it is not.</summary>
    public JsonObject? Gap { get; init; }

    /// <summary>Name of its folder among those of the study's lines; the label if null.</summary>
    public string? Folder { get; init; }

    /// <summary>Where its seeds are among the lines: the folder of its name, and in that one of its task.</summary>
    internal string Place => Path.Combine(Folder ?? Label, Environment);

    /// <summary>The line of the study that it belongs to, where that is not its label.</summary>
    public string? Line { get; init; }

    /// <summary>Whether runs that are there keep the interval that they are measured at.</summary>
    public bool KeepsInterval { get; init; }

    /// <summary>What ends a run before its last step; null for nothing.</summary>
    public StopRule? Stop { get; init; }

    /// <summary>Policies that are kept along a run, one for each equal part of its steps.</summary>
    public int KeepPolicies { get; init; }

    /// <summary>The one seed whose policies are kept; null for all.</summary>
    public int? KeepSeed { get; init; }

    /// <summary>A seed's run.</summary>
    public Run Run(int seed) => new(Config(seed), () => Create(seed), Steps, Export)
    {
        Origin = Origin,
        Stop = Stop,
        KeepPolicies = KeepSeed is null || KeepSeed == seed ? KeepPolicies : 0,
        KeepPolicy = (learner, folder, name) =>
        {
            (learner as AgentTraining)?.SavePolicy(folder, name);
            TabularPolicyFile.Write(learner, folder, name);
        },
    };

    /// <summary>The configuration of a seed's run.</summary>
    public RunConfig Config(int seed) =>
        new(Method, Task, new TrainingConfig(seed, TimeLimitTerminates, From), new MeasuringConfig(MeasureEvery, EvaluationEpisodes, Gap));
}
