using System.Numerics;
using Dyad.Autodiff;
using Dyad.Core;

namespace Dyad.Algorithms.Rules;

/// <summary>
/// What a player descends along: compiled once, computed at the parameters and inputs of the moment. The results stay until the
/// next computation.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public interface IDirection<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The player's cost.</summary>
    T Cost { get; }

    /// <summary>The direction, as long as the player's parameters.</summary>
    ReadOnlySpan<T> Values { get; }

    /// <summary>Float operations of the matrix products of the last computation.</summary>
    double ProductFlop { get; }

    /// <summary>One of the player's measures, by its name.</summary>
    ReadOnlySpan<T> Measured(string name);

    /// <summary>Computes all of it.</summary>
    void Compute();

    /// <summary>Where the direction lies, for a device.</summary>
    internal PinnedMemory<T> Memory => throw new NotSupportedException();

    /// <summary>Where cost and measures lie, likewise.</summary>
    internal IReadOnlyList<PinnedMemory<T>> Told => throw new NotSupportedException();

    /// <summary>Where a measure lies, likewise.</summary>
    internal PinnedMemory<T> MemoryOf(string measure) => throw new NotSupportedException();

    /// <summary>Computes all of it on a device.</summary>
    internal void Compute(IGameDevice device) => throw new NotSupportedException();

    /// <summary>Records what happened since the last call.</summary>
    void Measure(IMetrics metrics);

    /// <summary>Saves or loads what later directions depend on.</summary>
    void Serialize(StateArchive archive);
}
