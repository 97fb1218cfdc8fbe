namespace Dyad.Environments.MuJoCo;

/// <summary>
/// Sums in NumPy's order of additions, so that rewards equal Gymnasium's to the last bit: below 8 numbers from left to
/// right; up to 128 eight running sums, added in pairs, then the rest from left to right.
/// </summary>
internal static class NumPySum
{
    private const int Lanes = 8;
    private const int LongestBlock = 128;

    /// <summary>sum_i x_i of at most 128 numbers.</summary>
    public static double Of(ReadOnlySpan<double> values) => Sum<Itself>(values);

    /// <summary>sum_i x_i^2 of at most 128 numbers.</summary>
    public static double OfSquares(ReadOnlySpan<double> values) => Sum<Square>(values);

    /// <summary>sum_i clip(x_i, -1, 1)^2 of at most 128 numbers.</summary>
    public static double OfClippedSquares(ReadOnlySpan<double> values) => Sum<ClippedSquare>(values);

    private static double Sum<TTerm>(ReadOnlySpan<double> values)
        where TTerm : ITerm
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, LongestBlock);
        double sum = 0;
        int i = 0;
        if (values.Length >= Lanes)
        {
            Span<double> lanes = stackalloc double[Lanes];
            lanes.Clear();
            for (; i + Lanes <= values.Length; i += Lanes)
            {
                for (int lane = 0; lane < Lanes; lane++)
                {
                    lanes[lane] += TTerm.Of(values[i + lane]);
                }
            }

            sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
        }

        for (; i < values.Length; i++)
        {
            sum += TTerm.Of(values[i]);
        }

        return sum;
    }

    private interface ITerm
    {
        static abstract double Of(double x);
    }

    private readonly struct Itself : ITerm
    {
        public static double Of(double x) => x;
    }

    private readonly struct Square : ITerm
    {
        public static double Of(double x) => x * x;
    }

    private readonly struct ClippedSquare : ITerm
    {
        public static double Of(double x) => Math.Clamp(x, -1, 1) * Math.Clamp(x, -1, 1);
    }
}
