using Dyad.Studies.Results;
using MathNet.Numerics.Distributions;

namespace Dyad.Studies;

/// <summary>An estimate whose error, over its standard error, follows Student's t.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="StandardError">Its standard error; NaN where the data tell nothing of it.</param>
/// <param name="Degrees">Degrees of freedom; infinite where there is no error.</param>
internal readonly record struct StudentEstimate(double Value, double StandardError, double Degrees)
{
    /// <summary>The mean of values, or of paired differences; one value tells nothing of its spread.</summary>
    public static StudentEstimate Mean(IReadOnlyCollection<double> values) => new(
        Statistics.Mean(values),
        values.Count < 2 ? double.NaN : Statistics.StandardDeviation(values) / Math.Sqrt(values.Count),
        values.Count - 1);

    /// <summary>
    /// mean(a) - mean(b) by Welch. Two single values tell nothing of their spread; one value against several takes it from the
    /// several.
    /// </summary>
    public static StudentEstimate Difference(IReadOnlyCollection<double> a, IReadOnlyCollection<double> b)
    {
        double difference = Statistics.Mean(a) - Statistics.Mean(b);
        if (a.Count < 2 && b.Count < 2)
        {
            return new StudentEstimate(difference, double.NaN, 0);
        }

        double va = Statistics.StandardDeviation(a) * Statistics.StandardDeviation(a) / a.Count;
        double vb = Statistics.StandardDeviation(b) * Statistics.StandardDeviation(b) / b.Count;

        // Welch and Satterthwaite's degrees of freedom.
        double degrees = (va + vb) * (va + vb)
            / ((a.Count > 1 ? va * va / (a.Count - 1) : 0) + (b.Count > 1 ? vb * vb / (b.Count - 1) : 0));
        return new StudentEstimate(difference, Math.Sqrt(va + vb), va + vb == 0 ? double.PositiveInfinity : degrees);
    }

    /// <summary>
    /// The mean over tasks of the means over their runs, each task weighing alike; degrees of freedom by Welch and Satterthwaite. A
    /// task of one run tells nothing of its spread, and so the whole does not.
    /// </summary>
    public static StudentEstimate MeanOverTasks(IReadOnlyCollection<IReadOnlyCollection<double>> tasks)
    {
        double mean = tasks.Sum(Statistics.Mean) / tasks.Count;
        if (tasks.Any(runs => runs.Count < 2))
        {
            return new StudentEstimate(mean, double.NaN, 0);
        }

        // Variance that each task's mean adds to the whole.
        (double Variance, int Degrees)[] parts = [.. tasks.Select(runs =>
            (Math.Pow(Statistics.StandardDeviation(runs) / tasks.Count, 2) / runs.Count, runs.Count - 1))];
        double variance = parts.Sum(part => part.Variance);
        double degrees = variance * variance / parts.Sum(part => part.Variance * part.Variance / part.Degrees);
        return new StudentEstimate(mean, Math.Sqrt(variance), variance == 0 ? double.PositiveInfinity : degrees);
    }

    /// <summary>The two-sided interval at a confidence, 0.95 by default; unbounded where the standard error is unknown.</summary>
    public Interval Interval(double confidence = 0.95)
    {
        if (double.IsNaN(StandardError))
        {
            return new Interval(double.NegativeInfinity, double.PositiveInfinity);
        }

        double half = StandardError == 0 ? 0 : StudentT.InvCDF(0, 1, Degrees, 0.5 + (confidence / 2)) * StandardError;
        return new Interval(Value - half, Value + half);
    }

    /// <summary>
    /// How surely the estimate is apart from a number: 1 minus the confidence of the widest interval that leaves it out; 1
    /// where none does.
    /// </summary>
    public double PValue(double hypothesis) => double.IsNaN(StandardError) || Value == hypothesis ? 1
        : StandardError == 0 ? 0
        : 2 * StudentT.CDF(0, 1, Degrees, -Math.Abs(Value - hypothesis) / StandardError);
}
