using Dyad.Core;

namespace Dyad.Environments.Wrappers;

/// <summary>The last observations as one, the oldest first; at the start of an episode its first observation stands for those before it.</summary>
public sealed class StackObservations : EnvironmentWrapper
{
    private readonly int _size;
    private readonly double[] _frames;

    /// <summary>The stack around an environment.</summary>
    /// <param name="inner">The environment.</param>
    /// <param name="count">Observations in a stack, at least 1.</param>
    /// <exception cref="UserError">The observations are state numbers.</exception>
    public StackObservations(IEnvironment inner, int count) : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (inner.ObservationSpace is not Box box)
        {
            throw new UserError($"{nameof(StackObservations)} needs observations that are vectors; this task has a state number: put it into {nameof(OneHotObservation)}");
        }

        _size = box.Size;
        _frames = new double[count * _size];
        ObservationSpace = new Box([.. Enumerable.Repeat(box.Low, count).SelectMany(low => low)], [.. Enumerable.Repeat(box.High, count).SelectMany(high => high)]);
    }

    /// <inheritdoc/>
    public override Space ObservationSpace { get; }

    /// <inheritdoc/>
    public override void Reset(Span<double> observation, long? seed = null)
    {
        Inner.Reset(_frames.AsSpan(0, _size), seed);
        for (int at = _size; at < _frames.Length; at += _size)
        {
            _frames.AsSpan(0, _size).CopyTo(_frames.AsSpan(at));
        }

        _frames.CopyTo(observation);
    }

    /// <inheritdoc/>
    internal override bool Announce(ReadOnlySpan<double> action) => Announce(Inner, action);

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        _frames.AsSpan(_size).CopyTo(_frames);
        StepResult result = Inner.Step(action, _frames.AsSpan(_frames.Length - _size));
        _frames.CopyTo(observation);
        return result;
    }

    /// <inheritdoc/>
    public override void Serialize(StateArchive archive)
    {
        archive.Array("frames", _frames.AsSpan());
        Inner.Serialize(archive);
    }
}
