using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Benchmarks;

/// <summary>
/// Whole training steps: action, environment, replay, batch, update. The floor counts the matrix products of the update and
/// leaves the environment out.
/// </summary>
public static class TrainingCases
{
    /// <summary>Prefix of the rows' names.</summary>
    public const string Prefix = "train-";

    // Steps before the first update.
    private const int Filled = 1000;

    /// <summary>The cases.</summary>
    public static IReadOnlyList<BenchmarkCase> Create() =>
    [
        Sac("sac-halfcheetah-b100", "HalfCheetah-v4", 256, 100),
        Sac("sac-halfcheetah-b256", "HalfCheetah-v4", 256, 256),
        Sac("res-sac-halfcheetah-b100", "HalfCheetah-v4", 256, 100, residual: true),
        Ddpg("ddpg-halfcheetah-b100", "HalfCheetah-v4", 256, 100),
        Sac("sac-pendulum-64x64-b100", "Pendulum-v1", 64, 100),
        Ddpg("ddpg-pendulum-64x64-b100", "Pendulum-v1", 64, 100),
        Epoch("ac", 80),
        Epoch("ac", 1),
        Epoch("stac-published", 80, EpisodeForm.AsPublished, Published),
        Epoch("stac-published", 1, EpisodeForm.AsPublished, Published),
        Epoch("stac-samples", 80, EpisodeForm.StartValue, Samples),
        Epoch("stac-samples", 1, EpisodeForm.StartValue, Samples),
        Rollout("cartpole", "CartPole-v1", new() { Environments = 4, StepsPerEpoch = 512, MinibatchSize = 128, Passes = 4, ActorLearningRate = 2.5e-4, CriticLearningRate = 2.5e-4 }),
        Rollout("halfcheetah", "HalfCheetah-v4", new()),
    ];

    private static RuleOptions Published => new() { Rule = Rule.Stackelberg, Damping = 0, StopAtNegativeCurvature = false };

    private static RuleOptions Samples => new() { Rule = Rule.Stackelberg, Curvature = Curvature.GaussNewton, Solver = Solver.SampleSpace };

    // An epoch of 4,000 steps, not a step.
    private static BenchmarkCase Epoch(
        string method, int criticUpdates, EpisodeForm form = EpisodeForm.StartValue, RuleOptions? rule = null)
    {
        var epoch = new ActorCriticEpoch(criticUpdates, form, rule);
        return new BenchmarkCase($"{Prefix}{method}-cartpole-m{criticUpdates}", epoch.Flop, epoch.Run);
    }

    // A rollout of PPO with all its passes, not a step.
    private static BenchmarkCase Rollout(string name, string task, PpoOptions options)
    {
        var rollout = new PpoRollout(task, options);
        return new BenchmarkCase($"{Prefix}ppo-{name}-{options.Environments}x{options.StepsPerEpoch / options.Environments}", rollout.Flop, rollout.Run);
    }

    private static BenchmarkCase Sac(string name, string task, int width, int batch, bool residual = false)
    {
        var options = new SacOptions
        {
            HiddenWidth = width,
            BatchSize = batch,
            RandomSteps = 0,
            UpdateAfter = Filled,
            Correction = new() { Residual = residual },
        };
        return Case(name, task, spaces => Algorithms.Sac.Agent(spaces.ObservationSize, spaces.ActionSize, options, new RandomStream(1)));
    }

    private static BenchmarkCase Ddpg(string name, string task, int width, int batch)
    {
        var options = new DdpgOptions { HiddenWidth = width, BatchSize = batch, RandomSteps = 0, UpdateAfter = Filled };
        return Case(name, task, spaces => Algorithms.Ddpg.Agent(spaces.ObservationSize, spaces.ActionSize, options, new RandomStream(1)));
    }

    private static BenchmarkCase Case(string name, string task, Func<AgentTask, GameAgent> create)
    {
        IEnvironment New() => new RescaleAction(EnvironmentRegistry.Create(task));
        IEnvironment evaluation = New();
        GameAgent agent = create(AgentTask.Of(evaluation));
        var training = new AgentTraining(agent, New, evaluation, evaluationEpisodes: 1, seed: 1);
        while (training.Step < Filled)
        {
            training.Advance();
        }

        return new BenchmarkCase(Prefix + name, AgentUpdate.Flop(agent), training.Advance);
    }
}
