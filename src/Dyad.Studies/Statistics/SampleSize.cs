using System.Globalization;
using Dyad.Studies.Results;
using MathNet.Numerics.Distributions;

namespace Dyad.Studies;

/// <summary>How many seeds a verdict would need.</summary>
internal static class SampleSize
{
    /// <summary>The chance with which that many seeds give a verdict, if difference and spread are as measured.</summary>
    public const double Power = 0.8;

    /// <summary>Where counting ends: nobody runs more.</summary>
    public const int Largest = 1000;

    /// <summary>
    /// Seeds of each line with which the interval of a difference leaves out every bound of what is claimed, by the usual
    /// approximation: (t(1 - error / 2) + t(power)) standard errors are to fit between the difference and the nearest bound.
    /// </summary>
    /// <param name="estimate">The difference as measured.</param>
    /// <param name="seeds">Seeds of each line that it was measured with.</param>
    /// <param name="claimed">The values that the claim allows.</param>
    /// <param name="error">The chance of a wrong verdict that is accepted.</param>
    /// <returns>The number; null where it is above <see cref="Largest"/>, or nothing is known of the spread.</returns>
    public static int? ToTell(StudentEstimate estimate, int seeds, Interval claimed, double error)
    {
        if (!(estimate.StandardError > 0))
        {
            return null;
        }

        double apart = new[] { claimed.Low, claimed.High }.Where(double.IsFinite).Select(bound => Math.Abs(estimate.Value - bound)).Min();
        for (int count = 2; count <= Largest; count++)
        {
            double degrees = 2.0 * (count - 1);
            double quantiles = StudentT.InvCDF(0, 1, degrees, 1 - (error / 2)) + StudentT.InvCDF(0, 1, degrees, Power);
            if (quantiles * estimate.StandardError * Math.Sqrt((double)seeds / count) <= apart)
            {
                return count;
            }
        }

        return null;
    }

    /// <summary>The same as a sentence that follows another; empty where nothing is known of the spread.</summary>
    /// <inheritdoc cref="ToTell"/>
    public static string Words(StudentEstimate estimate, int seeds, Interval claimed, double error) => !(estimate.StandardError > 0) ? ""
        : $" At this difference and spread {(ToTell(estimate, seeds, claimed, error) is { } count ? count.ToString(CultureInfo.InvariantCulture) : $"more than {Wording.Thousands(Largest)}")} seeds would tell, with a power of 80 %.";
}
