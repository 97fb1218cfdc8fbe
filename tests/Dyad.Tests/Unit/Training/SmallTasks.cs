using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>Training runs of small networks.</summary>
internal static class SmallTasks
{
    public static readonly string[] Methods = ["sac", "ddpg", "td3", "sac-v", "dqn", "stsac-al", "stsac-cl", "stack-sac", "stddpg-al", "stddpg-cl", "sttd3-al", "res-sac", "res-ddpg", "res-td3", "sac-discrete", "stsac-discrete-al", "res-sac-discrete"];

    public static readonly (string, string)[] Small =
    [
        ("hidden_width", "32"), ("batch_size", "64"), ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"),
        ("random_steps", "200"), ("update_after", "200"), ("replay_capacity", "20000"),
    ];

    private static readonly (string, string)[] SmallDqn =
    [
        ("hidden_width", "32"), ("batch_size", "64"), ("exploration_steps", "1000"), ("update_after", "200"), ("replay_capacity", "20000"),
        ("target_period", "20"),
    ];

    /// <summary>Small networks and short schedules, in the options of a method.</summary>
    public static (string, string)[] SmallOf(string method) => method == "dqn" ? SmallDqn : Small;

    /// <summary>Whether a method is for finitely many actions.</summary>
    public static bool IsFinite(string method) => method == "dqn" || method.Contains("discrete", StringComparison.Ordinal);

    /// <summary>The identity with the actions that a method needs.</summary>
    public static Func<IEnvironment> IdentityOf(string method, int breaksAt = int.MaxValue) =>
        () => new TimeLimit(IsFinite(method) ? new DiscreteIdentityTask(breaksAt) : new IdentityTask(breaksAt), 10);

    /// <summary>A task of classic control with the actions that a method needs.</summary>
    public static Func<IEnvironment> ClassicOf(string method) => IsFinite(method) ? CartPole : Pendulum;

    public static IEnvironment CartPole() => EnvironmentRegistry.Create("CartPole-v1");

    public static IEnvironment Identity() => new TimeLimit(new IdentityTask(), 10);

    public static IEnvironment Pendulum() => new RescaleAction(EnvironmentRegistry.Create("Pendulum-v1"));

    /// <summary>The name of what a method becomes by changes.</summary>
    public static string Combination(string method, params (string, string)[] changes) => MethodCatalog.Agent(method).With(changes).Id.Name;

    public static AgentTraining Train(
        string method, Func<IEnvironment> task, int seed = 0, int episodes = 5, params (string, string)[] changes)
    {
        IEnvironment environment = task();
        IAgent agent = MethodCatalog.Agent(method).With(changes).Create(
            AgentTask.Of(environment), new RandomStream(seed).Split("agent"));
        environment.Dispose();
        return new AgentTraining(agent, task, task(), episodes, seed);
    }
}
