using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Cli.Commands;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments.Locating;
using Dyad.Training;

namespace Dyad.Cli;

/// <summary>The run of a tabular method: its policy, its task, and what it thought.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="Task">The task in a time limit, without which an episode might not end.</param>
/// <param name="Policy">The policy, which takes the most probable action.</param>
/// <param name="Table">What the policy's file holds.</param>
internal sealed record TabularRun(string Folder, RunConfig Config, LocatedTask Task, IPolicy Policy, StoredTable Table)
{
    // The option of the methods that learn from samples, and its default.
    private const string LengthOption = "episode_length";
    private const int UsualLength = 300;

    /// <summary>The tabular run of a folder; null where it holds none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="code">Which code the folder may name.</param>
    /// <exception cref="UserError">Its policy or its task is not to be had.</exception>
    public static TabularRun? Find(string folder, StoredCode code)
    {
        RunDirectory directory = RunPointer.Follow(folder);
        if (directory.ReadConfig() is not { } config || !StoredRun.IsTabular(config))
        {
            return null;
        }

        code.Require(folder, config.Task.Name);
        string path = Path.Combine(directory.FullPath, "policy.safetensors");
        if (!File.Exists(path))
        {
            throw new UserError($"'{folder}' has no policy.safetensors: the run has not come to its first checkpoint, or is of a release that stored none; train it anew in another --out");
        }

        LocatedTask task = code.Trust.Find(config.Task.Name).ForTables();
        if (task.Fingerprint != config.Task.Fingerprint && config.Task.Fingerprint.Length > 0)
        {
            StandardError.Tell($"the task '{config.Task.Name}' has changed since the run '{folder}' began");
        }

        int length = config.Method.Options[LengthOption] is JsonValue value && value.TryGetValue(out int steps) ? steps : UsualLength;
        return new TabularRun(directory.FullPath, config, task.WithLimit(config.Task.MaxEpisodeSteps ?? task.MaxEpisodeSteps ?? length), Algorithms.Policy.Load(path), TabularPolicyFile.Read(path));
    }

    /// <summary>An episode with what the learner thinks along it: q, w and their sum, of the state and the action that was taken.</summary>
    public PlayedEpisode WithValues(PlayedEpisode episode)
    {
        ArgumentNullException.ThrowIfNull(episode);
        int[] pairs = [.. episode.Actions.Select((action, i) => ((int)episode.Recording.Row(i)[0] * Table.Actions) + (int)action[0])];
        var values = new List<(string, float[])>();
        Add("q", Table.Critic);
        Add("w", Table.ResCritic);
        Add("q + w", Table.ResCritic.Length > 0 ? [.. Table.Critic.Zip(Table.ResCritic, (q, w) => q + w)] : []);
        return episode with { Values = values };

        void Add(string name, double[] table)
        {
            if (table.Length > 0 && pairs.All(pair => pair >= 0 && pair < table.Length))
            {
                values.Add((name, [.. pairs.Select(pair => (float)table[pair])]));
            }
        }
    }
}
