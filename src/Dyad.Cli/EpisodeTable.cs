using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Export;
using Dyad.Report;

namespace Dyad.Cli;

/// <summary>Played episodes as data.</summary>
internal static class EpisodeTable
{
    /// <summary>
    /// Writes a line a step: policy, episode, seed, step, the reward that the step brought, the return so far, the action, the agent's
    /// values in the state before it, and the task's numbers after it.
    /// </summary>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<PlayedPolicy> policies)
    {
        PlayedEpisode first = policies[0].Episodes[0];
        string[] values = [.. policies.SelectMany(policy => policy.Episodes[0].Values.Select(value => value.Name)).Distinct()];
        IEnumerable<string> actions = Enumerable.Range(0, first.Actions[0].Length).Select(i => $"action_{i}");
        string[] header = ["policy", "episode", "seed", "step", "reward", "return", .. actions, .. values, .. first.Recording.Columns];
        try
        {
            OutputFile.Write(path, file =>
            {
                using var writer = new StreamWriter(file, leaveOpen: true) { NewLine = "\n" };
                writer.WriteLine(string.Join(',', header.Select(Csv.Cell)));
                foreach (PlayedPolicy policy in policies)
                {
                    for (int i = 0; i < policy.Episodes.Count; i++)
                    {
                        WriteEpisode(writer, Csv.Cell(policy.Label), i + 1, policy.Episodes[i], values);
                    }
                }
            });
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot write '{path}': {IoSentence.Of(e)}", e);
        }
    }

    /// <summary>One episode as a JSON document.</summary>
    public static JsonNode Document(PlayedEpisode episode) => new JsonObject
    {
        ["seed"] = episode.Seed,
        ["return"] = episode.Recording.Return,
        ["steps"] = episode.Actions.Count,
        ["ended"] = episode.Recording.End.ToString().ToLowerInvariant(),
        ["rewards"] = new JsonArray([.. Enumerable.Range(1, episode.Actions.Count).Select(row => JsonValue.Create(episode.Recording.Reward(row)))]),
        ["actions"] = new JsonArray([.. episode.Actions.Select(action => new JsonArray([.. action.Select(x => JsonValue.Create(x))]))]),
        ["values"] = new JsonObject(episode.Values.Select(value => KeyValuePair.Create(
            value.Name, (JsonNode?)new JsonArray([.. value.Values.Select(x => float.IsFinite(x) ? JsonValue.Create(x) : null)])))),
    };

    private static void WriteEpisode(StreamWriter writer, string label, int number, PlayedEpisode episode, string[] values)
    {
        double sum = 0;
        for (int step = 1; step <= episode.Actions.Count; step++)
        {
            float reward = episode.Recording.Reward(step);
            sum += reward;
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{label},{number},{episode.Seed},{step},{reward:R},{sum:R}"));
            foreach (double x in episode.Actions[step - 1])
            {
                Write(x);
            }

            foreach (string name in values)
            {
                float[]? column = episode.Values.Where(value => value.Name == name).Select(value => value.Values).FirstOrDefault();
                Write(column is null ? null : column[step - 1]);
            }

            foreach (float x in episode.Recording.Row(step))
            {
                Write(x);
            }

            writer.WriteLine();
        }

        void Write(double? x) => writer.Write(x is { } number ? string.Create(CultureInfo.InvariantCulture, $",{(float)number:R}") : ",");
    }
}
