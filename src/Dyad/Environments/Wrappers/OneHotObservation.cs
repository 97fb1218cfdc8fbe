using Dyad.Core;

namespace Dyad.Environments.Wrappers;

/// <summary>A discrete observation as a vector: 1 at its number, 0 elsewhere, as networks need it.</summary>
public sealed class OneHotObservation : EnvironmentWrapper
{
    private readonly Box _space;
    private readonly double[] _number = new double[1];

    /// <summary>Wraps a task with discrete observations.</summary>
    /// <exception cref="UserError">Its observations are vectors already.</exception>
    public OneHotObservation(IEnvironment inner) : base(inner) => _space = inner.ObservationSpace is Discrete discrete
        ? Box.Uniform(discrete.Count, 0, 1)
        : throw new UserError($"{nameof(OneHotObservation)} needs discrete observations; those of this task are vectors");

    /// <inheritdoc/>
    public override Space ObservationSpace => _space;

    /// <inheritdoc/>
    public override void Reset(Span<double> observation, long? seed = null)
    {
        Inner.Reset(_number, seed);
        Write(observation);
    }

    /// <inheritdoc/>
    internal override bool Announce(ReadOnlySpan<double> action) => Announce(Inner, action);

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = Inner.Step(action, _number);
        Write(observation);
        return result;
    }

    private void Write(Span<double> observation)
    {
        observation.Clear();
        observation[(int)_number[0]] = 1;
    }
}
