using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Games;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>Which policy chooses the next action in the critic's target.</summary>
public enum NextAction
{
    /// <summary>The target policy, as in the textbook; then the critic's cost does not depend on the actor.</summary>
    TargetPolicy,

    /// <summary>
    /// The current policy, as in the experiments of Zheng et al. 2021: the critic's cost depends on the actor, which their
    /// leader-follower versions need, and this is the plain method that matches those.
    /// </summary>
    CurrentPolicy,
}

/// <summary>Options of <see cref="Ddpg"/>; defaults are those of Spinning Up, which the experiments of Zheng et al. 2021 build on.</summary>
public sealed record DdpgOptions : OffPolicyOptions
{
    /// <summary>The defaults.</summary>
    public DdpgOptions()
    {
        ActorLearningRate = 1e-3;
        CriticLearningRate = 1e-3;
        BatchSize = 100;
    }

    /// <summary>Standard deviation of the Gaussian noise on actions in training, in units of the action's bound.</summary>
    [Range(0.0, 10.0)]
    public double ExplorationNoise { get; init; } = 0.1;

    /// <summary>Which policy chooses the next action in the critic's target.</summary>
    public NextAction NextAction { get; init; } = NextAction.TargetPolicy;

    /// <summary>What turns the costs into directions.</summary>
    public RuleOptions Gradient { get; init; } = new();

    /// <summary>Whether and how a res-critic corrects the critic that the actor follows.</summary>
    public ResidualOptions Correction { get; init; } = new() { ResidualLearningRate = 1e-3 };

    /// <summary>k: steps of Lanczos and Arnoldi for the game's eigenvalues in each row of metrics; 0: none (<see cref="GameMetrics"/>).</summary>
    [Range(0, 1000)]
    public int EigenvalueSteps { get; init; }
}

/// <summary>
/// Deep deterministic policy gradient (Lillicrap et al. 2016) as a game: the costs of both players, and the agent that plays it.
/// <para>
/// theta: actor, a = tanh of a network; w: critic; thetabar, wbar: their targets. An update, in this order: the critic descends
/// L(theta, w), then the actor descends -J(theta, w), then both targets move. The gradient rule turns the costs into directions:
/// gradients, or the leader's total derivative (STDDPG, Zheng et al. 2021). With a residual correction the actor follows q + w
/// (Wen et al. 2021), where w learns between the two.
/// </para>
/// Metrics: <c>train/critic_loss</c> L, <c>train/actor_loss</c> -J, those of the gradient rule, and of the correction or of the
/// TD errors.
/// </summary>
public sealed class Ddpg : IGameAgent
{
    private readonly DdpgOptions _options;
    private readonly OffPolicyExperience _experience;
    private readonly RunningMeans _criticMeans = new("train/critic_loss");
    private readonly RunningMeans _actorMeans = new("train/actor_loss");

    // theta, w, thetabar and wbar, each a flat vector.
    private readonly Parameters<float> _actor = new("actor");
    private readonly Parameters<float> _critic = new("critic");
    private readonly Parameters<float> _targetActor = new("target actor");
    private readonly Parameters<float> _targetCritic = new("target critic");
    private readonly Adam<float> _actorOptimizer;
    private readonly Adam<float> _criticOptimizer;

    private readonly Sample[] _samples;
    private readonly GradientRule<float> _rule;
    private readonly PlayerTurns<float> _turns;
    private readonly Func<Extent, Sample> _sampleOf;
    private readonly Func<Extent, ExploringPolicy> _policyOf;
    private readonly GameMetrics? _gameMetrics;
    private readonly Residual? _residual;
    private readonly TdErrorMeter? _errorMeter;

    /// <summary>An untrained agent.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action, each in [-1, 1].</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    public Ddpg(int observationSize, int actionSize, DdpgOptions options, RandomStream stream)
    {
        _options = options;

        int[] actorSizes = options.Sizes(observationSize, actionSize);
        int[] criticSizes = options.Sizes(observationSize + actionSize, 1);

        // Targets start as copies because they are drawn from the same streams.
        var policy = new DeterministicPolicy<float>(Mlp.Drawn(_actor, "policy", actorSizes, stream.Split("actor")));
        var targetPolicy = new DeterministicPolicy<float>(Mlp.Drawn(_targetActor, "policy", actorSizes, stream.Split("actor")));
        var critic = new ActionValue<float>(Mlp.Drawn(_critic, "q", criticSizes, stream.Split("critic")));
        var target = new ActionValue<float>(Mlp.Drawn(_targetCritic, "q", criticSizes, stream.Split("critic")));

        DeterministicPolicy<float> next = options.NextAction == NextAction.TargetPolicy ? targetPolicy : policy;
        _sampleOf = rows =>
        {
            var batch = new TransitionInputs<float>(rows, observationSize, actionSize);
            ActorCriticGame<float> plain = Game(_actor, _critic, batch, critic, target, policy, next, options);
            return new Sample(batch, plain, _residual is null
                ? plain
                : Game(_actor, _critic, batch, critic, target, policy, next, options, _residual.Corrected.First));
        };
        var rows = new Extent("batch", options.BatchSize);
        _residual = !options.Correction.Residual ? null : new Residual(
            options, options.Correction, observationSize, actionSize, new(critic, null), new(target, null), (s, _) => new(next.Action(s)),
            stream.Split("residual"));
        _samples = [.. Enumerable.Range(0, options.Gradient.Batches).Select(_ => _sampleOf(rows))];
        _residual?.Compare(_actor, _samples[0].Game.ActorCost, _samples[0].Plain.ActorCost);
        _rule = new GradientRule<float>(options.Gradient, [.. _samples.Select(sample => sample.Game)], stream.Split("solver"));
        _turns = new PlayerTurns<float>(options.Gradient, _rule, Draw, StepCritic, StepActor) { Third = () => _residual?.Learn(_experience!) };
        _errorMeter = options.Correction.MeasuresCritic ? new(options.BatchSize) : null;
        _actorOptimizer = new Adam<float>(_actor.Count, options.ActorLearningRate) { RatePower = options.Gradient.ActorRatePower };
        _criticOptimizer = new Adam<float>(_critic.Count, options.CriticLearningRate) { RatePower = options.Gradient.CriticRatePower };
        _experience = new OffPolicyExperience(
            _samples[0].Batch, options, Explore, policy.Action, stream);
        _policyOf = rows =>
        {
            Input<float> observation = new("observations", rows, observationSize), noise = new("noise", rows, actionSize);
            return new ExploringPolicy(observation, noise, Explore(observation, noise));
        };
        _gameMetrics = options.EigenvalueSteps > 0 ? new GameMetrics(this, options.EigenvalueSteps, stream.Split("eigenvalues")) : null;

        Expression<float> Explore(Expression<float> s, Expression<float> noise) =>
            Clamp(policy.Action(s) + (options.ExplorationNoise * noise), -1, 1);
    }

    /// <inheritdoc/>
    public Parameters<float> Policy => _actor;

    /// <inheritdoc/>
    public int BatchSize => _options.BatchSize;

    /// <inheritdoc/>
    public int Transitions => _experience.Count;

    /// <inheritdoc/>
    public double Discount => _options.Discount;

    /// <inheritdoc/>
    public GradientRule<float> Rule => _rule;

    /// <inheritdoc/>
    public GameOnBatch GameOn(int batchSize)
    {
        Sample sample = _sampleOf(new Extent("inspected batch", batchSize));
        return new GameOnBatch(sample.Game, stream => _experience.Sample(sample.Batch, stream)) { Plain = sample.Plain };
    }

    /// <inheritdoc/>
    public ExploringPolicy PolicyOn(int rows) => _policyOf(new Extent("rollouts", rows));

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
        _rule.Measure(metrics);
        _gameMetrics?.Measure(metrics);
        _residual?.Measure(metrics);
        _errorMeter?.Flush(metrics);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Array("actor", _actor.Values);
        archive.Array("critic", _critic.Values);
        archive.Array("target_actor", _targetActor.Values);
        archive.Array("target_critic", _targetCritic.Values);
        _actorOptimizer.Serialize(archive);
        _criticOptimizer.Serialize(archive);
        _rule.Serialize(archive);
        _residual?.Serialize(archive);
        _errorMeter?.Serialize(archive);
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
        _turns.Play(_options.CriticUpdates);

        // wbar <- wbar + tau (w - wbar);  thetabar <- thetabar + tau (theta - thetabar)
        OptimizerLoops.Average<float>(_targetCritic.Values, _critic.Values, _options.TargetRate);
        OptimizerLoops.Average<float>(_targetActor.Values, _actor.Values, _options.TargetRate);
    }

    private void Draw()
    {
        foreach (Sample sample in _samples)
        {
            _experience.Sample(sample.Batch);
        }
    }

    // w <- w - rate d_w L(theta, w)
    private void StepCritic()
    {
        _criticOptimizer.Descend(_critic.Values, _rule.CriticDirection);
        _criticMeans.Add(_rule.CriticCost);
        _errorMeter?.Add(_rule);
    }

    // theta <- theta + rate d_theta J(theta, w)
    private void StepActor()
    {
        _residual?.BeforeActorStep();
        _actorOptimizer.Descend(_actor.Values, _rule.ActorDirection);
        _actorMeans.Add(_rule.ActorCost);
    }

    /// <summary>The game on a batch: both costs, and L as a squared error.</summary>
    /// <param name="actor">theta.</param>
    /// <param name="criticPlayer">w.</param>
    /// <param name="batch">Transitions.</param>
    /// <param name="critic">Q, of w.</param>
    /// <param name="targetCritic">Qbar.</param>
    /// <param name="policy">pi, of theta.</param>
    /// <param name="nextPolicy">The policy in the critic's target: the current one, or a target policy for textbook DDPG.</param>
    /// <param name="options">Options.</param>
    /// <param name="corrected">Q + W, which the actor follows; null where it follows the critic.</param>
    public static ActorCriticGame<T> Game<T>(Parameters<T> actor, Parameters<T> criticPlayer, TransitionInputs<T> batch,
        ActionValue<T> critic, ActionValue<T> targetCritic, DeterministicPolicy<T> policy, DeterministicPolicy<T> nextPolicy,
        DdpgOptions options, ActionValue<T>? corrected = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ActionValue<T> followed = corrected ?? critic;
        Expression<T> actorCost = ActorCost(batch, followed, policy);
        SquaredError<T> error = CriticError(batch, critic, targetCritic, nextPolicy, options);
        return new(actor, criticPlayer, actorCost, error.Cost)
        {
            CriticErrors = [error],
            CriticMeasures = options.Correction.MeasuresCritic ? [TdErrorMeter.Errors([error])] : [],
            ActorCostInCritic = options.Gradient.LeaderDerivative == LeaderDerivative.CurrentAction
                ? actorCost
                : -Mean(followed.Value(batch.Observation, batch.Action)),
        };
    }

    /// <summary>
    /// L(theta, w) = mean (Q(s, a) - y)^2 with y = r + gamma (1 - d) Qbar(s', pi(s')); both 1 x 1 and without a factor 1/2.
    /// Derivatives flow through pi: with the current policy the critic's cost depends on the actor (Zheng et al. 2021 need
    /// this; with a target policy the mixed derivative is zero).
    /// </summary>
    /// <param name="batch">Transitions.</param>
    /// <param name="critic">Q.</param>
    /// <param name="targetCritic">Qbar.</param>
    /// <param name="nextPolicy">pi: the current policy, or a target policy for textbook DDPG.</param>
    /// <param name="options">Options.</param>
    public static Expression<T> CriticCost<T>(TransitionInputs<T> batch, ActionValue<T> critic, ActionValue<T> targetCritic,
        DeterministicPolicy<T> nextPolicy, DdpgOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => CriticError(batch, critic, targetCritic, nextPolicy, options).Cost;

    private static SquaredError<T> CriticError<T>(TransitionInputs<T> batch, ActionValue<T> critic, ActionValue<T> targetCritic,
        DeterministicPolicy<T> nextPolicy, DdpgOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> next = targetCritic.Value(batch.NextObservation, nextPolicy.Action(batch.NextObservation));
        return new(critic.Value(batch.Observation, batch.Action), batch.Target(options.Discount, next));
    }

    /// <summary>-J(theta, w) = -mean Q(s, pi(s)), 1 x 1.</summary>
    public static Expression<T> ActorCost<T>(TransitionInputs<T> batch, ActionValue<T> critic, DeterministicPolicy<T> policy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        -Mean(critic.Value(batch.Observation, policy.Action(batch.Observation)));

    private sealed record Sample(TransitionInputs<float> Batch, ActorCriticGame<float> Plain, ActorCriticGame<float> Game);
}
