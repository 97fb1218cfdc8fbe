using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Studies;

/// <summary>A neural method on a task as a variant of a study; policies are written beside the metrics.</summary>
internal static class AgentVariant
{
    /// <summary>A variant.</summary>
    /// <param name="method">The method.</param>
    /// <param name="task">The task.</param>
    /// <param name="request">Options and length.</param>
    /// <exception cref="UserError">There is no such option, or its value is not accepted.</exception>
    public static Variant Of(Method<AgentTask, IAgent> method, LocatedTask task, TrainingRequest request)
    {
        var preset = AgentPreset.Get(request.Preset);
        ResolvedMethod<AgentTask, IAgent> resolved = preset.Resolve(method, task.Name, request.Changes, request.Steps);

        // The run's own length is not worth a name.
        ResolvedMethod<AgentTask, IAgent> named = preset.Resolve(method, task.Name, request.Changes);
        bool timeLimitTerminates = Terminates(preset);

        // All values, so that what names stand for does not hang on what was written.
        (string, string)[] values = [.. named.Options.Select(option => (option.Name, OptionBinder.Text(option.Value)))];
        return new Variant(
            request.Label ?? RunLabel.Of([.. Labelled(named.Options, timeLimitTerminates), .. Origin()], AgentPreset.All.Select(other => new NamedValues(
                other.Name == AgentPreset.Correct ? resolved.Id.Name : $"{resolved.Id},{other.Name}",
                Labelled(other.Resolve(method, task.Name, values).Own, Terminates(other))))),
            task.Name, request.Steps, request.MeasureEvery, MethodConfig.Of(resolved.Id, resolved.Options), Start,
            Export: (learner, folder) => ((AgentTraining)learner).SavePolicies(folder))
        {
            Task = new(task.Text, task.MaxEpisodeSteps, task.Fingerprint),
            TimeLimitTerminates = timeLimitTerminates,
            From = request.From?.Origin,
            Origin = request.From?.Folder,
            EvaluationEpisodes = request.EvaluationEpisodes,
            KeepsInterval = request.KeepsInterval,
            Stop = request.Stop,
            KeepPolicies = request.KeepPolicies,
        };

        // Where there is no short limit, it makes no difference.
        bool Terminates(AgentPreset by) => by.TimeLimitTerminates && task.HasShortLimit;

        (string, object)[] Origin() => request.From is { } from ? [("from", from.Origin.Networks[..8])] : [];

        IIterative Start(int seed)
        {
            IEnvironment evaluation = task.CreateForAgents();
            IAgent agent = resolved.Create(AgentTask.Of(evaluation), new RandomStream(seed).Split("agent"));
            request.From?.CopyTo(agent);
            LocatedTask together = task.Together();
            return new AgentTraining(agent, () => together.CreateForTraining(timeLimitTerminates), evaluation, request.EvaluationEpisodes, seed);
        }
    }

    /// <summary>A method by its name on a task of the registry, as a line of a study.</summary>
    public static Variant Of(string label, string method, string environment, TrainingRequest request) =>
        Of(MethodCatalog.Agent(method), TaskLocator.Find(environment), request with { Label = label });

    /// <summary>Changes with which an off-policy method acts at random up to a step and is updated from there on.</summary>
    public static (string Name, string Value)[] BeginsAt(int step) => [("random_steps", $"{step}"), ("update_after", $"{step}")];

    private static IReadOnlyList<(string Name, object Value)> Labelled(IReadOnlyList<(string, object)> options, bool timeLimitTerminates) =>
        [.. options, ("time_limit_terminates", timeLimitTerminates)];
}
