using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Networks;

namespace Dyad.Algorithms;

/// <summary>All networks of an agent, out to PyTorch's layout and in from it (<see cref="StateDict"/>).</summary>
/// <example><code>
/// AgentNetworks.Write("networks.safetensors", agent);
/// AgentNetworks.Read("from-pytorch.safetensors", agent);      // then train on
/// </code></example>
public static class AgentNetworks
{
    /// <summary>Writes every network, target networks too, and what else is learned: actor, critic, log temperature.</summary>
    /// <param name="path">The file.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="metadata">Texts by name, for the header; none if null.</param>
    public static void Write(string path, IAgent agent, IReadOnlyDictionary<string, string>? metadata = null) =>
        StateDict.Write(path, agent.Networks.Select(network => network.Parameters), metadata);

    /// <summary>
    /// Reads what a file has of an agent's networks and leaves the others as they are; a target network that the file lacks becomes a
    /// copy of what it follows. A file with one network whose name is none of the agent's is the policy. To be called before training:
    /// optimisers know nothing of it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="agent">The agent.</param>
    /// <returns>Names of what was read: <c>actor</c>, <c>critic</c>.</returns>
    /// <exception cref="UserError">The file cannot be read, has none of the networks, or one that the agent has not or of other shapes; then none has changed.</exception>
    public static IReadOnlyList<string> Read(string path, IAgent agent)
    {
        StateDictFile file = StateDict.Open(path);
        IReadOnlyList<AgentNetwork> networks = agent.Networks;
        StateDictFile.Copying[] found = [.. networks.Select(network => file.Match(network.Parameters, isOnly: network.Parameters == agent.Policy, isTarget: network.Source is not null))
            .OfType<StateDictFile.Copying>()];
        if (found.Length == 0 || file.Left is not null)
        {
            string[] own = [.. networks.SelectMany(network => StateDict.NetworksOf(network.Parameters))];
            throw new UserError($"'{path}' holds {file}, and the agent has {string.Join(", ", own.Select(name => $"'{name}'"))}");
        }

        foreach (StateDictFile.Copying copying in found)
        {
            copying.Run();
        }

        Parameters<float>[] read = [.. found.Select(copying => copying.Player)];
        StartTargets(agent, read);
        return [.. read.Select(player => player.Name)];
    }

    /// <summary>Lets each target of an agent that was not given begin as what it follows, where that was given.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="given">Networks that were written into.</param>
    internal static void StartTargets(IAgent agent, IReadOnlyCollection<Parameters<float>> given)
    {
        foreach (AgentNetwork network in agent.Networks)
        {
            if (network.Source is not null && given.Contains(network.Source) && !given.Contains(network.Parameters))
            {
                network.Source.Values.CopyTo(network.Parameters.Values);
            }
        }
    }
}
