using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Dyad.Numerics;

/// <summary>What a computation in float or double tells in double.</summary>
internal static class InDouble
{
    /// <summary>|x|, the square root alone in double.</summary>
    public static double Norm<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Sqrt(double.CreateChecked(TensorPrimitives.SumOfSquares(x)));

    /// <summary>The distance from 1 to the next number above.</summary>
    public static double Precision<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => double.CreateChecked(T.BitIncrement(T.One) - T.One);

    /// <summary>Copies numbers.</summary>
    public static void Copy<T>(ReadOnlySpan<T> from, Span<double> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            TensorPrimitives.ConvertChecked(MemoryMarshal.Cast<T, float>(from), to);
        }
        else
        {
            MemoryMarshal.Cast<T, double>(from).CopyTo(to);
        }
    }
}
