using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>
/// The networks of a stored run, with which another one begins: those that both have, what they see observations by, and in what unit rewards. Steps of
/// optimisers, replay, random numbers and steps start anew.
/// </summary>
public sealed class StartingNetworks
{
    private const int HashDigits = 16;

    private readonly IReadOnlyDictionary<string, Stored> _networks;

    // Null where observations are seen as they are.
    private readonly byte[]? _statistics;

    // Null where rewards are in the task's unit.
    private readonly byte[]? _rewards;

    private StartingNetworks(string folder, OriginConfig origin, IReadOnlyDictionary<string, Stored> networks, byte[]? statistics, byte[]? rewards) =>
        (Folder, Origin, _networks, _statistics, _rewards) = (folder, origin, networks, statistics, rewards);

    /// <summary>The folder of the run that they are of.</summary>
    public string Folder { get; }

    /// <summary>What tells them from others.</summary>
    public OriginConfig Origin { get; }

    /// <summary>Reads the networks of a run at its newest checkpoint.</summary>
    /// <param name="run">The run.</param>
    /// <param name="warn">Receives a sentence about each thing that was passed over.</param>
    /// <param name="without">Names of networks that are left out.</param>
    /// <exception cref="UserError">There is no checkpoint, or it cannot be read.</exception>
    public static StartingNetworks Of(StoredRun run, Action<string> warn, params IReadOnlyCollection<string> without)
    {
        ArgumentNullException.ThrowIfNull(run);
        using AgentTraining training = run.TryRestore(warn)
            ?? throw new UserError($"'{run.Directory.FullPath}' has no checkpoint yet, and so no networks to begin with");
        Dictionary<string, Stored> networks = training.Agent.Networks.Where(network => !without.Contains(network.Name)).ToDictionary(
            network => network.Name, network => new Stored([.. network.Parameters.Leaves.Select(Shape)], network.Parameters.Values.ToArray()));
        byte[]? statistics = training.Agent.Scaler is { } scaler ? StateArchive.Save(scaler.Serialize) : null;
        byte[]? rewards = training.Agent.Rewards is { } unit ? StateArchive.Save(unit.SerializeStatistics) : null;
        return new StartingNetworks(
            run.Directory.FullPath, new OriginConfig(RunIdentity.Of(run.Config), training.Step, Hash(networks, [.. statistics ?? [], .. rewards ?? []])), networks, statistics, rewards);
    }

    /// <summary>Gives an agent at its start the networks that it has too; a target that the run lacks begins as what it follows.</summary>
    /// <param name="agent">The agent.</param>
    /// <returns>Names of the agent's networks that the run lacks, and that stay as they were drawn.</returns>
    /// <exception cref="UserError">
    /// A network of the agent has other layers, none of them is one of the run's, or only one of the two normalises observations, or rewards.
    /// </exception>
    public IReadOnlyList<string> CopyTo(IAgent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        if (!agent.Networks.Any(network => network.Parameters == agent.Policy && _networks.ContainsKey(network.Name)))
        {
            throw new UserError($"'{Folder}' has no network of the policy to begin with, but {string.Join(", ", _networks.Keys)}");
        }

        foreach (AgentNetwork network in agent.Networks)
        {
            string[] shapes = [.. network.Parameters.Leaves.Select(Shape)];
            if (_networks.TryGetValue(network.Name, out Stored? stored) && !stored.Shapes.SequenceEqual(shapes))
            {
                throw new UserError(
                    $"the network '{network.Name}' of '{Folder}' has the layers {string.Join(", ", stored.Shapes)}, and here they are {string.Join(", ", shapes)}: a run begins with networks of the same task sizes, hidden_width, hidden_layers and number of critics");
            }
        }

        if (agent.Scaler is null != _statistics is null)
        {
            throw new UserError(_statistics is null
                ? $"'{Folder}' did not normalise: its networks see observations as they are, and here they would see them normalised; leave normalize_observations=true out"
                : $"'{Folder}' did normalise: its networks see observations normalised, and here they would see them as they are; set normalize_observations=true");
        }

        if (agent.Rewards is null != _rewards is null)
        {
            throw new UserError(_rewards is null
                ? $"'{Folder}' did not normalise rewards: its values are in the task's unit, and here they would be in another; leave normalize_rewards=true out"
                : $"'{Folder}' did normalise rewards: its values are in the unit of that, and here they would be in the task's; set normalize_rewards=true");
        }

        List<Parameters<float>> given = [];
        foreach (AgentNetwork network in agent.Networks)
        {
            if (_networks.TryGetValue(network.Name, out Stored? stored))
            {
                stored.Values.CopyTo(network.Parameters.Values);
                given.Add(network.Parameters);
            }
        }

        AgentNetworks.StartTargets(agent, given);
        if (_statistics is not null)
        {
            StateArchive.Load(_statistics, agent.Scaler!.Serialize);
        }

        if (_rewards is not null)
        {
            StateArchive.Load(_rewards, agent.Rewards!.SerializeStatistics);
        }

        return [.. agent.Networks.Where(network => network.Source is null && !_networks.ContainsKey(network.Name)).Select(network => network.Name)];
    }

    private static string Shape(Parameter<float> leaf) => $"{leaf.Rows} x {leaf.Columns}";

    private static string Hash(IReadOnlyDictionary<string, Stored> networks, byte[] statistics)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, Stored stored) in networks.OrderBy(network => network.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {string.Join(',', stored.Shapes)}\n"));
            hash.AppendData(MemoryMarshal.AsBytes(stored.Values.AsSpan()));
        }

        hash.AppendData(statistics);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..HashDigits];
    }

    private sealed record Stored(string[] Shapes, float[] Values);
}
