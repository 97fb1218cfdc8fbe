using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>Options of <see cref="Td3"/>; defaults are the paper's, with networks of 256 units as in Spinning Up.</summary>
public sealed record Td3Options : OffPolicyOptions
{
    /// <summary>The defaults.</summary>
    public Td3Options()
    {
        ActorLearningRate = 1e-3;
        CriticLearningRate = 1e-3;
        BatchSize = 100;
    }

    /// <summary>Standard deviation of the Gaussian noise on actions in training, in units of the action's bound.</summary>
    [Range(0.0, 10.0)]
    public double ExplorationNoise { get; init; } = 0.1;

    /// <summary>sigma: standard deviation of the noise that smooths the next action in the target, in the same units.</summary>
    [Range(0.0, 10.0)]
    public double TargetNoise { get; init; } = 0.2;

    /// <summary>c: largest magnitude of that noise.</summary>
    [Range(0.0, 10.0)]
    public double TargetNoiseClip { get; init; } = 0.5;

    /// <summary>d: updates of the critic for each of the actor and the targets.</summary>
    [Range(1, 1000)]
    public int ActorDelay { get; init; } = 2;

    /// <summary>Which policy chooses the next action in the critic's target.</summary>
    public NextAction NextAction { get; init; } = NextAction.TargetPolicy;
}

/// <summary>
/// Twin delayed deep deterministic policy gradient (Fujimoto et al. 2018, algorithm 1) as a game: the costs of both players, and
/// the agent that plays it.
/// <para>
/// theta: actor, a = tanh of a network; w: critic, twin networks Q1 and Q2; thetabar, wbar: their targets. An update, in this
/// order: the critic descends L(theta, w); in every d-th update the actor descends -J(theta, w), then both targets move.
/// </para>
/// Metrics: <c>train/critic_loss</c> L, <c>train/mean_q</c> Q1(s, a) averaged over the batch, <c>train/actor_loss</c> -J.
/// </summary>
public sealed class Td3 : IAgent
{
    private readonly Td3Options _options;
    private readonly OffPolicyExperience _experience;
    private readonly RandomStream _random;
    private readonly RunningMeans _criticMeans = new("train/critic_loss", "train/mean_q");
    private readonly RunningMeans _actorMeans = new("train/actor_loss");

    // theta, w, thetabar and wbar, each a flat vector.
    private readonly Parameters<float> _actor = new("actor");
    private readonly Parameters<float> _critic = new("critic");
    private readonly Parameters<float> _targetActor = new("target actor");
    private readonly Parameters<float> _targetCritic = new("target critic");
    private readonly Adam<float> _actorOptimizer;
    private readonly Adam<float> _criticOptimizer;
    private long _updates;

    private readonly TransitionInputs<float> _batch;
    private readonly Input<float> _noise;
    private readonly CompiledProgram _criticProgram;
    private readonly CompiledProgram _actorProgram;
    private readonly Output<float> _criticLoss;
    private readonly Output<float> _criticGradient;
    private readonly Output<float> _meanQ;
    private readonly Output<float> _actorLoss;
    private readonly Output<float> _actorGradient;

    /// <summary>An untrained agent.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action, each in [-1, 1].</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    public Td3(int observationSize, int actionSize, Td3Options options, RandomStream stream)
    {
        _options = options;
        _random = stream.Split("updates");

        int[] actorSizes = options.Sizes(observationSize, actionSize);
        int[] criticSizes = options.Sizes(observationSize + actionSize, 1);

        // Targets start as copies because they are drawn from the same streams.
        var policy = new DeterministicPolicy<float>(Mlp.Drawn(_actor, "policy", actorSizes, stream.Split("actor")));
        var targetPolicy = new DeterministicPolicy<float>(Mlp.Drawn(_targetActor, "policy", actorSizes, stream.Split("actor")));
        TwinActionValue<float> critic = TwinActionValue.Drawn(_critic, criticSizes, stream.Split("critic"));
        TwinActionValue<float> target = TwinActionValue.Drawn(_targetCritic, criticSizes, stream.Split("critic"));

        var rows = new Extent("batch", options.BatchSize);
        _batch = new TransitionInputs<float>(rows, observationSize, actionSize);
        _noise = new Input<float>("target noise", rows, actionSize);
        DeterministicPolicy<float> next = options.NextAction == NextAction.TargetPolicy ? targetPolicy : policy;
        Expression<float> criticCost = CriticCost(_batch, critic, target, next, _noise, options);
        var builder = new ProgramBuilder<float>();
        _criticLoss = builder.Output(criticCost);
        _criticGradient = builder.Output(Derivatives.Gradient(criticCost, _critic));
        _meanQ = builder.Output(Mean(critic.First.Value(_batch.Observation, _batch.Action)));
        _criticProgram = builder.Build();

        Expression<float> actorCost = ActorCost(_batch, critic, policy);
        builder = new ProgramBuilder<float>();
        _actorLoss = builder.Output(actorCost);
        _actorGradient = builder.Output(Derivatives.Gradient(actorCost, _actor));
        _actorProgram = builder.Build();

        _actorOptimizer = new Adam<float>(_actor.Count, options.ActorLearningRate);
        _criticOptimizer = new Adam<float>(_critic.Count, options.CriticLearningRate);
        _experience = new OffPolicyExperience(
            _batch, options, (s, noise) => Clamp(policy.Action(s) + (options.ExplorationNoise * noise), -1, 1), policy.Action, stream);
    }

    /// <inheritdoc/>
    public Parameters<float> Policy => _actor;

    /// <inheritdoc/>
    public void Act(ReadOnlySpan<double> observations, Span<double> actions, bool explore) =>
        _experience.Act(observations, actions, explore);

    /// <inheritdoc/>
    public void Observe(
        ReadOnlySpan<double> observations, ReadOnlySpan<double> actions, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next)
    {
        for (int due = _experience.Observe(observations, actions, results[0], next); due > 0; due--)
        {
            Update();
        }
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _criticMeans.Flush(metrics);
        _actorMeans.Flush(metrics);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Array("actor", _actor.Values);
        archive.Array("critic", _critic.Values);
        archive.Array("target_actor", _targetActor.Values);
        archive.Array("target_critic", _targetCritic.Values);
        archive.Value("updates", ref _updates);
        _actorOptimizer.Serialize(archive);
        _criticOptimizer.Serialize(archive);
        _random.Serialize(archive);
        _criticMeans.Serialize(archive);
        _actorMeans.Serialize(archive);
        _experience.Serialize(archive);
    }

    /// <inheritdoc/>
    public void SaveRows(string folder) => _experience.SaveRows(folder);

    /// <inheritdoc/>
    public void LoadRows(string folder) => _experience.LoadRows(folder);

    private void Update()
    {
        for (int i = 0; i < _options.CriticUpdates; i++)
        {
            _experience.Sample(_batch);

            // w <- w - rate d_w L(theta, w)
            _random.Normal(_noise.Values);
            _criticProgram.Run();
            _criticOptimizer.Descend(_critic.Values, _criticGradient.Values);
            _criticMeans.Add(_criticLoss.Value, _meanQ.Value);
        }

        if (++_updates % _options.ActorDelay == 0)
        {
            // theta <- theta + rate d_theta J(theta, w), on the last of the critic's batches
            _actorProgram.Run();
            _actorOptimizer.Descend(_actor.Values, _actorGradient.Values);
            _actorMeans.Add(_actorLoss.Value);

            // wbar <- wbar + tau (w - wbar);  thetabar <- thetabar + tau (theta - thetabar)
            OptimizerLoops.Average<float>(_targetCritic.Values, _critic.Values, _options.TargetRate);
            OptimizerLoops.Average<float>(_targetActor.Values, _actor.Values, _options.TargetRate);
        }
    }

    /// <summary>
    /// L(theta, w) = mean (Q1(s, a) - y)^2 + mean (Q2(s, a) - y)^2, 1 x 1, with y = r + gamma (1 - d) min(Qbar1, Qbar2)(s', a') and
    /// a' = clip(pi(s') + clip(sigma noise, -c, c), -1, 1) (Fujimoto et al. 2018, eq. 10, 14 and 15). Derivatives flow through pi,
    /// not through clips that hold.
    /// </summary>
    /// <param name="batch">Transitions.</param>
    /// <param name="critic">Q1 and Q2.</param>
    /// <param name="targetCritic">Qbar1 and Qbar2.</param>
    /// <param name="nextPolicy">pi: a target policy, or the current one.</param>
    /// <param name="noise">batch x actions, standard normal.</param>
    /// <param name="options">Options.</param>
    public static Expression<T> CriticCost<T>(TransitionInputs<T> batch, TwinActionValue<T> critic, TwinActionValue<T> targetCritic,
        DeterministicPolicy<T> nextPolicy, Expression<T> noise, Td3Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> smoothing = Clamp(options.TargetNoise * noise, -options.TargetNoiseClip, options.TargetNoiseClip);
        Expression<T> next = Clamp(nextPolicy.Action(batch.NextObservation) + smoothing, -1, 1);
        Expression<T> y = batch.Target(options.Discount, targetCritic.Smaller(batch.NextObservation, next));
        return critic.SquaredError(batch.Observation, batch.Action, y);
    }

    /// <summary>-J(theta, w) = -mean Q1(s, pi(s)), 1 x 1: the first critic alone.</summary>
    public static Expression<T> ActorCost<T>(TransitionInputs<T> batch, TwinActionValue<T> critic, DeterministicPolicy<T> policy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        -Mean(critic.First.Value(batch.Observation, policy.Action(batch.Observation)));
}
