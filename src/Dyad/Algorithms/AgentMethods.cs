using Dyad.Core;
using Dyad.Environments;

namespace Dyad.Algorithms;

/// <summary>The spaces of a task, as an agent needs them.</summary>
/// <param name="ObservationSize">Numbers in an observation.</param>
/// <param name="Actions">A box of [-1, 1], or finitely many actions.</param>
public sealed record AgentTask(int ObservationSize, Space Actions)
{
    /// <summary>Numbers in an action.</summary>
    public int ActionSize => Actions.Size;

    /// <summary>How many actions there are; 0 for a box.</summary>
    public int ActionCount => (Actions as Discrete)?.Count ?? 0;

    /// <summary>The spaces of an environment.</summary>
    public static AgentTask Of(IEnvironment environment) => new(environment.ObservationSpace.Size, environment.ActionSpace);
}

/// <summary>The neural methods by name.</summary>
public static class AgentMethods
{
    private static readonly Func<AgentTask, string?> NeedsBox = task => task.Actions is Box ? null : "actions that are real vectors";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Method<AgentTask, IAgent>> All { get; } =
    [
        Method.Of<AgentTask, IAgent, ReinforceOptions>(
            "reinforce", "REINFORCE with a learned baseline, whole episodes", "Williams 1992; lecture on soft actor-critic, algorithm 1",
            (task, options, stream) => new Reinforce(task, options, stream)),
        Method.Of<AgentTask, IAgent, OneStepActorCriticOptions>(
            "one-step-ac", "One-step actor-critic: an update after every step", "Lecture on soft actor-critic, algorithm 3",
            (task, options, stream) => new OneStepActorCritic(task, options, stream)),
        Method.Of<AgentTask, IAgent, ActorCriticOptions>(
            "ac", "On-policy actor-critic with a V or Q critic, in epochs", "Zheng et al. 2021, section 3.3",
            (task, options, stream) => new ActorCritic(task, options, stream)),
        Method.Of<AgentTask, IAgent, DdpgOptions>(
            "ddpg", "Deep deterministic policy gradient, with a target policy or the current one", "Lillicrap et al. 2016; Zheng et al. 2021, section 3.3",
            (task, options, stream) => new Ddpg(task.ObservationSize, task.ActionSize, options, stream), NeedsBox, defaultSteps: 100_000),
        Method.Of<AgentTask, IAgent, SacOptions>(
            "sac", "Soft actor-critic, with twin critics and a tuned entropy weight", "Haarnoja et al. 2018; lecture on soft actor-critic, section 5.2",
            (task, options, stream) => new Sac(task.ObservationSize, task.ActionSize, options, stream), NeedsBox, defaultSteps: 100_000),
    ];

    /// <summary>Holds a task against what a method needs.</summary>
    /// <param name="method">The method.</param>
    /// <param name="task">The task.</param>
    /// <param name="name">Name of the task, for the sentence.</param>
    /// <exception cref="UserError">The method cannot learn this task; the sentence names methods that can.</exception>
    public static void Check(Method<AgentTask, IAgent> method, AgentTask task, string name)
    {
        if (method.Needs(task) is string needs)
        {
            string[] others = [.. All.Where(other => other.Needs(task) is null).Select(other => other.Name)];
            throw new UserError($"{method.Name} needs {needs}, and those of {name} are not"
                + (others.Length > 0 ? $"; methods for it: {string.Join(", ", others)}" : ""));
        }
    }
}
