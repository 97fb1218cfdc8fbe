using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Studies;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary>A stored run that <c>dyad train --from</c> repeats, or goes on from with its networks.</summary>
internal sealed class TrainOrigin
{
    private readonly RunConfig _config;
    private readonly RunRecipe _recipe;
    private readonly LocatedTask _task;
    private readonly StartingNetworks? _networks;

    private TrainOrigin(RunConfig config, RunRecipe recipe, LocatedTask task, StartingNetworks? networks, long? steps) =>
        (_config, _recipe, _task, _networks, Steps) = (config, recipe, task, networks, steps);

    /// <summary>Steps of the run; null where it does not tell.</summary>
    public long? Steps { get; }

    /// <summary>Its seed.</summary>
    public int Seed => (int)Math.Min(int.MaxValue, _config.Training.Seed);

    /// <summary>Steps between two of its rows.</summary>
    public long MeasureEvery => _config.Measuring.Every;

    /// <summary>Episodes of one of its evaluations.</summary>
    public int EvaluationEpisodes => Math.Max(1, _config.Measuring.EvaluationEpisodes);

    /// <summary>Reads a run.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="anew">Whether networks are drawn anew.</param>
    /// <param name="limit">Another time limit; null for the run's.</param>
    /// <param name="set">Names of options that are changed.</param>
    /// <param name="code">Which code the folder may name, and another task.</param>
    /// <exception cref="UserError">It cannot be read, or has no networks.</exception>
    public static TrainOrigin Read(string folder, bool anew, int? limit, IReadOnlyList<string> set, StoredCode code)
    {
        RunConfig config = Located.Config(folder, code);
        var recipe = RunRecipe.Of(config, folder);
        LocatedTask task = code.Trust.Find(config.Task.Name);
        bool isTabular = recipe.Method is Method<Mdp, IIterative>, isOther = code.Trust.Task is not null && task.Text != config.Task.Name;
        if (isTabular && !anew)
        {
            throw new UserError($"'{folder}' is a run of a tabular method, which has no networks to begin with; --anew repeats it");
        }

        if (isTabular && limit is not null)
        {
            throw new UserError($"--max-episode-steps is for neural methods; {config.Method.Name} has its own option, --set episode_length={limit}");
        }

        task = isTabular ? task : task.WithLimit(limit ?? (isOther ? null : config.Task.MaxEpisodeSteps));

        // A weight of the entropy that is set is not the run's.
        StartingNetworks? networks = anew ? null : StartingNetworks.Of(
            Located.Run(folder, "has networks to begin with", code with { Trust = code.Trust.OfStored(config.Task.Name) }), StandardError.Tell, set.Contains("entropy_weight") ? ["log_temperature"] : []);
        return new TrainOrigin(config, recipe, task, networks, (long?)RunPointer.Follow(folder).ReadStatus()?["steps"]);
    }

    /// <summary>The training, with changes on top of the run's options.</summary>
    public TrainingStudy Plan(TrainingRequest request)
    {
        RunRecipe recipe = _recipe.On(_config.Task.Name, _task.Name);
        string[] changed = [.. request.Changes.Select(change => change.Name)];
        request = request with
        {
            Changes = [.. recipe.Changes.Where(change => !changed.Contains(change.Name)), .. request.Changes],
            Preset = recipe.Preset,
            From = _networks,
        };
        return recipe.Method is Method<AgentTask, IAgent> neural
            ? TrainingStudy.Agent(neural, _task, request)
            : TrainingStudy.Tabular((Method<Mdp, IIterative>)recipe.Method, _task, request);
    }
}
