using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>
/// On-policy actor-critic (Zheng et al. 2021, section 3.3, eqs. 2-6) as a game: the costs of both players, and the agent that plays
/// it.
/// <para>
/// theta: actor; w: critic, V or Q. An epoch, in this order: n environments step under one policy; values, advantages and targets
/// come from the w of that time; the critic descends L m times; the actor ascends J once, along its gradient or, as a leader, its
/// total derivative (STAC, section 4.2).
/// </para>
/// Metrics: <c>train/critic_loss</c> L, averaged over the critic's steps, <c>train/actor_loss</c> -mean of A_t log pi(a_t|s_t),
/// <c>train/entropy</c> mean entropy of pi(.|s_t), <c>train/advantage_std</c> standard deviation of A_t before it is normalised,
/// <c>train/updates</c> epochs so far; and those of the <see cref="EpisodeLeader"/> and the <see cref="EpochResidual"/>.
/// </summary>
public sealed class ActorCritic : IAgent
{
    // A standard deviation below this is rounding: such advantages are not blown up.
    private const float SmallestDeviation = 1e-8f;

    private readonly ActorCriticOptions _options;
    private readonly OnPolicyActor _actor;
    private readonly OnPolicyExperience _experience;
    private readonly OnPolicyCritic _critic;

    // The total derivative under the Stackelberg rule; null under the individual one.
    private readonly EpisodeLeader? _leader;

    // What is added to Q where the actor sees it; null without a correction.
    private readonly EpochResidual? _residual;
    private readonly GradientStep _actorStep;
    private readonly GradientStep _criticStep;
    private readonly RunningMeans _criticMeans = new("train/critic_loss");
    private readonly RunningMeans _actorMeans = new("train/actor_loss", "train/entropy", "train/advantage_std");

    // The cost and its gradient; the actor's with the entropy between.
    private readonly CompiledProgram _criticProgram;
    private readonly Output<float> _criticOutput;
    private readonly float[] _criticMean;
    private readonly CompiledProgram _actorProgram;
    private readonly Output<float> _actorOutput;
    private readonly float[] _actorMean;

    // V(s), V(s') and what J sees of the critic.
    private readonly CompiledProgram _valueProgram;
    private readonly Output<float> _value;
    private readonly CompiledProgram _nextValueProgram;
    private readonly Output<float> _nextValue;
    private readonly CompiledProgram _directProgram;
    private readonly Output<float> _direct;
    private float[] _values;
    private float[] _advantages;
    private float[] _rawAdvantages = [];
    private int _steps;
    private long _updates;

    /// <summary>An untrained agent.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">The options do not go together.</exception>
    public ActorCritic(AgentTask task, ActorCriticOptions options, RandomStream stream)
    {
        options.Check();
        _options = options;
        _actor = new OnPolicyActor(task, options, options.Environments, stream);
        _experience = new OnPolicyExperience(task, _actor, options.Environments, options.StepsPerEpoch / options.Environments);
        _values = new float[options.StepsPerEpoch];
        _advantages = new float[options.StepsPerEpoch];

        RolloutInputs<float> batch = _experience.Inputs;
        _critic = new OnPolicyCritic(task, options, _actor, batch.Observation.Rows, stream);
        Expression<float> taken = _critic.Taken(batch), next = _critic.Value(batch.NextObservation);
        Expression<float> target = options.CriticTarget == CriticTarget.Bootstrapped
            ? Stop(batch.Target(options.Discount, next))
            : batch.Return;
        Expression<float> criticCost = CriticCost(taken, target);
        Expression<float> actorCost = ActorCost(batch, _actor.LogProbability(batch));
        (_criticProgram, _criticOutput) = Compile([criticCost, .. Derivatives.Gradient(criticCost, _critic.Parameters)]);
        (_actorProgram, _actorOutput) = Compile(
            [actorCost, Mean(_actor.Entropy(batch.Observation)), .. Derivatives.Gradient(actorCost, _actor.Parameters)]);
        (_valueProgram, _value) = Compile([_critic.Value(batch.Observation)]);
        (_nextValueProgram, _nextValue) = Compile([next]);
        _residual = options.Correction.Residual ? new EpochResidual(task, options, _actor, _critic, batch, stream.Split("residual")) : null;
        Expression<float> seen = _residual is null ? taken : taken + _residual.Taken(batch);
        (_directProgram, _direct) = Compile([options.Critic == CriticKind.Q ? seen : batch.Target(options.Discount, next)]);

        _criticMean = new float[1 + _critic.Parameters.Count];
        _actorMean = new float[2 + _actor.Parameters.Count];
        _actorStep = new GradientStep(_actor.Parameters.Count, options.ActorLearningRate, options.Optimizer, options.Gradient.ActorRatePower);
        _criticStep = new GradientStep(_critic.Parameters.Count, options.CriticLearningRate, options.Optimizer, options.Gradient.CriticRatePower);
        _leader = options.Gradient.Rule == Rule.Stackelberg ? new EpisodeLeader(task, options, _actor, _critic, stream) : null;
    }

    /// <inheritdoc/>
    public Parameters<float> Policy => _actor.Parameters;

    /// <summary>w, the critic's parameters.</summary>
    public Parameters<float> Critic => _critic.Parameters;

    /// <summary>psi, the res-critic's parameters; null without a correction.</summary>
    public Parameters<float>? ResCritic => _residual?.Parameters;

    /// <inheritdoc/>
    public int Environments => _options.Environments;

    /// <inheritdoc/>
    public void Act(ReadOnlySpan<double> observations, Span<double> actions, bool explore) =>
        _actor.Act(observations, actions, explore);

    /// <inheritdoc/>
    public void Observe(
        ReadOnlySpan<double> observations, ReadOnlySpan<double> actions, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next)
    {
        _experience.Add(observations, results, next);
        _steps += _options.Environments;
        if (_steps >= _options.StepsPerEpoch && (!_options.WholeEpisodes || results[0].Done))
        {
            if (_experience.Steps.Count > 0)
            {
                Update();
            }

            _experience.Steps.Clear();
            _steps = 0;
        }
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _criticMeans.Flush(metrics);
        _actorMeans.Flush(metrics);
        metrics.Record("train/updates", _updates);
        _leader?.Measure(metrics);
        _residual?.Measure(metrics);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        _actor.Serialize(archive);
        _critic.Serialize(archive);
        _actorStep.Serialize(archive);
        _criticStep.Serialize(archive);
        _leader?.Serialize(archive);
        _residual?.Serialize(archive);
        archive.Value("steps", ref _steps);
        archive.Value("updates", ref _updates);
        _criticMeans.Serialize(archive);
        _actorMeans.Serialize(archive);
        _experience.Serialize(archive);
    }

    private void Update()
    {
        Evaluate();

        // Simultaneously: the leader's direction belongs to the w from before the critic's steps.
        bool together = _options.Gradient.Order == UpdateOrder.Simultaneous;
        if (together)
        {
            ComputeActor();
        }

        // w <- w - rate d_w L(theta, w), m times
        int criticSteps = _options.CriticUpdates * _options.Gradient.StepsOf(Player.Critic);
        for (int i = 0; i < criticSteps; i++)
        {
            _experience.Mean(_criticProgram, _criticOutput, _criticMean, 0, _experience.Steps.Count, _critic.Draw);
            _criticStep.Descend(_critic.Parameters.Values, _criticMean.AsSpan(1));
            _criticMeans.Add(_criticMean[0]);
        }

        _residual?.Learn(_experience);

        // theta <- theta + rate d_theta J(theta, w)
        if (!together)
        {
            ComputeActor();
        }

        _actorStep.Descend(_actor.Parameters.Values, _actorMean.AsSpan(2));
        _updates++;
    }

    // V(s_t) and V(s_{t+1}), then A_t and what the critic regresses on.
    private void Evaluate()
    {
        _experience.Close(_options);
        Rollout steps = _experience.Steps;
        Span<float> values = Room(ref _values), advantages = Room(ref _advantages), returns = _experience.Returns;
        _experience.Evaluate(_valueProgram, _value, _critic.Draw, values);
        _experience.EvaluateNext(_nextValueProgram, _nextValue, _critic.Draw, values);
        ReadOnlySpan<float> next = _experience.NextValues;
        AdvantageEstimation.Advantages(steps.Rewards, values, next, steps.Last, _options.Discount, _options.GaeLambda, advantages);
        if (_options.CriticTarget == CriticTarget.LambdaReturn)
        {
            TensorPrimitives.Add(values, advantages, returns);
        }
        else
        {
            AdvantageEstimation.Returns(steps.Rewards, next, steps.Last, _options.Discount, returns);
        }
    }

    // The actor's cost, entropy and direction.
    private void ComputeActor()
    {
        Rollout steps = _experience.Steps;
        Span<float> advantages = Room(ref _advantages);
        if (_options.DirectTerm == DirectTerm.Returns)
        {
            AdvantageEstimation.Returns(steps.Rewards, _experience.NextValues, steps.Last, _options.Discount, advantages);
        }
        else if (_options.DirectTerm == DirectTerm.Critic)
        {
            _experience.Evaluate(_directProgram, _direct, _critic.Draw, advantages);
        }

        if (_leader is not null)
        {
            advantages.CopyTo(Room(ref _rawAdvantages));
        }

        float deviation = Normalize(advantages);
        Span<float> weights = _experience.Weights;
        TensorPrimitives.Multiply(weights, advantages, weights);
        _experience.Mean(_actorProgram, _actorOutput, _actorMean, 0, steps.Count);
        _actorMeans.Add(_actorMean[0], _actorMean[1], deviation);
        if (_leader is not null)
        {
            _leader.Compute(_experience, Room(ref _rawAdvantages), _options.NormalizeAdvantages ? deviation + SmallestDeviation : 1);
            Span<float> direction = _actorMean.AsSpan(2);
            _leader.Direction(direction, direction);
        }
    }

    // Room for a number a step; an epoch of whole episodes may be longer than the one before.
    private Span<float> Room(ref float[] values)
    {
        if (values.Length < _experience.Steps.Count)
        {
            values = new float[2 * _experience.Steps.Count];
        }

        return values.AsSpan(0, _experience.Steps.Count);
    }

    // Mean 0 and standard deviation 1 over the epoch, if asked for; the standard deviation as it was.
    private float Normalize(Span<float> advantages)
    {
        float mean = TensorPrimitives.Sum<float>(advantages) / advantages.Length;
        float squares = 0;
        foreach (float advantage in advantages)
        {
            squares += (advantage - mean) * (advantage - mean);
        }

        float deviation = MathF.Sqrt(squares / advantages.Length);
        if (_options.NormalizeAdvantages)
        {
            TensorPrimitives.Subtract(advantages, mean, advantages);
            TensorPrimitives.Multiply(advantages, 1 / (deviation + SmallestDeviation), advantages);
        }

        return deviation;
    }

    private static (CompiledProgram Program, Output<float> Output) Compile(IReadOnlyList<Expression<float>> parts)
    {
        var builder = new ProgramBuilder<float>();
        Output<float> output = builder.Output(parts);
        return (builder.Build(), output);
    }

    /// <summary>L(w) = mean of (critic - target)^2, 1 x 1 (Zheng et al. 2021, eq. 4).</summary>
    /// <param name="critic">V(s_t) or Q(s_t, a_t), steps x 1.</param>
    /// <param name="target">G_t, or r_t + gamma V(s_{t+1}) without derivatives, steps x 1.</param>
    public static Expression<T> CriticCost<T>(Expression<T> critic, Expression<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Mean(Square(critic - target));

    /// <summary>-mean of A_t log pi(a_t|s_t), 1 x 1: minus its gradient is eq. 3 of Zheng et al. 2021 with A_t for Q_w.</summary>
    /// <param name="batch">Steps; the weight is A_t, times gamma^t where visits are discounted.</param>
    /// <param name="logProbability">log pi(a_t|s_t), steps x 1.</param>
    public static Expression<T> ActorCost<T>(RolloutInputs<T> batch, Expression<T> logProbability)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => -Mean(batch.Weight * logProbability);
}
