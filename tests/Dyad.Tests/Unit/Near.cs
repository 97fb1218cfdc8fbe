namespace Dyad.Tests.Unit;

/// <summary>Compares numbers that differ by rounding or by the error of a difference quotient.</summary>
public static class Near
{
    // What counts as small: gradients of the random problems are about this large.
    private const double SmallScale = 1e-2;

    /// <summary>Fails unless every |actual - expected| is at most the tolerance times the array's largest magnitude.</summary>
    public static void Equal(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what = "value")
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {actual.Length} values where {expected.Length} are expected");
        double scale = SmallScale;
        foreach (double x in expected)
        {
            scale = Math.Max(scale, Math.Abs(x));
        }

        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(actual[i] - expected[i]);
            Assert.True(
                error <= tolerance * scale,
                $"{what}[{i}] is {actual[i]:R} where {expected[i]:R} is expected (error {error:E2}, scale {scale:E2})");
        }
    }

    public static void Equal(double expected, double actual, double tolerance, string what = "value") =>
        Equal([expected], [actual], tolerance, what);

    /// <summary>Fails unless each value is at least its bound, up to the slack.</summary>
    public static void AtLeast(ReadOnlySpan<double> bound, ReadOnlySpan<double> actual, double slack, string what)
    {
        Assert.True(bound.Length == actual.Length, $"{what}: {actual.Length} values where {bound.Length} are expected");
        for (int i = 0; i < bound.Length; i++)
        {
            Assert.True(actual[i] >= bound[i] - slack, $"{what}[{i}] is {actual[i]:R}, below {bound[i]:R}");
        }
    }
}
