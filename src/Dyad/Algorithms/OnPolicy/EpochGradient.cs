using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;

namespace Dyad.Algorithms;

/// <summary>The gradient of a player's cost over the steps of an epoch, piece by piece.</summary>
internal sealed class EpochGradient : IDirection<float>
{
    private readonly OnPolicyExperience _experience;
    private readonly IReadOnlyList<Measure<float>> _measures;
    private readonly Action? _draw;
    private readonly CompiledProgram _program;

    // Cost, measures and gradient, one behind the other.
    private readonly Output<float> _output;
    private readonly float[] _mean;

    /// <summary>Compiles cost, measures and gradient on a piece.</summary>
    /// <param name="experience">The steps; the player's cost is a mean over <see cref="OnPolicyExperience.Inputs"/>.</param>
    /// <param name="player">Cost and measures, each 1 x 1.</param>
    /// <param name="draw">Draws what else the cost needs on each piece; null where it needs nothing.</param>
    public EpochGradient(OnPolicyExperience experience, PlayerCost<float> player, Action? draw = null)
    {
        (_experience, _measures, _draw) = (experience, player.Measures, draw);
        var builder = new ProgramBuilder<float>();
        _output = builder.Output(
            [player.Cost, .. player.Measures.Select(measure => measure.Value), .. Derivatives.Gradient(player.Cost, player.Player)]);
        _program = builder.Build();
        _mean = new float[1 + _measures.Count + player.Player.Count];
    }

    /// <inheritdoc/>
    public float Cost => _mean[0];

    /// <inheritdoc/>
    public ReadOnlySpan<float> Values => _mean.AsSpan(1 + _measures.Count);

    /// <inheritdoc/>
    public double ProductFlop => _program.ProductFlop;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Measured(string name)
    {
        for (int i = 0; i < _measures.Count; i++)
        {
            if (_measures[i].Name == name)
            {
                return _mean.AsSpan(1 + i, 1);
            }
        }

        throw new ArgumentException($"the player has no measure '{name}'", nameof(name));
    }

    /// <inheritdoc/>
    public void Compute() => _experience.Mean(_program, _output, _mean, 0, _experience.Steps.Count, _draw);

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
    }
}

/// <summary>A value of each step of an epoch, by a program.</summary>
internal sealed class EpochValues
{
    private readonly CompiledProgram _program;
    private readonly Output<float> _output;
    private readonly Action? _draw;

    /// <summary>Compiles the value.</summary>
    /// <param name="value">rows x 1, of a piece.</param>
    /// <param name="draw">As for <see cref="EpochGradient"/>.</param>
    public EpochValues(Expression<float> value, Action? draw)
    {
        var builder = new ProgramBuilder<float>();
        _output = builder.Output(value);
        _program = builder.Build();
        _draw = draw;
    }

    /// <summary>The value of every step.</summary>
    public void OfAll(OnPolicyExperience experience, Span<float> values) => experience.Evaluate(_program, _output, _draw, values);

    /// <summary>V(s_{t+1}) of every step, of which this computes those of the last steps (<see cref="OnPolicyExperience.EvaluateNext"/>).</summary>
    public void OfLast(OnPolicyExperience experience, ReadOnlySpan<float> values) =>
        experience.EvaluateNext(_program, _output, _draw, values);
}
