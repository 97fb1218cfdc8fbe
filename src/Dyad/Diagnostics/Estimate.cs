using System.Numerics.Tensors;

namespace Dyad.Diagnostics;

/// <summary>A mean over independent samples.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="HalfWidth">Half the width of its 95 % interval, 1.96 standard errors; NaN for a single sample.</param>
public readonly record struct Estimate(double Mean, double HalfWidth)
{
    // Of the normal distribution: samples are many.
    internal const double Quantile = 1.959963984540054;

    /// <summary>Lower end of the interval.</summary>
    public double Low => Mean - HalfWidth;

    /// <summary>Upper end of the interval.</summary>
    public double High => Mean + HalfWidth;

    /// <summary>The mean of samples.</summary>
    public static Estimate Of(ReadOnlySpan<double> samples)
    {
        double mean = TensorPrimitives.Sum(samples) / samples.Length, squares = 0;
        foreach (double x in samples)
        {
            squares += (x - mean) * (x - mean);
        }

        return new Estimate(mean, Quantile * Math.Sqrt(squares / (samples.Length - 1) / samples.Length));
    }

    /// <summary>The mean of the differences of paired samples.</summary>
    public static Estimate OfDifferences(ReadOnlySpan<double> samples, ReadOnlySpan<double> others)
    {
        double[] differences = new double[samples.Length];
        TensorPrimitives.Subtract(samples, others, differences);
        return Of(differences);
    }
}
