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
    private static readonly Func<AgentTask, string?> NeedsFinite = task => task.ActionCount > 0 ? null : "actions that are finitely many";

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
            (task, options, stream) => ActorCritic.Agent(task, options, stream)),
        Method.Of<AgentTask, IAgent, ActorCriticOptions>(
            "stac", "On-policy actor-critic with the actor leading: it follows its total derivative", "Zheng et al. 2021, section 4.2",
            (task, options, stream) => ActorCritic.Agent(task, options, stream), defaults: ActorLeads),
        Method.Of<AgentTask, IAgent, DqnOptions>(
            "dqn", "Deep Q-learning with a target network, for finitely many actions", "Mnih et al. 2015; lecture on soft actor-critic, algorithm 2",
            (task, options, stream) => new Dqn(task.ObservationSize, task.ActionCount, options, stream), NeedsFinite, defaultSteps: 100_000),
        Ddpg("ddpg", "Deep deterministic policy gradient, with a target policy or the current one", "Lillicrap et al. 2016; Zheng et al. 2021, section 3.3"),
        Ddpg("stddpg-al", "DDPG with the actor leading: it follows its total derivative", Zheng, [.. ActorLeads, .. CurrentPolicy]),
        Ddpg("stddpg-cl", "DDPG with the critic leading: it follows its total derivative", Zheng, [.. CriticLeads, .. CurrentPolicy]),
        Ddpg("res-ddpg", "DDPG with a res-critic that corrects the critic its actor follows", Residual, ("residual", "true")),
        Td3("td3", "Twin delayed DDPG: the smaller of two critics, smoothed target actions, a delayed actor", "Fujimoto et al. 2018"),
        Td3("sttd3-al", "TD3 with the actor leading: it follows its total derivative", $"Fujimoto et al. 2018; {Zheng}", [.. ActorLeads, .. CurrentPolicy]),
        Td3("res-td3", "TD3 with a res-critic that corrects the critic its actor follows", $"Fujimoto et al. 2018; {Residual}", ("residual", "true")),
        Sac("sac", "Soft actor-critic, with twin critics and a tuned entropy weight", "Haarnoja et al. 2018; lecture on soft actor-critic, section 5.2"),
        Sac("stsac-al", "SAC with the actor leading: it follows its total derivative", Zheng, ActorLeads),
        Sac("stsac-cl", "SAC with the critic leading: it follows its total derivative", Zheng, CriticLeads),
        Sac("res-sac", "SAC with a res-critic that corrects the critic its actor follows", Residual, ("residual", "true")),
        Sac("stack-sac", "SAC with the actor leading, by the semi-gradient on replayed actions", "Wen et al. 2021, section 5 and appendix C.2", [.. ActorLeads, ("leader_derivative", "replayed-action")]),
        Method.Of<AgentTask, IAgent, SacVOptions>(
            "sac-v", "Soft actor-critic with a value network, whose target network is averaged or copied", "Haarnoja et al. 2018; lecture on soft actor-critic, algorithm 4",
            (task, options, stream) => new SacV(task.ObservationSize, task.ActionSize, options, stream), NeedsBox, defaultSteps: 100_000),
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

    private const string Residual = "Wen et al. 2021, section 4.3 and appendix D.2, algorithm 5";

    private const string Zheng = "Zheng et al. 2021, algorithms 1 and 2";

    private static (string Name, string Value)[] ActorLeads => [("rule", "stackelberg"), ("leader", "actor")];

    private static (string Name, string Value)[] CriticLeads => [("rule", "stackelberg"), ("leader", "critic")];

    private static (string Name, string Value)[] CurrentPolicy => [("next_action", "current-policy")];

    /// <summary>
    /// The name of what a method becomes by changes of its gradient rule and correction: <c>stsac-al</c> for <c>sac</c> with
    /// <c>rule=stackelberg</c> and <c>leader=actor</c>, <c>res-stsac-al</c> with <c>residual=true</c> too. Presets go by it.
    /// </summary>
    public static string Combination(string method, IReadOnlyList<(string Name, string Value)> changes)
    {
        bool corrected = Last("residual") is string residual ? residual == "true" : method.StartsWith(Corrected, StringComparison.Ordinal);
        method = Uncorrected(method);
        string combination = Led(method, changes);
        return corrected ? Corrected + combination : combination;

        string? Last(string name) => changes.LastOrDefault(change => change.Name == name).Value;
    }

    /// <summary>
    /// The update schedule of a method as Algo-x-y (Wen et al. 2021, section 6.2), x and y being the steps of critic and res-critic
    /// for one of the actor: <c>SAC-10-0</c>, <c>Res-SAC-10-10</c>.
    /// </summary>
    /// <param name="method">An off-policy actor-critic method.</param>
    /// <param name="changes">Its changed options, by name.</param>
    /// <exception cref="UserError">An option or value is not accepted.</exception>
    public static string ScheduleName(Method<AgentTask, IAgent> method, IReadOnlyList<(string Name, string Value)> changes)
    {
        Dictionary<string, object> options = method.With(changes).Options.ToDictionary(option => option.Name, option => option.Value);
        string[] words = Combination(method.Name, changes).Split('-');
        string name = string.Join('-', words.Select(word => word is "res" or "stack" ? char.ToUpperInvariant(word[0]) + word[1..] : word.ToUpperInvariant()));
        return $"{name}-{options.GetValueOrDefault("critic_updates", 1)}-{(options.GetValueOrDefault("residual") is true ? options["residual_updates"] : 0)}";
    }

    /// <summary>The method whose actor follows its critic, for one whose actor follows a corrected one.</summary>
    internal static string Uncorrected(string method) =>
        method.StartsWith(Corrected, StringComparison.Ordinal) ? method[Corrected.Length..] : method;

    private const string Corrected = "res-";

    private static string Led(string method, IReadOnlyList<(string Name, string Value)> changes)
    {
        bool led = method.EndsWith("-al", StringComparison.Ordinal) || method.EndsWith("-cl", StringComparison.Ordinal);
        string family = method switch { "stack-sac" => "sac", "stac" => "ac", _ => led ? method[2..^3] : method };
        bool leads = Last("rule") is string rule ? rule == "stackelberg" : method != family;
        bool critic = Last("leader") is string leader ? leader == "critic" : method.EndsWith("-cl", StringComparison.Ordinal);
        bool replayed = Last("leader_derivative") is string derivative ? derivative == "replayed-action" : method == "stack-sac";
        return !leads ? family : family == "ac" ? "stac" : critic ? $"st{family}-cl" : replayed && family == "sac" ? "stack-sac" : $"st{family}-al";

        string? Last(string name) => changes.LastOrDefault(change => change.Name == name).Value;
    }

    private static Method<AgentTask, IAgent> Ddpg(string name, string description, string source, params (string, string)[] defaults) =>
        Method.Of<AgentTask, IAgent, DdpgOptions>(
            name, description, source, (task, options, stream) => Algorithms.Ddpg.Agent(task.ObservationSize, task.ActionSize, options, stream), NeedsBox, 100_000, defaults);

    private static Method<AgentTask, IAgent> Td3(string name, string description, string source, params (string, string)[] defaults) =>
        Method.Of<AgentTask, IAgent, Td3Options>(
            name, description, source, (task, options, stream) => Algorithms.Td3.Agent(task.ObservationSize, task.ActionSize, options, stream), NeedsBox, 100_000, defaults);

    private static Method<AgentTask, IAgent> Sac(string name, string description, string source, params (string, string)[] defaults) =>
        Method.Of<AgentTask, IAgent, SacOptions>(
            name, description, source, (task, options, stream) => Algorithms.Sac.Agent(task.ObservationSize, task.ActionSize, options, stream), NeedsBox, 100_000, defaults);
}
