using System.Numerics.Tensors;
using Dyad.Algorithms.Rules;
using Dyad.Core;
using Dyad.Games;

namespace Dyad.Algorithms;

/// <summary>
/// What the leading actor of the on-policy game follows: its total derivative, whose direct term is the plain gradient over the
/// epoch, or that of the first actions where the game states its own (<see cref="EpisodeLeader"/>).
/// </summary>
internal sealed class EpisodeDirection(EpochGradient plain, EpisodeLeader leader, OnPolicyExperience experience, ActorCriticOptions options)
    : IDirection<float>
{
    private readonly float[] _values = new float[plain.Values.Length];

    /// <summary>The leading actor.</summary>
    public EpisodeLeader Leader => leader;

    /// <summary>The direct part of the last computation.</summary>
    public ReadOnlySpan<float> Direct => leader.HasOwnDirectTerm ? leader.Total.Direct : plain.Values;

    /// <inheritdoc/>
    public float Cost => plain.Cost;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Values => _values;

    /// <inheritdoc/>
    public double ProductFlop => plain.ProductFlop + leader.Total.ProductFlop;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Measured(string name) => plain.Measured(name);

    /// <inheritdoc/>
    public void Compute()
    {
        plain.Compute();
        leader.Compute(experience);
        TotalDerivative<float> total = leader.Total;
        if (leader.HasOwnDirectTerm)
        {
            total.Total.CopyTo(_values);
        }
        else
        {
            TensorPrimitives.MultiplyAdd(total.Implicit, (float)-total.ImplicitFactor, plain.Values, _values);
        }

        // Only as far as the total derivative would take it, along the plain gradient.
        float length = TensorPrimitives.Norm(plain.Values);
        if (options.LengthOnly)
        {
            float factor = length > 0 ? TensorPrimitives.Norm<float>(_values) / length : 1;
            TensorPrimitives.Multiply(plain.Values, factor, _values);
        }
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics) => leader.Measure(metrics);

    /// <inheritdoc/>
    public void Serialize(StateArchive archive) => leader.Serialize(archive);
}
