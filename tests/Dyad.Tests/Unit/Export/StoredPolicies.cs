using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Environments.Locating;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Export;

/// <summary>Policies of every kind, in files as runs leave them.</summary>
internal static class StoredPolicies
{
    public static TheoryData<string, string> Kinds => new()
    {
        { "sac", "Pendulum-v1" },
        { "sac-v", "Pendulum-v1" },
        { "ddpg", "Pendulum-v1" },
        { "td3", "Pendulum-v1" },
        { "stsac-al", "Pendulum-v1" },
        { "ac", "Pendulum-v1" },
        { "ac", "CartPole-v1" },
        { "ppo", "Pendulum-v1" },
        { "ppo:normalize_observations=true", "CartPole-v1" },
        { "reinforce", "CartPole-v1" },
        { "one-step-ac", "MountainCarContinuous-v0" },
        { "dqn", "Acrobot-v1" },
        { "sac-discrete", "CartPole-v1" },
        { "sac-discrete", "FourRoom" },
        { "sac:normalize_observations=true", "Pendulum-v1" },
        { "ac:normalize_observations=true", "CartPole-v1" },
    };

    /// <summary>An agent of a method, its policy in a file of a folder.</summary>
    public static (IAgent Agent, string Path) Write(string method, string task, string folder, int width = 37)
    {
        LocatedTask located = TaskLocator.FindForAgents(task);
        using var evaluation = located.CreateForAgents();
        string[] parts = method.Split(':');
        (string, string)[] changes = [.. parts.Skip(1).Select(change => (change.Split('=')[0], change.Split('=')[1]))];
        IAgent agent = MethodCatalog.Agent(parts[0]).With([("hidden_width", $"{width}"), .. changes]).Create(AgentTask.Of(evaluation), new RandomStream(3));
        foreach (double[] observation in Observations(agent.Task.ObservationSize, agent.Scaler is null ? 0 : 9))
        {
            agent.Scaler!.Update(observation);
        }

        // Untrained policies of on-policy methods are near 0, where much is linear.
        foreach (ref float value in agent.Policy.Values)
        {
            value *= 2;
        }

        using var training = new AgentTraining(agent, () => located.CreateForAgents(), located.CreateForAgents(), 1, 0);
        training.SavePolicies(folder);
        return (agent, Path.Combine(folder, "policy.safetensors"));
    }

    /// <summary>Observations of a task's size, within and beyond what is usual.</summary>
    public static double[][] Observations(int size, int count)
    {
        var stream = new RandomStream(9);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, size).Select(_ => stream.Uniform(-3, 3)).ToArray())];
    }
}
