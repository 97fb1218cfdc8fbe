using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Experience;

namespace Dyad.Algorithms;

/// <summary>
/// What the critic as it stands makes of the steps of an epoch: V(s_t), what it regresses on, and A_t. Metric:
/// <c>train/advantage_std</c>, the standard deviation of A_t before it is normalised.
/// </summary>
internal sealed class EpochEstimates
{
    /// <summary>A standard deviation below this is rounding: such advantages are not blown up.</summary>
    public const float SmallestDeviation = 1e-8f;

    private readonly ActorCriticOptions _options;
    private readonly OnPolicyExperience _experience;

    // V(s), V(s') and what the actor's gradient sees of a critic that it follows.
    private readonly EpochValues _value;
    private readonly EpochValues _nextValue;
    private readonly EpochValues _seen;

    // V + w of a V critic with a correction.
    private readonly (EpochValues Value, EpochValues Next)? _corrected;
    private readonly RunningMeans _means = new("train/advantage_std");
    private float[] _values;
    private float[] _advantages;

    /// <summary>Compiles the values.</summary>
    /// <param name="experience">The steps.</param>
    /// <param name="costs">The costs on a piece of them.</param>
    /// <param name="critic">w.</param>
    /// <param name="residual">What corrects it; null without a correction.</param>
    /// <param name="options">Options.</param>
    public EpochEstimates(OnPolicyExperience experience, EpochGame<float> costs, OnPolicyCritic critic, EpochResidual? residual, ActorCriticOptions options)
    {
        (_experience, _options) = (experience, options);
        RolloutInputs<float> batch = experience.Inputs;
        _value = new EpochValues(critic.Value(batch.Observation), critic.Draw);
        _nextValue = new EpochValues(costs.NextValue, critic.Draw);
        _seen = new EpochValues(costs.Seen, critic.Draw);
        _corrected = residual is null || options.Critic == CriticKind.Q ? null : (
            new EpochValues(critic.Value(batch.Observation) + residual.Value(batch.Observation), null),
            new EpochValues(costs.NextValue + residual.Value(batch.NextObservation), null));
        _values = new float[options.StepsPerEpoch];
        _advantages = new float[options.StepsPerEpoch];
    }

    /// <summary>V(s_t) and V(s_{t+1}), then A_t and what the critic regresses on.</summary>
    public void Evaluate()
    {
        Rollout steps = _experience.Steps;
        Span<float> values = Room(ref _values), advantages = Room(ref _advantages), returns = _experience.Returns;
        Advantages(_value, _nextValue, values, advantages);
        values.CopyTo(_experience.Values);
        if (_options.CriticTarget == CriticTarget.LambdaReturn)
        {
            TensorPrimitives.Add(values, advantages, returns);
        }
        else
        {
            AdvantageEstimation.Returns(steps.Rewards, _experience.NextValues, steps.Last, _options.Discount, returns);
        }
    }

    /// <summary>A_t of the actor's gradient, normalised if asked for, as weights of the scores.</summary>
    public void Weigh()
    {
        Rollout steps = _experience.Steps;
        Span<float> advantages = Room(ref _advantages);
        if (_options.DirectTerm == DirectTerm.Returns)
        {
            AdvantageEstimation.Returns(steps.Rewards, _experience.NextValues, steps.Last, _options.Discount, advantages);
        }
        else if (_options.DirectTerm == DirectTerm.Critic)
        {
            _seen.OfAll(_experience, advantages);
        }
        else if (_corrected is { } corrected)
        {
            Advantages(corrected.Value, corrected.Next, Room(ref _values), advantages);
        }

        advantages.CopyTo(_experience.Advantages);
        (float mean, float deviation) = Moments(advantages);
        if (_options.NormalizeAdvantages)
        {
            Normalize(advantages, mean, deviation, advantages);
        }

        _experience.AdvantageUnit = _options.NormalizeAdvantages ? deviation + SmallestDeviation : 1;
        Span<float> weights = _experience.Weights;
        TensorPrimitives.Multiply(weights, advantages, weights);
        _means.Add(deviation);
    }

    /// <summary>Mean and standard deviation.</summary>
    public static (float Mean, float Deviation) Moments(ReadOnlySpan<float> advantages)
    {
        float mean = TensorPrimitives.Sum(advantages) / advantages.Length;
        float squares = 0;
        foreach (float advantage in advantages)
        {
            squares += (advantage - mean) * (advantage - mean);
        }

        return (mean, MathF.Sqrt(squares / advantages.Length));
    }

    /// <summary>Brings numbers to mean 0 and standard deviation 1.</summary>
    public static void Normalize(ReadOnlySpan<float> advantages, float mean, float deviation, Span<float> result)
    {
        TensorPrimitives.Subtract(advantages, mean, result);
        TensorPrimitives.Multiply(result, 1 / (deviation + SmallestDeviation), result);
    }

    /// <summary>Records what happened since the last call.</summary>
    public void Measure(IMetrics metrics) => _means.Flush(metrics);

    /// <summary>Saves or loads the metric.</summary>
    public void Serialize(StateArchive archive) => _means.Serialize(archive);

    private void Advantages(EpochValues value, EpochValues next, Span<float> values, Span<float> advantages)
    {
        Rollout steps = _experience.Steps;
        value.OfAll(_experience, values);
        next.OfLast(_experience, values);
        AdvantageEstimation.Advantages(
            steps.Rewards, values, _experience.NextValues, steps.Last, _options.Discount, _options.GaeLambda, advantages);
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
}
