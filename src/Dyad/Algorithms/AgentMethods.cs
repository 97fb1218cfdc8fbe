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
        Ddpg("ddpg", "Deep deterministic policy gradient, with a target policy or the current one", "Lillicrap et al. 2016; Zheng et al. 2021, section 3.3"),
        Ddpg("stddpg-al", "DDPG with the actor leading: it follows its total derivative", Zheng, [.. ActorLeads, .. CurrentPolicy]),
        Ddpg("stddpg-cl", "DDPG with the critic leading: it follows its total derivative", Zheng, [.. CriticLeads, .. CurrentPolicy]),
        Sac("sac", "Soft actor-critic, with twin critics and a tuned entropy weight", "Haarnoja et al. 2018; lecture on soft actor-critic, section 5.2"),
        Sac("stsac-al", "SAC with the actor leading: it follows its total derivative", Zheng, ActorLeads),
        Sac("stsac-cl", "SAC with the critic leading: it follows its total derivative", Zheng, CriticLeads),
        Sac("stack-sac", "SAC with the actor leading, by the semi-gradient on replayed actions", "Wen et al. 2021, section 5 and appendix C.2", [.. ActorLeads, ("leader_derivative", "replayed-action")]),
    ];

    private const string Zheng = "Zheng et al. 2021, algorithms 1 and 2";

    private static (string Name, string Value)[] ActorLeads => [("rule", "stackelberg"), ("leader", "actor")];

    private static (string Name, string Value)[] CriticLeads => [("rule", "stackelberg"), ("leader", "critic")];

    private static (string Name, string Value)[] CurrentPolicy => [("next_action", "current-policy")];

    /// <summary>
    /// The name of what a method becomes by changes of its gradient rule: <c>stsac-al</c> for <c>sac</c> with
    /// <c>rule=stackelberg</c> and <c>leader=actor</c>. Presets go by it.
    /// </summary>
    public static string Combination(string method, IReadOnlyList<(string Name, string Value)> changes)
    {
        bool led = method.EndsWith("-al", StringComparison.Ordinal) || method.EndsWith("-cl", StringComparison.Ordinal);
        string family = method == "stack-sac" ? "sac" : led ? method[2..^3] : method;
        bool leads = Last("rule") is string rule ? rule == "stackelberg" : method != family;
        bool critic = Last("leader") is string leader ? leader == "critic" : method.EndsWith("-cl", StringComparison.Ordinal);
        bool replayed = Last("leader_derivative") is string derivative ? derivative == "replayed-action" : method == "stack-sac";
        return !leads ? family : critic ? $"st{family}-cl" : replayed && family == "sac" ? "stack-sac" : $"st{family}-al";

        string? Last(string name) => changes.LastOrDefault(change => change.Name == name).Value;
    }

    private static Method<AgentTask, IAgent> Ddpg(string name, string description, string source, params (string, string)[] defaults) =>
        Method.Of<AgentTask, IAgent, DdpgOptions>(
            name, description, source, (task, options, stream) => new Ddpg(task.ObservationSize, task.ActionSize, options, stream), 100_000, defaults);

    private static Method<AgentTask, IAgent> Sac(string name, string description, string source, params (string, string)[] defaults) =>
        Method.Of<AgentTask, IAgent, SacOptions>(
            name, description, source, (task, options, stream) => new Sac(task.ObservationSize, task.ActionSize, options, stream), 100_000, defaults);
}
