using System.Diagnostics;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Cli.Commands;

/// <summary>
/// Tells on standard error what the exact quantities of a large MDP need, before they are computed, and every few seconds how far
/// that is. Small ones go without a word.
/// </summary>
internal sealed class SolvingProgress
{
    // About a second on any machine.
    private const int Large = 1500;
    private const int SampledStates = 600;

    private readonly bool _isLarge;
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private int _factorizations;
    private double _done = 1;

    public SolvingProgress(int states)
    {
        _isLarge = states > Large;
        if (_isLarge)
        {
            double seconds = SampleSeconds() * Math.Pow((double)states / SampledStates, 3);
            Console.Error.WriteLine(
                $"{states} states: {PolicyEvaluation.Bytes(states) / 1e9:0.0##} GB of memory, and at most about {seconds:#,0.#} s for each of some ten factorisations of a "
                + $"{states} x {states} matrix");
        }
    }

    /// <summary>What is computed now.</summary>
    public string Stage { get; set; } = "";

    public void Tell(double done)
    {
        _factorizations += done <= _done ? 1 : 0;
        _done = done;
        if (_isLarge && _sinceLine.Elapsed.TotalSeconds >= 3)
        {
            Console.Error.WriteLine($"{Stage}: factorisation {_factorizations}, {Math.Floor(100 * done)} %");
            _sinceLine.Restart();
        }
    }

    private static double SampleSeconds()
    {
        var factorization = new LuFactorization(SampledStates);
        double seconds = 0;
        for (int time = 0; time < 2; time++)
        {
            // The first time is the compiler's.
            Span<double> matrix = factorization.Matrix;
            for (int i = 0; i < matrix.Length; i++)
            {
                matrix[i] = i / SampledStates == i % SampledStates ? 2 : 1.0 / (1 + i);
            }

            var watch = Stopwatch.StartNew();
            factorization.Factor();
            seconds = watch.Elapsed.TotalSeconds;
        }

        return seconds;
    }
}
