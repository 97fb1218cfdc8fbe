using System.Text.Json.Nodes;

namespace Dyad.Training;

/// <summary>What a reader of a run's numbers must know, and would not think of.</summary>
internal static class RunNotes
{
    /// <summary>Sentences about a run of so many steps whose policy never acts or never learns.</summary>
    /// <param name="config">The run.</param>
    /// <param name="steps">Its steps.</param>
    public static IReadOnlyList<string> Of(RunConfig config, long steps)
    {
        ArgumentNullException.ThrowIfNull(config);
        JsonObject options = config.Method.Options;
        var notes = new List<string>();
        if (Whole("random_steps") is long random && random >= steps)
        {
            notes.Add($"the policy never acts: all {steps} steps take random actions (random_steps={random})");
        }

        // Several environments go on to the end of a round.
        long rounds = Whole("environments") is long together ? (steps + together - 1) / together * together : steps;
        if (Whole("update_after") is long after && Whole("update_every") is long every && rounds / every * every < Math.Max(after, every))
        {
            notes.Add($"the policy never learns: there is no update within {steps} steps (update_after={after}, update_every={every})");
        }

        if (Whole("steps_per_epoch") is long epoch && epoch > steps)
        {
            notes.Add($"the policy never learns: there is no epoch within {steps} steps (steps_per_epoch={epoch})");
        }

        return notes;

        long? Whole(string name) => options[name] is JsonValue value && value.TryGetValue(out long number) ? number
            : options[name] is JsonValue small && small.TryGetValue(out int few) ? few : null;
    }
}
