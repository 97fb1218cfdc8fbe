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

    /// <summary>What turns the costs into directions.</summary>
    public RuleOptions Gradient { get; init; } = new();

    /// <summary>Whether and how a res-critic corrects Q1, which the actor follows.</summary>
    public ResidualOptions Correction { get; init; } = new() { ResidualLearningRate = 1e-3 };

    /// <summary>k: steps of Lanczos and Arnoldi for the game's eigenvalues in each row of metrics; 0: none (<see cref="GameMetrics"/>).</summary>
    [Range(0, 1000)]
    public int EigenvalueSteps { get; init; }
}

/// <summary>
/// Twin delayed deep deterministic policy gradient (Fujimoto et al. 2018, algorithm 1) as a game: the costs of both players, and
/// the agent that plays it.
/// <para>
/// theta: actor, a = tanh of a network; w: critic, twin networks Q1 and Q2; thetabar, wbar: their targets. An update, in this
/// order: the critic descends L(theta, w); in every d-th update the actor descends -J(theta, w), then both targets move. The
/// gradient rule turns the costs into directions: gradients, or the leader's total derivative (as in STDDPG, Zheng et al. 2021).
/// With a residual correction (Wen et al. 2021) the actor follows Q1 + W, where W learns before each step of the actor from the
/// TD errors of Q1 with its own target.
/// </para>
/// Metrics: <c>train/critic_loss</c> L, <c>train/mean_q</c> Q1(s, a) averaged over the batch, <c>train/actor_loss</c> -J, those of
/// the gradient rule, and of the correction or of the TD errors.
/// </summary>
public sealed class Td3 : IGameAgent
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

        DeterministicPolicy<float> next = options.NextAction == NextAction.TargetPolicy ? targetPolicy : policy;
        _sampleOf = rows =>
        {
            var batch = new TransitionInputs<float>(rows, observationSize, actionSize);
            var noise = new Input<float>("target noise", rows, actionSize);
            ActorCriticGame<float> plain = Game(_actor, _critic, batch, critic, target, policy, next, noise, options);
            return new Sample(batch, noise, plain, _residual is null
                ? plain
                : Game(_actor, _critic, batch, critic, target, policy, next, noise, options, _residual.Corrected.First));
        };
        _residual = !options.Correction.Residual ? null : new Residual(
            options, options.Correction, observationSize, actionSize, new(critic.First, null), new(target.First, null),
            (s, noise) => new(Smoothed(next, s, noise, options)), stream.Split("residual"));
        var rows = new Extent("batch", options.BatchSize);
        _samples = [.. Enumerable.Range(0, options.Gradient.Batches).Select(_ => _sampleOf(rows))];
        _rule = new GradientRule<float>(options.Gradient, [.. _samples.Select(sample => sample.Game)], stream.Split("solver"));
        _residual?.Compare(_actor, _samples[0].Game.ActorCost, _samples[0].Plain.ActorCost);
        _turns = new PlayerTurns<float>(options.Gradient, _rule, Draw, StepCritic, StepActor) { Third = () => _residual?.Learn(_experience!) };
        _errorMeter = options.Correction.MeasuresCritic ? new(2 * options.BatchSize) : null;
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
        return new GameOnBatch(sample.Game, stream =>
        {
            _experience.Sample(sample.Batch, stream);
            stream.Normal(sample.Noise.Values);
        })
        { Plain = sample.Plain };
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
        archive.Value("updates", ref _updates);
        _actorOptimizer.Serialize(archive);
        _criticOptimizer.Serialize(archive);
        _random.Serialize(archive);
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
        if (++_updates % _options.ActorDelay != 0)
        {
            _turns.PlayCritic(_options.CriticUpdates);
            return;
        }

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
            _random.Normal(sample.Noise.Values);
        }
    }

    // w <- w - rate d_w L(theta, w)
    private void StepCritic()
    {
        _criticOptimizer.Descend(_critic.Values, _rule.CriticDirection);
        _criticMeans.Add(_rule.CriticCost, _rule.CriticMeasure(0)[0]);
        _errorMeter?.Add(_rule.CriticMeasure(1));
    }

    // theta <- theta + rate d_theta J(theta, w)
    private void StepActor()
    {
        _residual?.BeforeActorStep();
        _actorOptimizer.Descend(_actor.Values, _rule.ActorDirection);
        _actorMeans.Add(_rule.ActorCost);
    }

    /// <summary>
    /// The game on a batch: both costs, and L as squared errors. The players meet in Q1 alone: the derivative of J in Q2 is zero,
    /// and L has no second derivative across the two.
    /// </summary>
    /// <param name="actor">theta.</param>
    /// <param name="criticPlayer">w.</param>
    /// <param name="batch">Transitions.</param>
    /// <param name="critic">Q1 and Q2, of w.</param>
    /// <param name="targetCritic">Qbar1 and Qbar2.</param>
    /// <param name="policy">pi, of theta.</param>
    /// <param name="nextPolicy">The policy in the critic's target: the current one, or a target policy as in the paper.</param>
    /// <param name="noise">batch x actions, standard normal.</param>
    /// <param name="options">Options.</param>
    /// <param name="corrected">Q1 + W, which the actor follows; null where it follows Q1.</param>
    public static ActorCriticGame<T> Game<T>(Parameters<T> actor, Parameters<T> criticPlayer, TransitionInputs<T> batch,
        TwinActionValue<T> critic, TwinActionValue<T> targetCritic, DeterministicPolicy<T> policy, DeterministicPolicy<T> nextPolicy,
        Expression<T> noise, Td3Options options, ActionValue<T>? corrected = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ActionValue<T> followed = corrected ?? critic.First;
        Expression<T> actorCost = ActorCost(batch, followed, policy), mean = Mean(critic.First.Value(batch.Observation, batch.Action));
        IReadOnlyList<SquaredError<T>> errors = CriticErrors(batch, critic, targetCritic, nextPolicy, noise, options);
        return new(actor, criticPlayer, actorCost, SquaredError.Sum(errors))
        {
            CriticErrors = errors,
            CriticMeasures = options.Correction.MeasuresCritic ? [mean, TdErrorMeter.Errors(errors)] : [mean],
            ActorCostInCritic = options.Gradient.LeaderDerivative == LeaderDerivative.CurrentAction
                ? actorCost
                : -Mean(followed.Value(batch.Observation, batch.Action)),
        };
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
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        SquaredError.Sum(CriticErrors(batch, critic, targetCritic, nextPolicy, noise, options));

    private static IReadOnlyList<SquaredError<T>> CriticErrors<T>(TransitionInputs<T> batch, TwinActionValue<T> critic,
        TwinActionValue<T> targetCritic, DeterministicPolicy<T> nextPolicy, Expression<T> noise, Td3Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> next = Smoothed(nextPolicy, batch.NextObservation, noise, options);
        Expression<T> y = batch.Target(options.Discount, targetCritic.Smaller(batch.NextObservation, next));
        return [.. Critics().Select(q => new SquaredError<T>(q.Value(batch.Observation, batch.Action), y))];

        IEnumerable<ActionValue<T>> Critics() => critic.Second is null ? [critic.First] : [critic.First, critic.Second];
    }

    // clip(pi(s') + clip(sigma noise, -c, c), -1, 1)
    private static Expression<T> Smoothed<T>(DeterministicPolicy<T> policy, Expression<T> observation, Expression<T> noise, Td3Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Clamp(policy.Action(observation) + Clamp(options.TargetNoise * noise, -options.TargetNoiseClip, options.TargetNoiseClip), -1, 1);

    /// <summary>-J(theta, w) = -mean Q1(s, pi(s)), 1 x 1: the first critic alone.</summary>
    public static Expression<T> ActorCost<T>(TransitionInputs<T> batch, ActionValue<T> critic, DeterministicPolicy<T> policy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        -Mean(critic.Value(batch.Observation, policy.Action(batch.Observation)));

    // A batch with the noise that is frozen across all products of an update.
    private sealed record Sample(TransitionInputs<float> Batch, Input<float> Noise, ActorCriticGame<float> Plain, ActorCriticGame<float> Game);
}
