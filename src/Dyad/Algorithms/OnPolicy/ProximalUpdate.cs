using System.Numerics.Tensors;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// PPO's passes over a rollout (<see cref="Ppo"/>): minibatches in another order each time, and on each a step of both players. Metrics:
/// <c>train/explained_variance</c> 1 - var(G_t - V_old) / var(G_t), <c>train/passes</c> passes of a rollout that were begun, and with a
/// bound on the divergence <c>train/kl_stops</c>, rollouts that it ended; and with a leader those of the <see cref="TotalDirection{T}"/>.
/// </summary>
internal sealed class ProximalUpdate
{
    // Spinning Up and Stable-Baselines stop there.
    private const double KlSlack = 1.5;

    private readonly PpoOptions _options;
    private readonly OnPolicyExperience _experience;
    private readonly EpochEstimates _estimates;
    private readonly PlayerSteps _steps;
    private readonly SegmentInputs<float> _minibatch;
    private readonly bool _segments;
    private readonly Extent _rows;
    private readonly Input<float> _clip;
    private readonly EpochValues _logProbability;
    private readonly MeasureMeans _criticMeans;
    private readonly MeasureMeans _actorMeans;
    private readonly RunningMeans _means = new("train/explained_variance", "train/passes");
    private readonly RandomStream _random;
    private long _klStops;
    private int[] _order = [];
    private float[] _errors = [];

    // The rows of a segment, and a leader's plain direction at the length of its total derivative.
    private readonly int[] _consecutive;
    private readonly float[] _matched;

    /// <summary>Compiles the directions on a minibatch.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="options">Options.</param>
    /// <param name="experience">The rollout.</param>
    /// <param name="estimates">Its values.</param>
    /// <param name="actor">theta.</param>
    /// <param name="critic">w.</param>
    /// <param name="steps">How both move.</param>
    /// <param name="clip">epsilon.</param>
    /// <param name="criticMeans">Takes in the critic's steps.</param>
    /// <param name="actorMeans">Takes in the actor's steps.</param>
    /// <param name="stream">The method's random numbers.</param>
    public ProximalUpdate(AgentTask task, PpoOptions options, OnPolicyExperience experience, EpochEstimates estimates, OnPolicyActor actor,
        OnPolicyCritic critic, PlayerSteps steps, Input<float> clip, MeasureMeans criticMeans, MeasureMeans actorMeans, RandomStream stream)
    {
        (_options, _experience, _estimates, _steps, _clip) = (options, experience, estimates, steps, clip);
        (_criticMeans, _actorMeans) = (criticMeans, actorMeans);
        options.Step.RequireLength("clip_schedule", options.ClipSchedule);
        _random = stream.Split("minibatches");
        _segments = options.Minibatches == MinibatchKind.Segments;
        int most = _segments ? options.StepsPerEpoch / options.Environments : options.StepsPerEpoch;
        _rows = new Extent("minibatch", options.MinibatchSize == 0 ? most : Math.Min(options.MinibatchSize, most));
        _consecutive = new int[_segments ? _rows.Capacity : 0];
        _minibatch = new SegmentInputs<float>(_rows, task.ObservationSize, task.ActionSize);
        _logProbability = new EpochValues(actor.LogProbability(experience.Inputs), null);
        PpoGame<float> costs = Game(_minibatch, actor, critic, clip, options);
        ActorCriticGame<float> game = costs.Between(actor.Parameters, critic.Parameters);
        Rule = new GradientRule<float>(
            options.Gradient,
            [options.Gradient.Rule == Algorithms.Rules.Rule.Individual ? game : game with { LedByActor = costs.LedByActor(actor.Parameters, critic.Parameters, _minibatch) }],
            stream.Split("solver"));
        _matched = new float[options.LengthOnly && options.Gradient.Rule == Algorithms.Rules.Rule.Stackelberg ? actor.Parameters.Count : 0];
    }

    /// <summary>What turns the costs on a minibatch into directions.</summary>
    public GradientRule<float> Rule { get; }

    /// <summary>PPO's costs on some steps.</summary>
    public static PpoGame<float> Game(RolloutInputs<float> batch, OnPolicyActor actor, OnPolicyCritic critic, Expression<float> clip, PpoOptions options) => new(
        batch, actor.LogProbability(batch), actor.Entropy(batch.Observation), critic.Taken(batch), critic.Value(batch.NextObservation), clip, options);

    /// <summary>log pi_old(a_t|s_t) of every step, before anything moves.</summary>
    public void Remember() => _logProbability.OfAll(_experience, _experience.LogProbabilities);

    /// <summary>All passes over a rollout that has its values and weights.</summary>
    /// <param name="step">Environment steps taken before it.</param>
    public void Run(long step)
    {
        _clip.Set(_options.ClipRange * _options.Step.Left(_options.ClipSchedule, step));
        int count = _experience.Steps.Count, pass = 0;
        double explained = ExplainedVariance();
        int size = _rows.Capacity;
        Span<int> order = Order(_segments ? (count + size - 1) / size : count);
        for (bool goesOn = true; goesOn && pass < _options.Passes; pass++)
        {
            if (pass > 0 && _options.RecomputeAdvantages)
            {
                _experience.WeighVisits(_options);
                _estimates.Evaluate();
                _estimates.Weigh();
            }

            _random.Shuffle(order);
            for (int i = 0; goesOn && i < order.Length; i += _segments ? 1 : size)
            {
                goesOn = Learn(_segments ? Segment(order[i] * size, count) : order.Slice(i, Math.Min(size, count - i)));
            }
        }

        _means.Add(explained, pass);
    }

    /// <summary>Records what happened since the last call.</summary>
    public void Measure(IMetrics metrics)
    {
        _means.Flush(metrics);
        Rule.Measure(metrics);
        if (_options.TargetKl > 0)
        {
            metrics.Record("train/kl_stops", _klStops);
        }
    }

    /// <summary>Saves or loads what later rollouts depend on.</summary>
    public void Serialize(StateArchive archive)
    {
        _random.Serialize(archive);
        Rule.Serialize(archive);
        _means.Serialize(archive);
        archive.Value("kl_stops", ref _klStops);
    }

    // A step of both players on a minibatch; false where the policy has moved too far. Then there is none, or, in turn, the critic's alone:
    // how far it has moved is known with the actor's direction.
    private bool Learn(ReadOnlySpan<int> rows)
    {
        double unit = _options is { NormalizeAdvantages: true, NormalizePerMinibatch: true } ? Normalize(rows) : _experience.AdvantageUnit;
        _rows.Count = rows.Length;
        _experience.Fill(rows, _minibatch);
        if (_segments)
        {
            _experience.FillSegment(rows[0], _minibatch, _options.NormalizeAdvantages);
            _minibatch.AdvantageUnit.Set(unit);
        }

        int criticSteps = _options.CriticUpdates * _options.Gradient.StepsOf(Player.Critic);
        bool together = _options.Gradient.Order == UpdateOrder.Simultaneous;
        if (together)
        {
            Rule.Actor.Compute();
            if (IsTooFar())
            {
                return false;
            }
        }

        for (int i = 0; i < criticSteps; i++)
        {
            Rule.Critic.Compute();
            _criticMeans.Add(Rule.Critic);
            if (!together || criticSteps > 1)
            {
                _steps.MoveCritic(Rule.Critic.Values);
            }
        }

        if (!together)
        {
            Rule.Actor.Compute();
            if (IsTooFar())
            {
                return false;
            }
        }

        _actorMeans.Add(Rule.Actor);
        if (together && criticSteps == 1)
        {
            _steps.MoveBoth(ActorDirection(), Rule.Critic.Values);
        }
        else
        {
            _steps.MoveActor(ActorDirection());
        }

        return true;
    }

    // What the actor descends along; only as far as the total derivative would take it, along the plain gradient, if asked for.
    private ReadOnlySpan<float> ActorDirection()
    {
        if (_matched.Length == 0)
        {
            return Rule.Actor.Values;
        }

        ReadOnlySpan<float> direct = Rule.Leading.Total.Direct;
        float length = TensorPrimitives.Norm(direct);
        TensorPrimitives.Multiply(direct, length > 0 ? TensorPrimitives.Norm(Rule.Actor.Values) / length : 1, _matched);
        return _matched;
    }

    // The rows of a segment.
    private ReadOnlySpan<int> Segment(int first, int count)
    {
        Span<int> rows = _consecutive.AsSpan(0, Math.Min(_consecutive.Length, count - first));
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = first + i;
        }

        return rows;
    }

    private bool IsTooFar()
    {
        bool tooFar = _options.TargetKl > 0 && Rule.Actor.Measured(PpoGame<float>.KlName)[0] > KlSlack * _options.TargetKl;
        _klStops += tooFar ? 1 : 0;
        return tooFar;
    }

    // A_t to mean 0 and standard deviation 1 among some steps, times gamma^t where visits are discounted; what they were divided by.
    private float Normalize(ReadOnlySpan<int> rows)
    {
        ReadOnlySpan<float> advantages = _experience.Advantages;
        ReadOnlySpan<int> times = _experience.Steps.Times;
        Span<float> picked = _errors.AsSpan(0, rows.Length), weights = _experience.Weights;
        for (int i = 0; i < rows.Length; i++)
        {
            picked[i] = advantages[rows[i]];
        }

        (float mean, float deviation) = EpochEstimates.Moments(picked);
        EpochEstimates.Normalize(picked, mean, deviation, picked);
        for (int i = 0; i < rows.Length; i++)
        {
            weights[rows[i]] = picked[i] * (_options.DiscountedVisits ? (float)Math.Pow(_options.Discount, times[rows[i]]) : 1);
        }

        return deviation + EpochEstimates.SmallestDeviation;
    }

    private double ExplainedVariance()
    {
        ReadOnlySpan<float> returns = _experience.Returns, values = _experience.Values;
        if (_errors.Length < returns.Length)
        {
            _errors = new float[2 * returns.Length];
        }

        Span<float> errors = _errors.AsSpan(0, returns.Length);
        for (int i = 0; i < returns.Length; i++)
        {
            errors[i] = returns[i] - values[i];
        }

        double all = EpochEstimates.Moments(returns).Deviation, left = EpochEstimates.Moments(errors).Deviation;
        return all > 0 ? 1 - (left * left / (all * all)) : 0;
    }

    // 0, 1, ... count - 1: every rollout begins there, so that the order is no state.
    private Span<int> Order(int count)
    {
        if (_order.Length < count)
        {
            _order = new int[2 * count];
        }

        Span<int> order = _order.AsSpan(0, count);
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        return order;
    }
}
