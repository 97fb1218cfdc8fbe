using System.Globalization;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments.Locating;

namespace Dyad.Training;

/// <summary>Options of a neural method that belong together; single options can still be changed on top.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Description">What it stands for.</param>
/// <param name="TimeLimitTerminates">
/// Whether a time limit below 1,000 steps counts as a termination, as in experiments that leave the limit to the task.
/// </param>
/// <param name="Changes">Options that differ from a method's defaults, given method and environment.</param>
public sealed record AgentPreset(
    string Name, string Description, bool TimeLimitTerminates, Func<MethodId, string, IReadOnlyList<(string Name, string Value)>> Changes)
{
    /// <summary>What we recommend.</summary>
    public const string Correct = "correct";

    // The option of StepOptions.
    private const string ScheduleSteps = "schedule_steps";

    /// <summary>All of them; the first is the default.</summary>
    public static IReadOnlyList<AgentPreset> All { get; } =
    [
        new(Correct, "What we recommend: small networks on small tasks, the step lengths of Spinning Up elsewhere; a time limit is no termination",
            TimeLimitTerminates: false, PresetOptions.Recommended),
        new("as-published", "The experiments of Zheng et al. 2021 as their code does them: Spinning Up's options, a current policy in DDPG's target, a fixed entropy weight, damping 500 that decays, simultaneous Stackelberg updates, short time limits as terminations",
            TimeLimitTerminates: true, PresetOptions.Zheng2021),
        new("wen2021", "The options of Wen et al. 2021, table 3, and one critic as in their losses",
            TimeLimitTerminates: false, PresetOptions.Wen2021),
    ];

    /// <summary>A preset by its name.</summary>
    /// <exception cref="UserError">There is none; the sentence names those there are.</exception>
    public static AgentPreset Get(string name) => All.FirstOrDefault(preset => preset.Name == name)
        ?? throw new UserError($"there is no preset '{name}'; {NearNames.Hint(name, [.. All.Select(preset => preset.Name)])}");

    /// <summary>
    /// A method on a task: its family's preset, then what its rule and correction add to that and ask for, then the changes.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="environment">Name of the task.</param>
    /// <param name="changes">Options by name; those of rule and correction make it another method of its family.</param>
    /// <param name="steps">Steps of the run, over which schedules go whose length is not set; null where it is not known.</param>
    /// <exception cref="UserError">There is no such option, or its value is not accepted.</exception>
    public ResolvedMethod<AgentTask, IAgent> Resolve(
        Method<AgentTask, IAgent> method, string environment, IEnumerable<(string Name, string Value)> changes, long? steps = null)
    {
        changes = [.. changes];
        ResolvedMethod<AgentTask, IAgent> resolved = method.With(changes, id => Changes(id, TaskWrappers.Bare(environment)));

        // Without a schedule, the length of a run is not among what determines it.
        return steps is { } length && HasOpenSchedule(resolved.Options)
            ? method.With(changes, id => [(ScheduleSteps, length.ToString(CultureInfo.InvariantCulture)), .. Changes(id, TaskWrappers.Bare(environment))])
            : resolved;
    }

    private static bool HasOpenSchedule(IReadOnlyList<(string Name, object Value)> options) =>
        options.Any(option => option is { Name: ScheduleSteps, Value: 0 })
        && options.Any(option => option.Name.EndsWith("_schedule", StringComparison.Ordinal) && option.Value is "linear");
}
