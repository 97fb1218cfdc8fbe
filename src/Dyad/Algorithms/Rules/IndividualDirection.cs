using System.Numerics;
using Dyad.Autodiff;
using Dyad.Core;

namespace Dyad.Algorithms.Rules;

/// <summary>The gradient of a player's own cost.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class IndividualDirection<T> : IDirection<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PlayerCost<T> _player;
    private readonly CompiledProgram _program;
    private readonly Outputs _own;

    // Where the last computation left its results: this program's own, or those of another that computed it along.
    private Outputs _last;

    /// <summary>Compiles cost, gradient and measures.</summary>
    public IndividualDirection(PlayerCost<T> player)
    {
        _player = player;
        var builder = new ProgramBuilder<T>();
        _own = _last = new Outputs(builder, player);
        _program = builder.Build();
    }

    /// <inheritdoc/>
    public T Cost => _last.Cost.Value;

    /// <inheritdoc/>
    public ReadOnlySpan<T> Values => _last.Gradient.Values;

    /// <inheritdoc/>
    public double ProductFlop => _program.ProductFlop;

    /// <inheritdoc/>
    public ReadOnlySpan<T> Measured(string name) => _last.Measures.Of(name);

    PinnedMemory<T> IDirection<T>.Memory => _last.Gradient.Memory;

    IReadOnlyList<PinnedMemory<T>> IDirection<T>.Told => _last.Told;

    /// <summary>Cost, gradient and measures.</summary>
    internal CompiledProgram Program => _program;

    PinnedMemory<T> IDirection<T>.MemoryOf(string measure) => _last.Measures.OutputOf(measure).Memory;

    /// <inheritdoc/>
    public void Compute()
    {
        _program.Run();
        _last = _own;
    }

    void IDirection<T>.Compute(IGameDevice device)
    {
        Take(_own, device);
        device.Run(_program);
    }

    /// <summary>Has another program compute the same along.</summary>
    /// <param name="other">The program.</param>
    /// <returns>Takes the results from there, after it has run.</returns>
    public Action<IGameDevice?> Along(ProgramBuilder<T> other)
    {
        var along = new Outputs(other, _player);
        return device => Take(along, device);
    }

    // Nobody may still want to read the results of before.
    private void Take(Outputs outputs, IGameDevice? device)
    {
        if (_last != outputs)
        {
            device?.Finish();
            _last = outputs;
        }
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
    }

    private sealed class Outputs(ProgramBuilder<T> builder, PlayerCost<T> player)
    {
        public Output<T> Cost { get; } = builder.Output(player.Cost);

        public Output<T> Gradient { get; } = builder.Output(Derivatives.Gradient(player.Cost, player.Player));

        public MeasureOutputs<T> Measures { get; } = new(builder, player.Measures);

        public IReadOnlyList<PinnedMemory<T>> Told => field ??= [Cost.Memory, .. Measures.Memory];
    }
}

/// <summary>Measures of a player in a program.</summary>
internal sealed class MeasureOutputs<T>(ProgramBuilder<T> builder, IReadOnlyList<Measure<T>> measures)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly (string Name, Output<T> Output)[] _outputs = [.. measures.Select(measure => (measure.Name, builder.Output(measure.Value)))];

    /// <summary>Where all of them lie.</summary>
    public IEnumerable<PinnedMemory<T>> Memory => _outputs.Select(output => output.Output.Memory);

    /// <summary>The values of the last run.</summary>
    /// <exception cref="ArgumentException">There is no such measure.</exception>
    public ReadOnlySpan<T> Of(string name) => OutputOf(name).Values;

    /// <summary>The output of a measure.</summary>
    /// <exception cref="ArgumentException">There is no such measure.</exception>
    public Output<T> OutputOf(string name)
    {
        foreach ((string known, Output<T> output) in _outputs)
        {
            if (known == name)
            {
                return output;
            }
        }

        throw new ArgumentException($"the player has no measure '{name}'", nameof(name));
    }
}
