using System.Numerics.Tensors;

namespace Dyad.Diagnostics;

/// <summary>
/// A gradient with its noise: one unbiased estimate a rollout or a batch. Its squared norm, as that of any expectation, comes without
/// bias from products of different samples only.
/// </summary>
internal sealed class SampledGradient
{
    private readonly double[][] _samples;
    private readonly double[] _sum;
    private readonly double _squares;

    /// <summary>The gradient of samples.</summary>
    /// <param name="samples">One vector a rollout or a batch, at least three.</param>
    public SampledGradient(double[][] samples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples.Length, 3);
        _samples = samples;
        _sum = new double[samples[0].Length];
        foreach (double[] sample in samples)
        {
            TensorPrimitives.Add(_sum, sample, _sum);
            _squares += TensorPrimitives.SumOfSquares<double>(sample);
        }
    }

    /// <summary>The mean over samples.</summary>
    public double[] Mean()
    {
        double[] mean = new double[_sum.Length];
        TensorPrimitives.Divide(_sum, _samples.Length, mean);
        return mean;
    }

    /// <summary>The squared norm of its expectation, unbiased, which by chance may be negative.</summary>
    public double NormSquared => Products(TensorPrimitives.SumOfSquares<double>(_sum), _squares, _samples.Length);

    /// <summary>
    /// Cosine between its expectation and another vector, with the 95 % interval of the jackknife over samples, which does not count
    /// the other's own noise; NaN where a squared norm comes out as not positive.
    /// </summary>
    /// <param name="mean">The other vector: exact, or an estimator's mean over batches.</param>
    /// <param name="normSquared">Its squared norm, unbiased (<see cref="GradientMoments.Inner"/>).</param>
    public Estimate Cosine(ReadOnlySpan<double> mean, double normSquared)
    {
        int n = _samples.Length;
        double inner = TensorPrimitives.Dot(mean, _sum), squared = TensorPrimitives.SumOfSquares<double>(_sum);
        double[] without = new double[n];
        for (int i = 0; i < n; i++)
        {
            // All sums without sample i.
            double own = TensorPrimitives.SumOfSquares<double>(_samples[i]);
            without[i] = Ratio(
                (inner - TensorPrimitives.Dot(mean, _samples[i])) / (n - 1), normSquared,
                Products(squared - (2 * TensorPrimitives.Dot<double>(_sum, _samples[i])) + own, _squares - own, n - 1));
        }

        double center = without.Average(), spread = 0;
        foreach (double x in without)
        {
            spread += (x - center) * (x - center);
        }

        return new Estimate(
            Ratio(inner / n, normSquared, NormSquared), Estimate.Quantile * Math.Sqrt(spread * (n - 1) / n));
    }

    private static double Products(double squaredSum, double sumOfSquares, int n) => (squaredSum - sumOfSquares) / ((double)n * (n - 1));

    private static double Ratio(double inner, double x, double y) => x > 0 && y > 0 ? inner / Math.Sqrt(x * y) : double.NaN;
}
