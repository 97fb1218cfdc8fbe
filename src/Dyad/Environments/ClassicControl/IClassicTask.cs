using Dyad.Environments.Recording;

namespace Dyad.Environments.ClassicControl;

/// <summary>A task whose whole physics is a few numbers, which can be read (as a recording's row) and set.</summary>
internal interface IClassicTask : IEnvironment, IRecordable
{
    /// <summary>The drawing that a replay makes of a row: cart-pole, pendulum, acrobot or mountain-car.</summary>
    string Drawing { get; }

    /// <inheritdoc/>
    string? IRecordable.Scene => $$"""{"draw":"{{Drawing}}"}""";

    /// <summary>Puts the task into a state; the random stream stays where it is.</summary>
    /// <param name="state">One number for each of <see cref="IRecordable.Columns"/>.</param>
    /// <param name="observation">Receives the state's observation.</param>
    void SetState(ReadOnlySpan<double> state, Span<double> observation);
}
