namespace Dyad.Tests.Golden;

/// <summary>Compares values with references.</summary>
public static class Compare
{
    /// <summary>
    /// Fails unless each |actual - expected| is at most the tolerance times |expected|, plus a thousandth of the tolerance
    /// times the array's largest magnitude: an entry that is small by cancellation keeps the rounding of what cancelled.
    /// </summary>
    public static void Near(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {actual.Length} values where {expected.Length} are expected");
        double scale = 0;
        foreach (double x in expected)
        {
            scale = Math.Max(scale, Math.Abs(x));
        }

        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(actual[i] - expected[i]);
            Assert.True(
                error <= (tolerance * Math.Abs(expected[i])) + (1e-3 * tolerance * scale),
                $"{what}[{i}] is {actual[i]:R} where {expected[i]:R} is expected (error {error:E2}, scale {scale:E2})");
        }
    }

    public static void Near(double expected, double actual, double tolerance, string what) =>
        Near([expected], [actual], tolerance, what);
}
