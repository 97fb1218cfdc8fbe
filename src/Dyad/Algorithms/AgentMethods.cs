namespace Dyad.Algorithms;

/// <summary>The spaces of a task, as an agent needs them: actions are a box of [-1, 1].</summary>
/// <param name="ObservationSize">Numbers in an observation.</param>
/// <param name="ActionSize">Numbers in an action.</param>
public sealed record AgentTask(int ObservationSize, int ActionSize);

/// <summary>The neural methods by name.</summary>
public static class AgentMethods
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Method<AgentTask, IAgent>> All { get; } =
    [
        Method.Of<AgentTask, IAgent, DdpgOptions>(
            "ddpg", "Deep deterministic policy gradient, with a target policy or the current one", "Lillicrap et al. 2016; Zheng et al. 2021, section 3.3",
            (task, options, stream) => new Ddpg(task.ObservationSize, task.ActionSize, options, stream), defaultSteps: 100_000),
        Method.Of<AgentTask, IAgent, SacOptions>(
            "sac", "Soft actor-critic, with twin critics and a tuned entropy weight", "Haarnoja et al. 2018; lecture on soft actor-critic, section 5.2",
            (task, options, stream) => new Sac(task.ObservationSize, task.ActionSize, options, stream), defaultSteps: 100_000),
    ];
}
