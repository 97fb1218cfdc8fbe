using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Cli;

/// <summary>The folder of a run of a neural method: what was trained, and on what.</summary>
internal sealed class StoredRun
{
    // What stands among the options and is none of the method's.
    private static readonly string[] NotOfTheMethod = ["method", "task", "evaluation_episodes", "time_limit_terminates", "gap"];

    private readonly JsonObject _options;
    private readonly Func<AgentTask, RandomStream, IAgent> _create;

    private StoredRun(string folder, Method<AgentTask, IAgent> method, JsonObject options, AgentEnvironment environment)
    {
        Directory = new RunDirectory(folder);
        Method = method.Name;
        Environment = environment;
        _options = options;
        _create = method.With(options.Where(option => !NotOfTheMethod.Contains(option.Key))
            .Select(option => (option.Key, option.Value?.ToString() ?? ""))).Create;
    }

    /// <summary>The folder.</summary>
    public RunDirectory Directory { get; }

    /// <summary>Name of the method.</summary>
    public string Method { get; }

    /// <summary>The task.</summary>
    public AgentEnvironment Environment { get; }

    /// <summary>Reads what a folder holds.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="purpose">What only runs of neural methods have, as the end of a sentence.</param>
    /// <exception cref="UserError">It holds no run, or one of another kind.</exception>
    public static StoredRun Find(string folder, string purpose)
    {
        JsonObject config = new RunDirectory(folder).ReadConfig()
            ?? throw new UserError($"'{folder}' is no folder of a run: it has no config.json");
        return config["options"] is JsonObject options && (string?)options["method"] is string name && (string?)options["task"] is string text
            && Algorithms.Method.Find(AgentMethods.All, name) is { } method
                ? new StoredRun(folder, method, options, AgentEnvironment.Find(text))
                : throw new UserError($"'{folder}' is not a run of a neural method, which alone {purpose}");
    }

    /// <summary>An instance of the task as the run learns it.</summary>
    public IEnvironment CreateTask() => Environment.Create((bool?)_options["time_limit_terminates"] ?? false);

    /// <summary>An untrained agent of the run's method and options.</summary>
    public IAgent CreateAgent(IEnvironment task) => _create(AgentTask.Of(task), new RandomStream(0));

    /// <summary>The run's training at its newest checkpoint; what was passed over is told on standard error.</summary>
    /// <param name="otherwise">The sentence where its agent plays no game.</param>
    /// <param name="agent">Its agent.</param>
    /// <exception cref="UserError">There is no checkpoint yet, it cannot be read, or the agent plays no game.</exception>
    public AgentTraining Restore(string otherwise, out GameAgent agent)
    {
        IEnvironment evaluation = Environment.Create();
        var training = new AgentTraining(CreateAgent(evaluation), CreateTask, evaluation, evaluationEpisodes: 1, seed: 0);
        try
        {
            if (!RunLoop.Restore(Directory, training, sentence => Console.Error.WriteLine($"dyad: {sentence}.")))
            {
                throw new UserError($"'{Directory.FullPath}' has no checkpoint yet");
            }

            agent = training.Agent as GameAgent ?? throw new UserError(otherwise);
            return training;
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }
}
