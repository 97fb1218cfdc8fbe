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

/// <summary>Options of <see cref="Sac"/>; defaults are those of Haarnoja et al. 2018b, which Wen et al. 2021 use too.</summary>
public sealed record SacOptions : OffPolicyOptions
{
    /// <summary>The defaults.</summary>
    public SacOptions()
    {
        ActorLearningRate = 3e-4;
        CriticLearningRate = 3e-4;
        BatchSize = 256;
    }

    /// <summary>alpha, or its start where it is tuned: weight of the entropy.</summary>
    [Range(1e-12, 1e12)]
    public double EntropyWeight { get; init; } = 0.2;

    /// <summary>Whether alpha is tuned so that the policy's entropy is the target.</summary>
    public bool TuneEntropyWeight { get; init; } = true;

    /// <summary>Target of the entropy per action dimension; the paper's is -1.</summary>
    [Range(-100.0, 100.0)]
    public double TargetEntropyPerAction { get; init; } = -1;

    /// <summary>Step length of the Adam of log alpha.</summary>
    [Range(1e-9, 1.0)]
    public double EntropyLearningRate { get; init; } = 3e-4;

    /// <summary>Two critics, of which the smaller counts (Fujimoto et al. 2018); otherwise one.</summary>
    public bool TwinCritics { get; init; } = true;

    /// <summary>
    /// Whether the target's dependence on the actor counts, as a leading actor needs; without it the players are not coupled. The
    /// plain method is the same either way.
    /// </summary>
    public bool TargetGradient { get; init; } = true;

    /// <summary>What turns the costs into directions.</summary>
    public RuleOptions Gradient { get; init; } = new();

    /// <summary>Whether and how a res-critic corrects the critic that the actor follows.</summary>
    public ResidualOptions Correction { get; init; } = new();
    /// <summary>k: steps of Lanczos and Arnoldi for the game's eigenvalues in each row of metrics; 0: none (<see cref="GameMetrics"/>).</summary>
    [Range(0, 1000)]
    public int EigenvalueSteps { get; init; }
}

/// <summary>
/// Soft actor-critic (Haarnoja et al. 2018; lecture on soft actor-critic, algorithm 4 without the value network) as a game: the
/// costs of both players, and the agent that plays it.
/// <para>
/// theta: actor, a Gaussian squashed by tanh; w: critic; wbar: its target. An update, in this order: the critic descends
/// L(theta, w), wbar moves towards w; then the actor descends -J(theta, w), and log alpha its own cost. The gradient rule turns
/// the costs into directions: gradients, or the leader's total derivative (STSAC, Zheng et al. 2021; Stack-SAC, Wen et al. 2021).
/// With a residual correction the actor follows q + w (Res-SAC, Wen et al. 2021, algorithm 5), where w learns between the two.
/// </para>
/// Metrics: <c>train/critic_loss</c> L, <c>train/actor_loss</c> -J, <c>train/entropy_weight</c> alpha, <c>train/entropy</c>
/// -log pi averaged over the batch; those of the gradient rule, and of the correction or of the TD errors.
/// </summary>
public sealed class Sac : IGameAgent
{
    private readonly SacOptions _options;
    private readonly OffPolicyExperience _experience;
    private readonly RandomStream _random;
    private readonly RunningMeans _criticMeans = new("train/critic_loss");
    private readonly RunningMeans _actorMeans = new("train/actor_loss", "train/entropy_weight", "train/entropy");

    // theta, w, wbar and log alpha, each a flat vector with an optimiser of its own.
    private readonly Parameters<float> _actor = new("actor");
    private readonly Parameters<float> _critic = new("critic");
    private readonly Parameters<float> _target = new("target critic");
    private readonly Parameters<float> _logTemperature = new("log temperature");
    private readonly Adam<float> _actorOptimizer;
    private readonly Adam<float> _criticOptimizer;
    private readonly Adam<float> _temperatureOptimizer;

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
    public Sac(int observationSize, int actionSize, SacOptions options, RandomStream stream)
    {
        _options = options;
        _random = stream.Split("updates");

        var policy = new SquashedGaussianPolicy<float>(
            Mlp.Drawn(_actor, "policy", options.Sizes(observationSize, 2 * actionSize), stream.Split("actor")));
        int[] criticSizes = options.Sizes(observationSize + actionSize, 1);

        // The target starts as a copy because it is drawn from the same stream.
        TwinActionValue<float> critic = TwinActionValue.Drawn(_critic, criticSizes, stream.Split("critic"), options.TwinCritics);
        TwinActionValue<float> target = TwinActionValue.Drawn(_target, criticSizes, stream.Split("critic"), options.TwinCritics);
        Parameter<float> logTemperature = _logTemperature.Add("value", 1, 1);
        _logTemperature.Values[0] = (float)Math.Log(options.EntropyWeight);
        Expression<float> temperature = Operations.Exp<float>(logTemperature);
        _residual = !options.Correction.Residual ? null : new Residual(
            options, options.Correction, observationSize, actionSize, critic, target,
            (s, noise) => Next(policy.Sample(s, noise), temperature), stream.Split("residual"));

        _sampleOf = rows =>
        {
            var batch = new TransitionInputs<float>(rows, observationSize, actionSize);
            Input<float> noise = new("noise", rows, actionSize), nextNoise = new("next noise", rows, actionSize);
            SampledAction<float> current = policy.Sample(batch.Observation, noise);
            SampledAction<float> next = policy.Sample(batch.NextObservation, nextNoise);
            Expression<float> temperatureCost =
                TemperatureCost(logTemperature, current, options.TargetEntropyPerAction * actionSize);
            ActorCriticGame<float> GameFor(TwinActionValue<float>? corrected) =>
                Game(_actor, _critic, batch, critic, target, current, next, temperature, options, corrected) with
                {
                    ActorMeasures = [Derivatives.Gradient(temperatureCost, _logTemperature)[0], Mean(current.LogProbability)],
                };

            ActorCriticGame<float> plain = GameFor(null);
            return new Sample(batch, noise, nextNoise, plain, _residual is null ? plain : GameFor(_residual.Corrected));
        };
        _policyOf = rows =>
        {
            Input<float> observation = new("observations", rows, observationSize), noise = new("noise", rows, actionSize);
            NextMove<float> move = Next(policy.Sample(observation, noise), temperature);
            return new ExploringPolicy(observation, noise, move.Action, move.Entropy);
        };
        var rows = new Extent("batch", options.BatchSize);
        _samples = [.. Enumerable.Range(0, options.Gradient.Batches).Select(_ => _sampleOf(rows))];
        _residual?.Compare(_actor, _samples[0].Game.ActorCost, _samples[0].Plain.ActorCost);
        _rule = new GradientRule<float>(options.Gradient, [.. _samples.Select(sample => sample.Game)], stream.Split("solver"));
        _turns = new PlayerTurns<float>(options.Gradient, _rule, Draw, StepCritic, StepActor) { Third = () => _residual?.Learn(_experience!) };
        _errorMeter = options.Correction.MeasuresCritic ? new(options.BatchSize * (options.TwinCritics ? 2 : 1)) : null;
        _actorOptimizer = new Adam<float>(_actor.Count, options.ActorLearningRate) { RatePower = options.Gradient.ActorRatePower };
        _criticOptimizer = new Adam<float>(_critic.Count, options.CriticLearningRate) { RatePower = options.Gradient.CriticRatePower };
        _temperatureOptimizer = new Adam<float>(1, options.EntropyLearningRate);
        _experience = new OffPolicyExperience(
            _samples[0].Batch, options, (s, noise) => policy.Sample(s, noise).Action, policy.MeanAction, stream);
        _gameMetrics = options.EigenvalueSteps > 0 ? new GameMetrics(this, options.EigenvalueSteps, stream.Split("eigenvalues")) : null;
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
            stream.Normal(sample.NextNoise.Values);
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
            _turns.Play(_options.CriticUpdates);
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
        archive.Array("target", _target.Values);
        archive.Array("log_temperature", _logTemperature.Values);
        _actorOptimizer.Serialize(archive);
        _criticOptimizer.Serialize(archive);
        _temperatureOptimizer.Serialize(archive);
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

    private void Draw()
    {
        foreach (Sample sample in _samples)
        {
            _experience.Sample(sample.Batch);
            _random.Normal(sample.NextNoise.Values);
            _random.Normal(sample.Noise.Values);
        }
    }

    // w <- w - rate d_w L(theta, w);  wbar <- wbar + tau (w - wbar)
    private void StepCritic()
    {
        _criticOptimizer.Descend(_critic.Values, _rule.CriticDirection);
        OptimizerLoops.Average<float>(_target.Values, _critic.Values, _options.TargetRate);
        _criticMeans.Add(_rule.CriticCost);
        _errorMeter?.Add(_rule);
    }

    // theta <- theta + rate d_theta J(theta, w), and log alpha likewise
    private void StepActor()
    {
        _residual?.BeforeActorStep();
        _actorOptimizer.Descend(_actor.Values, _rule.ActorDirection);
        _actorMeans.Add(_rule.ActorCost, Math.Exp(_logTemperature.Values[0]), -_rule.ActorMeasure(1)[0]);
        if (_options.TuneEntropyWeight)
        {
            _temperatureOptimizer.Descend(_logTemperature.Values, _rule.ActorMeasure(0));
        }
    }

    /// <summary>The game on a batch: both costs, and L as squared errors.</summary>
    /// <param name="actor">theta.</param>
    /// <param name="criticPlayer">w.</param>
    /// <param name="batch">Transitions.</param>
    /// <param name="critic">Q1 and Q2, of w.</param>
    /// <param name="targetCritic">Qbar1 and Qbar2.</param>
    /// <param name="current">a and log pi(a|s), of theta.</param>
    /// <param name="next">a' and log pi(a'|s'), of theta.</param>
    /// <param name="temperature">alpha, 1 x 1.</param>
    /// <param name="options">Options.</param>
    /// <param name="corrected">Q1 + W1 and Q2 + W2, which the actor follows; null where it follows the critic.</param>
    public static ActorCriticGame<T> Game<T>(Parameters<T> actor, Parameters<T> criticPlayer, TransitionInputs<T> batch,
        TwinActionValue<T> critic, TwinActionValue<T> targetCritic, SampledAction<T> current, SampledAction<T> next,
        Expression<T> temperature, SacOptions options, TwinActionValue<T>? corrected = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TwinActionValue<T> followed = corrected ?? critic;
        Expression<T> actorCost = ActorCost(batch, followed, current, temperature);
        IReadOnlyList<SquaredError<T>> errors = CriticErrors(batch, critic, targetCritic, next, temperature, options);
        return new(actor, criticPlayer, actorCost, SquaredError.Sum(errors))
        {
            CriticErrors = errors,
            CriticMeasures = options.Correction.MeasuresCritic ? [TdErrorMeter.Errors(errors)] : [],
            ActorCostInCritic = options.Gradient.LeaderDerivative == LeaderDerivative.CurrentAction
                ? actorCost
                : -Mean(followed.Smaller(batch.Observation, batch.Action)),
        };
    }

    /// <summary>a' and -alpha log pi(a'|s').</summary>
    public static NextMove<T> Next<T>(SampledAction<T> next, Expression<T> temperature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(next.Action, -(temperature * next.LogProbability));

    /// <summary>
    /// L(theta, w) = mean (Q1(s, a) - y)^2 + mean (Q2(s, a) - y)^2 with
    /// y = r + gamma (1 - d) (min(Qbar1, Qbar2)(s', a') - alpha log pi(a'|s')); 1 x 1. Derivatives flow through a' and log pi.
    /// </summary>
    /// <param name="batch">Transitions.</param>
    /// <param name="critic">Q1 and Q2.</param>
    /// <param name="targetCritic">Qbar1 and Qbar2.</param>
    /// <param name="next">a' and log pi(a'|s').</param>
    /// <param name="temperature">alpha, 1 x 1.</param>
    /// <param name="options">Options.</param>
    public static Expression<T> CriticCost<T>(TransitionInputs<T> batch, TwinActionValue<T> critic, TwinActionValue<T> targetCritic,
        SampledAction<T> next, Expression<T> temperature, SacOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        SquaredError.Sum(CriticErrors(batch, critic, targetCritic, next, temperature, options));

    private static IReadOnlyList<SquaredError<T>> CriticErrors<T>(TransitionInputs<T> batch, TwinActionValue<T> critic,
        TwinActionValue<T> targetCritic, SampledAction<T> next, Expression<T> temperature, SacOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> soft = targetCritic.Smaller(batch.NextObservation, next.Action) - (temperature * next.LogProbability);
        Expression<T> y = batch.Target(options.Discount, soft);
        y = options.TargetGradient ? y : Stop(y);
        SquaredError<T> first = new(critic.First.Value(batch.Observation, batch.Action), y);
        return critic.Second is null ? [first] : [first, new(critic.Second.Value(batch.Observation, batch.Action), y)];
    }

    /// <summary>-J(theta, w) = mean (alpha log pi(a|s) - min(Q1, Q2)(s, a)), 1 x 1.</summary>
    public static Expression<T> ActorCost<T>(TransitionInputs<T> batch, TwinActionValue<T> critic, SampledAction<T> current,
        Expression<T> temperature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Mean((temperature * current.LogProbability) - critic.Smaller(batch.Observation, current.Action));

    /// <summary>
    /// Cost of log alpha, mean (-log alpha (log pi(a|s) + target)), 1 x 1; the policy is not differentiated.
    /// </summary>
    /// <param name="logTemperature">log alpha, 1 x 1.</param>
    /// <param name="current">a and log pi(a|s).</param>
    /// <param name="targetEntropy">Usually minus the number of action dimensions.</param>
    public static Expression<T> TemperatureCost<T>(Expression<T> logTemperature, SampledAction<T> current, double targetEntropy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        -(logTemperature * Mean(Stop(current.LogProbability) + targetEntropy));

    // A batch with the noise that is frozen across all products of an update, and the game without and with a correction.
    private sealed record Sample(
        TransitionInputs<float> Batch, Input<float> Noise, Input<float> NextNoise, ActorCriticGame<float> Plain, ActorCriticGame<float> Game);
}
