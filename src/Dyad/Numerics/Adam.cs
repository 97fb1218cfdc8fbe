using System.Numerics;
using Dyad.Core;

namespace Dyad.Numerics;

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1) on a flat vector of parameters: bias correction from the first step, epsilon
/// outside the root.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Adam<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _first;
    private readonly T[] _second;
    private double _beta1Power = 1;
    private double _beta2Power = 1;
    private long _steps;

    /// <summary>An optimiser for <paramref name="size"/> parameters.</summary>
    /// <param name="size">Number of parameters.</param>
    /// <param name="learningRate">Step length, alpha; positive.</param>
    /// <param name="beta1">Decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">Decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the second moment; positive.</param>
    public Adam(int size, double learningRate, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
        LearningRate = learningRate;
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        _first = new T[size];
        _second = new T[size];
    }

    /// <summary>Step length, alpha.</summary>
    public double LearningRate { get; set; }

    /// <summary>p of a step length alpha / (1 + k)^p that falls with the number of steps k; 0 for a constant one.</summary>
    public double RatePower { get; init; }

    /// <summary>Decay of the mean of gradients.</summary>
    public double Beta1 { get; }

    /// <summary>Decay of the mean of squared gradients.</summary>
    public double Beta2 { get; }

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; }

    /// <summary>The moments: means of gradients and of squared gradients.</summary>
    internal (T[] First, T[] Second) Moments => (_first, _second);

    private double Rate => RatePower == 0 ? LearningRate : LearningRate / Math.Pow(1 + _steps, RatePower);

    /// <summary>One step against the gradient: <paramref name="parameters"/> move to lower cost.</summary>
    /// <exception cref="ArgumentException">One of the two has another length than the optimiser.</exception>
    public void Descend(Span<T> parameters, ReadOnlySpan<T> gradient) => Step(parameters, gradient, -Rate);

    /// <summary>One step along the gradient: <paramref name="parameters"/> move to a higher objective.</summary>
    /// <exception cref="ArgumentException">One of the two has another length than the optimiser.</exception>
    public void Ascend(Span<T> parameters, ReadOnlySpan<T> gradient) => Step(parameters, gradient, Rate);

    /// <summary>Saves or loads the moments and their corrections.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Value("adam/steps", ref _steps);
        archive.Value("adam/beta1_power", ref _beta1Power);
        archive.Value("adam/beta2_power", ref _beta2Power);
        archive.Array("adam/first", _first.AsSpan());
        archive.Array("adam/second", _second.AsSpan());
    }

    private void Step(Span<T> parameters, ReadOnlySpan<T> gradient, double signedRate)
    {
        if (parameters.Length != _first.Length || gradient.Length != _first.Length)
        {
            throw new ArgumentException(
                $"{parameters.Length} parameters and {gradient.Length} gradients for an optimiser of {_first.Length}");
        }

        (T step, T correction) = Begin(signedRate);
        OptimizerLoops.Adam(parameters, gradient, _first, _second, step, correction, T.CreateChecked(Beta1), T.CreateChecked(Beta2),
            T.CreateChecked(Epsilon));
    }

    /// <summary>Begins a step to lower cost whose pass over the moments another device does.</summary>
    /// <returns>What the mean of gradients and the mean of squared gradients are multiplied by.</returns>
    internal (T Step, T Correction) BeginDescent() => Begin(-Rate);

    private (T Step, T Correction) Begin(double signedRate)
    {
        _steps++;
        _beta1Power *= Beta1;
        _beta2Power *= Beta2;
        return (T.CreateChecked(signedRate / (1 - _beta1Power)), T.CreateChecked(1 / (1 - _beta2Power)));
    }
}
