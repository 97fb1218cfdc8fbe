using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Networks;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Training;

/// <summary>The folder of a run of a neural method: what was trained, and on what.</summary>
/// <example><code>
/// var run = StoredRun.Open("runs/train/sac/Pendulum-v1/seed-0");
/// using IEnvironment task = run.Task.CreateForAgents();
/// IPolicy policy = run.LoadPolicy();
/// EvaluationResult result = Evaluation.Play(task, policy, episodes: 10, seed: 0);
/// </code></example>
public sealed class StoredRun
{
    private readonly Func<AgentTask, RandomStream, IAgent> _create;

    private StoredRun(RunDirectory directory, RunConfig config, Method<AgentTask, IAgent> method, CodeTrust trust)
    {
        Directory = directory;
        Config = config;
        Task = trust.Find(config.Task.Name).RequireForAgents().WithLimit(config.Task.MaxEpisodeSteps);
        _create = method.With(StoredOptions.Changes(config.Method.Options)).Create;
    }

    /// <summary>The folder.</summary>
    public RunDirectory Directory { get; }

    /// <summary>Its configuration.</summary>
    public RunConfig Config { get; }

    /// <summary>Name of the method.</summary>
    public string Method => Config.Method.Name;

    /// <summary>The task.</summary>
    public LocatedTask Task { get; }

    /// <summary>Whether a folder holds a run of a tabular method, whose policy is a file of its own and needs no agent.</summary>
    /// <param name="config">The run's configuration.</param>
    public static bool IsTabular(RunConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.Method.Find() is Method<Mdp, IIterative>;
    }

    /// <summary>Reads what a folder holds.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="purpose">What only runs of neural methods have, as the end of a sentence.</param>
    /// <param name="trust">Which code may run because the folder names it; none but Dyad's own by default.</param>
    /// <exception cref="UserError">
    /// It holds no run, or one of another kind or release, or its task is not to be found, or of code that is not trusted.
    /// </exception>
    public static StoredRun Open(string folder, string purpose = "can be loaded", CodeTrust? trust = null)
    {
        var directory = RunPointer.Follow(folder);
        RunConfig config = directory.ReadConfig() ?? throw new UserError($"'{folder}' is no folder of a run: it has no config.json");
        return config.Method.Find() is Method<AgentTask, IAgent> method
            ? new StoredRun(directory, config, method, trust ?? CodeTrust.None)
            : throw new UserError($"'{folder}' is not a run of a neural method, which alone {purpose}");
    }

    /// <summary>Says that another build computed the run; null where it was this one.</summary>
    public string? OtherBuild(BuildIdentity present)
    {
        BuildIdentity[] others = [.. Directory.ReadBuilds().Where(build => !build.ComputesLike(present)).Distinct()];
        return others.Length == 0 ? null : $"the run '{Directory.FullPath}' is of another build: of {string.Join(" and ", others.AsEnumerable())}, and this is {present}";
    }

    /// <summary>Says that the task is not the one that the run learned, though it has its name; null where it is.</summary>
    public string? OtherTask()
    {
        string learned = Config.Task.Name, isNot = $"the task '{Task.Text}' is not what the run '{Directory.FullPath}' learned:";
        if (Task.Fingerprint != Config.Task.Fingerprint)
        {
            return Task.Text == learned
                ? $"the task '{learned}' has changed since the run '{Directory.FullPath}' began"
                : $"{isNot} {Content(Task.Fingerprint)}, and that of '{learned}' was {Content(Config.Task.Fingerprint)}";
        }

        string own = Task.Wrappers.ToString(), stored = TaskWrappers.Parse(learned).Wrappers.ToString();
        return own == stored ? null : $"{isNot} '{learned}' has {(stored.Length > 0 ? $"'{stored}'" : "nothing")} around it";
    }

    /// <summary>An instance of the task as the run learns it.</summary>
    public IEnvironment CreateTask() => Task.CreateForTraining(Config.Training.TimeLimitTerminates);

    /// <summary>An untrained agent of the run's method and options.</summary>
    public IAgent CreateAgent(IEnvironment task) => _create(AgentTask.Of(task), new RandomStream(0));

    /// <summary>The agent with a policy of the run.</summary>
    /// <param name="last">The last policy instead of the best one.</param>
    /// <exception cref="UserError">There is no such policy yet, or it cannot be read.</exception>
    public IAgent LoadAgent(bool last = false)
    {
        string policy = Path.Combine(Directory.FullPath, last ? "policy.safetensors" : "policy-best.safetensors");
        if (!File.Exists(policy))
        {
            throw new UserError($"'{Directory.FullPath}' has no {Path.GetFileName(policy)} yet: the run has not come to its first checkpoint");
        }

        using IEnvironment task = Task.CreateForAgents();
        IAgent agent = CreateAgent(task);
        Safetensors.Read(policy, agent.Policy);
        if (agent.Scaler is { } scaler)
        {
            scaler.Load(PolicyDescription.FromMetadata(Safetensors.ReadHeader(policy).Metadata, policy).Scale
                ?? throw new UserError($"'{policy}' does not say by what its observations are normalised, and its run does so"));
        }

        return agent;
    }

    /// <summary>The policy of the run, for any number of threads.</summary>
    /// <param name="last">The last policy instead of the best one.</param>
    /// <exception cref="UserError">There is no such policy yet, or it cannot be read.</exception>
    public IPolicy LoadPolicy(bool last = false) => new AgentPolicy(LoadAgent(last));

    /// <summary>The run's training at its newest checkpoint; its agent plays a game, a <see cref="GameAgent"/> or <see cref="EpochAgent"/>.</summary>
    /// <param name="otherwise">The sentence where its agent plays none.</param>
    /// <param name="warn">Receives a sentence about each thing that was passed over.</param>
    /// <exception cref="UserError">There is no checkpoint yet, it cannot be read, or the agent plays no game.</exception>
    public AgentTraining Restore(string otherwise, Action<string> warn)
    {
        AgentTraining training = TryRestore(warn) ?? throw new UserError($"'{Directory.FullPath}' has no checkpoint yet");
        if (training.Agent is GameAgent or EpochAgent)
        {
            return training;
        }

        training.Dispose();
        throw new UserError(otherwise);
    }

    /// <summary>The run's training at its newest checkpoint; null where there is none.</summary>
    /// <param name="warn">Receives a sentence about each thing that was passed over.</param>
    /// <exception cref="UserError">The checkpoint cannot be read.</exception>
    public AgentTraining? TryRestore(Action<string> warn)
    {
        IEnvironment evaluation = Task.CreateForAgents();
        LocatedTask together = Task.Together();
        var training = new AgentTraining(
            CreateAgent(evaluation), () => together.CreateForTraining(Config.Training.TimeLimitTerminates), evaluation, evaluationEpisodes: 1, seed: 0);
        try
        {
            if (RunLoop.Restore(Directory, training, warn))
            {
                return training;
            }

            training.Dispose();
            return null;
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    private static string Content(string fingerprint) => fingerprint.Length == 0 ? "no file of one's own" : $"a file with the fingerprint {fingerprint}";
}
