using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Studies;

/// <summary>How one method is trained.</summary>
/// <param name="Changes">Options that differ from their defaults, by name.</param>
/// <param name="Steps">Steps of each run.</param>
/// <param name="MeasureEvery">Steps between two rows of metrics.</param>
/// <param name="FirstSeed">The first of consecutive seeds.</param>
/// <param name="EvaluationEpisodes">Episodes of one evaluation of a neural method.</param>
/// <param name="Preset">Preset of a neural method, on top of which the changes are made.</param>
public sealed record TrainingRequest(
    IReadOnlyList<(string Name, string Value)> Changes,
    long Steps,
    long MeasureEvery,
    int FirstSeed,
    int EvaluationEpisodes = 10,
    string Preset = AgentPreset.Correct);

/// <summary>A neural method on a task as a variant of a study; policies are written beside the metrics.</summary>
internal static class AgentVariant
{
    /// <summary>A variant.</summary>
    /// <param name="label">Name in folders and legends.</param>
    /// <param name="method">The method.</param>
    /// <param name="environment">Name of the task, for folders and legends.</param>
    /// <param name="task">What finds the task again; part of the configuration.</param>
    /// <param name="create">
    /// Makes an instance of the task, with a time limit and actions in [-1, 1], told whether a short time limit is a termination.
    /// </param>
    /// <param name="request">Options and length.</param>
    /// <exception cref="UserError">There is no such option, or its value is not accepted.</exception>
    public static Variant Of(string label, Method<AgentTask, IAgent> method, string environment, string task,
        Func<bool, IEnvironment> create, TrainingRequest request)
    {
        AgentPreset preset = AgentPreset.Get(request.Preset);
        ResolvedMethod<AgentTask, IAgent> resolved = preset.Resolve(method, environment, request.Changes);
        JsonObject json = MethodOptions.ToJson(resolved.Id.Name, resolved.Options);
        json["task"] = task;
        json["time_limit_terminates"] = preset.TimeLimitTerminates;
        json["evaluation_episodes"] = request.EvaluationEpisodes;
        return new Variant(
            label, environment, request.Steps, request.MeasureEvery, json, Start,
            Export: (learner, folder) => ((AgentTraining)learner).SavePolicies(folder));

        IIterative Start(int seed)
        {
            IEnvironment evaluation = create(false);
            IAgent agent = resolved.Create(AgentTask.Of(evaluation), new RandomStream(seed).Split("agent"));
            return new AgentTraining(agent, () => create(preset.TimeLimitTerminates), evaluation, request.EvaluationEpisodes, seed);
        }
    }

    /// <summary>A method by its name on a task of the registry.</summary>
    public static Variant Of(string label, string method, string environment, TrainingRequest request) => Of(
        label, MethodCatalog.Agent(method), environment, environment, timeLimitTerminates => TaskPreparation.ForAgents(
            EnvironmentRegistry.Create(environment), EnvironmentRegistry.Get(environment).MaxEpisodeSteps, timeLimitTerminates),
        request);
}
