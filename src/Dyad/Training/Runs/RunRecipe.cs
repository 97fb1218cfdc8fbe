using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments.Locating;

namespace Dyad.Training;

/// <summary>What a user would ask for to have a stored run again: its method, a preset, and the options that differ from it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Preset">The preset that differs least; of a tabular method the default one, which says nothing.</param>
/// <param name="Changes">Options that differ, with values as text.</param>
internal sealed record RunRecipe(Method Method, string Preset, IReadOnlyList<(string Name, string Value)> Changes)
{
    /// <summary>The recipe of a run.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="folder">Its folder, for sentences.</param>
    /// <exception cref="UserError">No method of the catalogue was run, or it was measured by a study.</exception>
    public static RunRecipe Of(RunConfig config, string folder)
    {
        ArgumentNullException.ThrowIfNull(config);
        string task = config.Task.Name;
        if (config.Method.Find() is not { } method || config.Measuring.Gap is not null)
        {
            throw new UserError($"'{folder}' is a run of a study that has learners or measurements of its own, which 'train' has not: 'reproduce' repeats it");
        }

        return method is Method<AgentTask, IAgent> neural
            ? AgentPreset.All.Where(preset => (preset.TimeLimitTerminates && LocatedTask.IsShort(config.Task.MaxEpisodeSteps)) == config.Training.TimeLimitTerminates)
                .Select(preset => new RunRecipe(method, preset.Name, Differing(config.Method.Options, preset.Resolve(neural, task, []).Options)))
                .MinBy(recipe => recipe.Changes.Count)
                ?? throw new UserError($"'{folder}' counts time limits as terminations, which no preset does on {task}")
            : new RunRecipe(method, AgentPreset.Correct, Differing(config.Method.Options, method.Values()));
    }

    /// <summary>The changes on another task, where the preset sets other options: all of the run's that it would not have there.</summary>
    /// <param name="from">The run's task.</param>
    /// <param name="to">The other task.</param>
    public RunRecipe On(string from, string to) => Method is not Method<AgentTask, IAgent> neural || from == to ? this : this with
    {
        Changes = Differing(
            MethodConfig.Of("", AgentPreset.Get(Preset).Resolve(neural, from, Changes).Options).Options, AgentPreset.Get(Preset).Resolve(neural, to, []).Options),
    };

    private static IReadOnlyList<(string, string)> Differing(JsonObject stored, IReadOnlyList<(string Name, object Value)> known)
    {
        JsonObject values = MethodConfig.Of("", known).Options;
        return StoredOptions.Changes(new JsonObject(stored
            .Where(option => !JsonNode.DeepEquals(values[option.Key], option.Value))
            .Select(option => KeyValuePair.Create(option.Key, option.Value?.DeepClone()))));
    }
}
