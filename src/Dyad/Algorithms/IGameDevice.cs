using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// What computes the steps of a <see cref="GameAgent"/>: the processor, at once, or another device, which may note what it is asked for
/// and do it together with what other agents ask for. Numbers are known by the processor's memory of them, and are there when
/// <see cref="Finish"/> has returned, networks and moments when <see cref="Pull"/> has.
/// </summary>
internal interface IGameDevice
{
    /// <summary>The processor has written an input of programs that follow.</summary>
    void Write(PinnedMemory<float> values);

    /// <summary>Runs a program.</summary>
    void Run(CompiledProgram program);

    /// <summary>Computes a total derivative.</summary>
    void Compute(TotalDerivative<float> total);

    /// <summary>A step of an optimiser: parameters move to lower cost.</summary>
    void Descend(Adam<float> optimizer, PinnedMemory<float> parameters, PinnedMemory<float> gradient);

    /// <summary>target += rate (source - target).</summary>
    void Average(PinnedMemory<float> target, PinnedMemory<float> source, double rate);

    /// <summary>
    /// Does something on the processor, which reads what programs have computed so far, and nothing else that they do. The same list and
    /// the same action each time: nothing is allocated.
    /// </summary>
    void Then(IReadOnlyList<PinnedMemory<float>> read, Action action);

    /// <summary>Does all that was asked for.</summary>
    void Finish();

    /// <summary>The same; then networks and moments are in the processor's memory too.</summary>
    void Pull();

    /// <summary>The processor has changed networks and moments.</summary>
    void Push();
}

/// <summary>The processor does everything at once and where it is.</summary>
internal sealed class Processing : IGameDevice
{
    private Processing()
    {
    }

    /// <summary>It has no state.</summary>
    public static Processing Instance { get; } = new();

    /// <inheritdoc/>
    public void Write(PinnedMemory<float> values)
    {
    }

    /// <inheritdoc/>
    public void Run(CompiledProgram program) => program.Run();

    /// <inheritdoc/>
    public void Compute(TotalDerivative<float> total) => total.Compute();

    /// <inheritdoc/>
    public void Descend(Adam<float> optimizer, PinnedMemory<float> parameters, PinnedMemory<float> gradient) =>
        optimizer.Descend(parameters.Values, gradient.Values);

    /// <inheritdoc/>
    public void Average(PinnedMemory<float> target, PinnedMemory<float> source, double rate) =>
        OptimizerLoops.Average<float>(target.Values, source.Values, rate);

    /// <inheritdoc/>
    public void Then(IReadOnlyList<PinnedMemory<float>> read, Action action) => action();

    /// <inheritdoc/>
    public void Finish()
    {
    }

    /// <inheritdoc/>
    public void Pull()
    {
    }

    /// <inheritdoc/>
    public void Push()
    {
    }
}
