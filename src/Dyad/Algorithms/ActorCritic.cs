using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>
/// On-policy actor-critic (Zheng et al. 2021, section 3.3, eqs. 2-6) as a game: the costs of both players, and the agent that plays
/// it.
/// <para>
/// theta: actor; w: critic, V or Q. An epoch, in this order: n environments step under one policy; values, advantages and targets
/// come from the w of that time; the critic descends L m times; the actor ascends J once.
/// </para>
/// Metrics: <c>train/critic_loss</c> L, averaged over the critic's steps, <c>train/actor_loss</c> -mean of A_t log pi(a_t|s_t),
/// <c>train/entropy</c> mean entropy of pi(.|s_t), <c>train/advantage_std</c> standard deviation of A_t before it is normalised,
/// <c>train/updates</c> epochs so far.
/// </summary>
public sealed class ActorCritic : IAgent
{
    // A standard deviation below this is rounding: such advantages are not blown up.
    private const float SmallestDeviation = 1e-8f;

    private readonly ActorCriticOptions _options;
    private readonly OnPolicyActor _actor;
    private readonly OnPolicyExperience _experience;
    private readonly RandomStream _random;
    private readonly Parameters<float> _critic = new("critic");
    private readonly GradientStep _actorStep;
    private readonly GradientStep _criticStep;
    private readonly RunningMeans _criticMeans = new("train/critic_loss");
    private readonly RunningMeans _actorMeans = new("train/actor_loss", "train/entropy", "train/advantage_std");

    // Noise of the actions that a Q critic of real vectors averages over; null where there are none.
    private readonly Input<float>? _noise;
    private readonly Action? _draw;

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
    private readonly float[] _values;
    private readonly float[] _advantages;
    private int _steps;
    private long _updates;

    /// <summary>An untrained agent.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">The steps of an epoch cannot be shared out among the environments.</exception>
    public ActorCritic(AgentTask task, ActorCriticOptions options, RandomStream stream)
    {
        if (options.StepsPerEpoch % options.Environments != 0)
        {
            throw new UserError(
                $"steps_per_epoch is {options.StepsPerEpoch} and environments {options.Environments}; the first must be a multiple of the second");
        }

        _options = options;
        _random = stream.Split("values");
        _actor = new OnPolicyActor(task, options, options.Environments, stream);
        _experience = new OnPolicyExperience(task, _actor, options.Environments, options.StepsPerEpoch / options.Environments);
        _values = new float[options.StepsPerEpoch];
        _advantages = new float[options.StepsPerEpoch];

        RolloutInputs<float> batch = _experience.Inputs;
        (Expression<float> taken, Expression<float> value, Expression<float> next) = MakeCritic(task, batch, out _noise, stream);
        _draw = _noise is null ? null : () => _random.Normal(_noise.Values);
        Expression<float> target = options.CriticTarget == CriticTarget.Bootstrapped
            ? Stop(batch.Target(options.Discount, next))
            : batch.Return;
        Expression<float> criticCost = CriticCost(taken, target);
        Expression<float> actorCost = ActorCost(batch, _actor.LogProbability(batch));
        (_criticProgram, _criticOutput) = Compile([criticCost, .. Derivatives.Gradient(criticCost, _critic)]);
        (_actorProgram, _actorOutput) = Compile(
            [actorCost, Mean(_actor.Entropy(batch.Observation)), .. Derivatives.Gradient(actorCost, _actor.Parameters)]);
        (_valueProgram, _value) = Compile([value]);
        (_nextValueProgram, _nextValue) = Compile([next]);
        (_directProgram, _direct) = Compile([options.Critic == CriticKind.Q ? taken : batch.Target(options.Discount, next)]);

        _criticMean = new float[1 + _critic.Count];
        _actorMean = new float[2 + _actor.Parameters.Count];
        _actorStep = new GradientStep(_actor.Parameters.Count, options.ActorLearningRate, options.Optimizer);
        _criticStep = new GradientStep(_critic.Count, options.CriticLearningRate, options.Optimizer);
    }

    /// <inheritdoc/>
    public Parameters<float> Policy => _actor.Parameters;

    /// <summary>w, the critic's parameters.</summary>
    public Parameters<float> Critic => _critic;

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
        if (_steps == _options.StepsPerEpoch)
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
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        _actor.Serialize(archive);
        archive.Array("critic", _critic.Values);
        _actorStep.Serialize(archive);
        _criticStep.Serialize(archive);
        _random.Serialize(archive);
        archive.Value("steps", ref _steps);
        archive.Value("updates", ref _updates);
        _criticMeans.Serialize(archive);
        _actorMeans.Serialize(archive);
        _experience.Serialize(archive);
    }

    /// <inheritdoc/>
    public void SaveRows(string folder)
    {
    }

    /// <inheritdoc/>
    public void LoadRows(string folder)
    {
    }

    private void Update()
    {
        _experience.Close(_options);
        Rollout steps = _experience.Steps;
        Span<float> values = _values.AsSpan(0, steps.Count), advantages = _advantages.AsSpan(0, steps.Count);
        Span<float> returns = _experience.Returns;

        // V(s_t) and V(s_{t+1}), then A_t and G_t.
        _experience.Evaluate(_valueProgram, _value, _draw, values);
        _experience.EvaluateNext(_nextValueProgram, _nextValue, _draw, values);
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

        // w <- w - rate d_w L(theta, w), m times
        for (int i = 0; i < _options.CriticUpdates; i++)
        {
            _experience.Mean(_criticProgram, _criticOutput, _criticMean, 0, steps.Count, _draw);
            _criticStep.Descend(_critic.Values, _criticMean.AsSpan(1));
            _criticMeans.Add(_criticMean[0]);
        }

        // theta <- theta + rate d_theta J(theta, w)
        if (_options.DirectTerm == DirectTerm.Returns)
        {
            AdvantageEstimation.Returns(steps.Rewards, next, steps.Last, _options.Discount, advantages);
        }
        else if (_options.DirectTerm == DirectTerm.Critic)
        {
            _experience.Evaluate(_directProgram, _direct, _draw, advantages);
        }

        float deviation = Normalize(advantages);
        Span<float> weights = _experience.Weights;
        TensorPrimitives.Multiply(weights, advantages, weights);
        _experience.Mean(_actorProgram, _actorOutput, _actorMean, 0, steps.Count);
        _actorStep.Descend(_actor.Parameters.Values, _actorMean.AsSpan(2));
        _actorMeans.Add(_actorMean[0], _actorMean[1], deviation);
        _updates++;
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

    // What the critic says of (s, a), of s, and of s': for V the first two are the same; for Q the value of a state is the mean
    // over its actions, exact where they are finitely many, otherwise of one action drawn anew.
    private (Expression<float> Taken, Expression<float> Value, Expression<float> Next) MakeCritic(
        AgentTask task, RolloutInputs<float> batch, out Input<float>? noise, RandomStream stream)
    {
        noise = null;
        bool discrete = task.Actions is Discrete, q = _options.Critic == CriticKind.Q;
        int inputs = task.ObservationSize + (q && !discrete ? task.ActionSize : 0), outputs = q && discrete ? task.ActionCount : 1;
        Mlp<float> network = Mlp.Drawn(_critic, q ? "q" : "v", _options.Sizes(inputs, outputs), stream.Split("critic"), _options.Activation);
        if (!q)
        {
            var v = new StateValue<float>(network);
            Expression<float> value = v.Value(batch.Observation);
            return (value, value, v.Value(batch.NextObservation));
        }

        if (discrete)
        {
            Expression<float> Average(Expression<float> s) => SumColumns(_actor.Probabilities(s) * network.Apply(s));
            return (GatherColumns(network.Apply(batch.Observation), batch.Choice), Average(batch.Observation), Average(batch.NextObservation));
        }

        var actionValue = new ActionValue<float>(network);
        Input<float> drawn = noise = new Input<float>("action noise", batch.Observation.Rows, task.ActionSize);
        Expression<float> OfDrawn(Expression<float> s) => actionValue.Value(s, _actor.Sample(s, drawn));
        return (actionValue.Value(batch.Observation, batch.Action), OfDrawn(batch.Observation), OfDrawn(batch.NextObservation));
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
