using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Dyad.Numerics;

/// <summary>Copies a panel of B (steps x width) into rows of a fixed length, filled up with zeros; transposes where B is.</summary>
internal static unsafe class PanelPacking
{
    /// <summary>Packs: element (k, j) of the panel is <c>b[k step + j column]</c> and becomes <c>packed[k stride + j]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<T>(T* b, nint step, nint column, int steps, int width, T* packed, int stride)
        where T : unmanaged
    {
        if (width < stride)
        {
            new Span<T>(packed, steps * stride).Clear();
        }

        if (column == 1)
        {
            PackRows(b, step, steps, width, packed, stride);
            return;
        }

        int j = 0;
        if (step == 1 && Avx.IsSupported && sizeof(T) == sizeof(float))
        {
            for (; j < width && j + 8 <= stride; j += 8)
            {
                // Past the last column it stands again: what comes of it is thrown away.
                int last = Math.Min(8, width - j) - 1, k = 0;
                for (; k + 8 <= steps; k += 8)
                {
                    Transpose8((float*)(b + (j * column) + k), column, last, (float*)(packed + (k * stride) + j), stride);
                }

                PackColumns(b + (j * column) + k, step, column, steps - k, last + 1, packed + (k * stride) + j, stride);
            }
        }
        else if (step == 1 && Avx.IsSupported && sizeof(T) == sizeof(double))
        {
            for (; j + 4 <= width; j += 4)
            {
                int k = 0;
                for (; k + 4 <= steps; k += 4)
                {
                    Transpose4((double*)(b + (j * column) + k), column, (double*)(packed + (k * stride) + j), stride);
                }

                PackColumns(b + (j * column) + k, step, column, steps - k, 4, packed + (k * stride) + j, stride);
            }
        }

        PackColumns(b + (j * column), step, column, steps, width - j, packed + j, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRows<T>(T* b, nint step, int steps, int width, T* packed, int stride)
        where T : unmanaged
    {
        if (width == stride && width * sizeof(T) == 2 * Vector512<byte>.Count && Vector512.IsHardwareAccelerated)
        {
            // A whole panel of two 512-bit vectors: no tests inside.
            byte* from = (byte*)b, to = (byte*)packed;
            nint distance = step * sizeof(T);
            for (int k = 0; k < steps; k++)
            {
                Vector512.Store(Vector512.Load(from), to);
                Vector512.Store(Vector512.Load(from + 64), to + 64);
                from += distance;
                to += 128;
            }

            return;
        }

        for (int k = 0; k < steps; k++)
        {
            CopyRow(b + (k * step), width, packed + ((nint)k * stride));
        }
    }

    /// <summary>Copies a row of at most two vectors by its two overlapping ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyRow<T>(T* from, int width, T* to)
        where T : unmanaged
    {
        int bytes = width * sizeof(T);
        byte* x = (byte*)from, y = (byte*)to;
        if (bytes >= 64 && Vector512.IsHardwareAccelerated)
        {
            Vector512<byte> low = Vector512.Load(x), high = Vector512.Load(x + bytes - 64);
            Vector512.Store(low, y);
            Vector512.Store(high, y + bytes - 64);
        }
        else if (bytes is >= 32 and <= 64)
        {
            Vector256<byte> low = Vector256.Load(x), high = Vector256.Load(x + bytes - 32);
            Vector256.Store(low, y);
            Vector256.Store(high, y + bytes - 32);
        }
        else if (bytes is >= 16 and <= 32)
        {
            Vector128<byte> low = Vector128.Load(x), high = Vector128.Load(x + bytes - 16);
            Vector128.Store(low, y);
            Vector128.Store(high, y + bytes - 16);
        }
        else
        {
            for (int j = 0; j < width; j++)
            {
                to[j] = from[j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackColumns<T>(T* b, nint step, nint column, int steps, int width, T* packed, int stride)
        where T : unmanaged
    {
        for (int j = 0; j < width; j++)
        {
            T* from = b + (j * column);
            for (int k = 0; k < steps; k++)
            {
                packed[((nint)k * stride) + j] = from[k * step];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8(float* from, nint column, nint last, float* to, int stride)
    {
        Vector256<float> r0 = Vector256.Load(from), r1 = Vector256.Load(from + (Math.Min(1, last) * column));
        Vector256<float> r2 = Vector256.Load(from + (Math.Min(2, last) * column)), r3 = Vector256.Load(from + (Math.Min(3, last) * column));
        Vector256<float> r4 = Vector256.Load(from + (Math.Min(4, last) * column)), r5 = Vector256.Load(from + (Math.Min(5, last) * column));
        Vector256<float> r6 = Vector256.Load(from + (Math.Min(6, last) * column)), r7 = Vector256.Load(from + (Math.Min(7, last) * column));
        Vector256<float> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1);
        Vector256<float> a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> a4 = Avx.UnpackLow(r4, r5), a5 = Avx.UnpackHigh(r4, r5);
        Vector256<float> a6 = Avx.UnpackLow(r6, r7), a7 = Avx.UnpackHigh(r6, r7);
        Vector256<float> b0 = Avx.Shuffle(a0, a2, 0x44), b1 = Avx.Shuffle(a0, a2, 0xEE);
        Vector256<float> b2 = Avx.Shuffle(a1, a3, 0x44), b3 = Avx.Shuffle(a1, a3, 0xEE);
        Vector256<float> b4 = Avx.Shuffle(a4, a6, 0x44), b5 = Avx.Shuffle(a4, a6, 0xEE);
        Vector256<float> b6 = Avx.Shuffle(a5, a7, 0x44), b7 = Avx.Shuffle(a5, a7, 0xEE);
        Vector256.Store(Avx.Permute2x128(b0, b4, 0x20), to);
        Vector256.Store(Avx.Permute2x128(b1, b5, 0x20), to + stride);
        Vector256.Store(Avx.Permute2x128(b2, b6, 0x20), to + (2 * stride));
        Vector256.Store(Avx.Permute2x128(b3, b7, 0x20), to + (3 * stride));
        Vector256.Store(Avx.Permute2x128(b0, b4, 0x31), to + (4 * stride));
        Vector256.Store(Avx.Permute2x128(b1, b5, 0x31), to + (5 * stride));
        Vector256.Store(Avx.Permute2x128(b2, b6, 0x31), to + (6 * stride));
        Vector256.Store(Avx.Permute2x128(b3, b7, 0x31), to + (7 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4(double* from, nint column, double* to, int stride)
    {
        Vector256<double> r0 = Vector256.Load(from), r1 = Vector256.Load(from + column);
        Vector256<double> r2 = Vector256.Load(from + (2 * column)), r3 = Vector256.Load(from + (3 * column));
        Vector256<double> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1);
        Vector256<double> a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
        Vector256.Store(Avx.Permute2x128(a0, a2, 0x20), to);
        Vector256.Store(Avx.Permute2x128(a1, a3, 0x20), to + stride);
        Vector256.Store(Avx.Permute2x128(a0, a2, 0x31), to + (2 * stride));
        Vector256.Store(Avx.Permute2x128(a1, a3, 0x31), to + (3 * stride));
    }
}
