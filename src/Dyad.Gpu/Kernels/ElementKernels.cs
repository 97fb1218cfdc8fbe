using System.Runtime.CompilerServices;
using Dyad.Autodiff;
using ILGPU;

namespace Dyad.Gpu.Kernels;

/// <summary>Kernels that compute each element of a result by itself. Groups along x share the elements, those along y are agents.</summary>
internal static class ElementKernels
{
    /// <summary>A function of each element of A.</summary>
    public static void Unary(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            block[k.Y + i] = Function(k.Kind, block[k.A + i], k.First, k.Second);
        }
    }

    /// <summary>A function of each element of A and of B.</summary>
    public static void Binary(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            block[k.Y + i] = Function(k.Kind, block[k.A + i], block[k.B + i]);
        }
    }

    /// <summary>A number, a row or a column A, by its distances of rows and columns, spread over the result.</summary>
    public static void Spread(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            int row = i / k.Columns;
            block[k.Y + i] = block[k.A + (row * k.ARow) + ((i - (row * k.Columns)) * k.AColumn)];
        }
    }

    /// <summary>A number.</summary>
    public static void Fill(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            block[k.Y + i] = k.First;
        }
    }

    /// <summary>
    /// Inner columns of A, with ARow numbers in a row, from column From on, into the result, with Columns numbers in a row, from column To
    /// on. Kind 0 leaves the other columns of the result as they are, 1 makes them 0.
    /// </summary>
    public static void CopyColumns(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        int width = k.Kind == 0 ? k.Inner : k.Columns, shift = k.Kind == 0 ? 0 : k.To, first = k.Kind == 0 ? k.To : 0;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            int row = i / width, column = i - (row * width), from = column - shift;
            block[k.Y + (row * k.Columns) + first + column] =
                from >= 0 && from < k.Inner ? block[k.A + (row * k.ARow) + k.From + from] : 0f;
        }
    }

    /// <summary>Row number B[i] of A, which has Rows rows, as row i.</summary>
    public static void GatherRows(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            int row = i / k.Columns;
            block[k.Y + i] = block[k.A + (Number(block, k.B + row) * k.Columns) + i - (row * k.Columns)];
        }
    }

    /// <summary>The sum of the rows i of A, which has Inner rows, with B[i] the number of the result's row.</summary>
    public static void ScatterRows(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            int row = i / k.Columns, column = i - (row * k.Columns);
            float sum = 0f;
            for (int j = 0; j < k.Inner; j++)
            {
                sum += Number(block, k.B + j) == row ? block[k.A + (j * k.Columns) + column] : 0f;
            }

            block[k.Y + i] = sum;
        }
    }

    /// <summary>Element B[i] of row i of A, which has ARow columns.</summary>
    public static void GatherColumns(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            block[k.Y + i] = block[k.A + (i * k.ARow) + Number(block, k.B + i)];
        }
    }

    /// <summary>Element i of A at column B[i] of row i, elsewhere 0.</summary>
    public static void ScatterColumns(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            int row = i / k.Columns;
            block[k.Y + i] = Number(block, k.B + row) == i - (row * k.Columns) ? block[k.A + row] : 0f;
        }
    }

    /// <summary>1 at the largest element of each row of A, at the first of several, elsewhere 0; one thread a row.</summary>
    public static void Largest(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        for (int row = (Grid.IdxX * Group.DimX) + Group.IdxX; row < k.Rows; row += Grid.DimX * Group.DimX)
        {
            int at = row * k.Columns, largest = 0;
            for (int j = 1; j < k.Columns; j++)
            {
                largest = block[k.A + at + j] > block[k.A + at + largest] ? j : largest;
            }

            for (int j = 0; j < k.Columns; j++)
            {
                block[k.Y + at + j] = j == largest ? 1f : 0f;
            }
        }
    }

    /// <summary>x - log sum exp x of each row of A; one thread a row.</summary>
    public static void LogSoftmax(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        for (int row = (Grid.IdxX * Group.DimX) + Group.IdxX; row < k.Rows; row += Grid.DimX * Group.DimX)
        {
            int from = k.A + (row * k.Columns), to = k.Y + (row * k.Columns);
            float most = block[from];
            for (int j = 1; j < k.Columns; j++)
            {
                float x = block[from + j];
                most = x > most || DeviceMath.IsNaN(x) ? x : most;
            }

            float sum = 0f;
            for (int j = 0; j < k.Columns; j++)
            {
                float x = block[from + j] - most;
                block[to + j] = x;
                sum += DeviceMath.Exp(x);
            }

            float log = DeviceMath.Log(sum);
            for (int j = 0; j < k.Columns; j++)
            {
                block[to + j] -= log;
            }
        }
    }

    /// <summary>A function of one number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Function(int kind, float x, float first, float second)
    {
        switch (kind)
        {
            case (int)ElementKind.Exp: return DeviceMath.Exp(x);
            case (int)ElementKind.Log: return DeviceMath.Log(x);
            case (int)ElementKind.Tanh: return DeviceMath.Tanh(x);
            case (int)ElementKind.Sigmoid: return 1f / (1f + DeviceMath.Exp(-x));
            case (int)ElementKind.Softplus: return DeviceMath.Softplus(x);
            case (int)ElementKind.Square: return x * x;
            case (int)ElementKind.Sqrt: return MathF.Sqrt(x);
            case (int)ElementKind.Relu: return x > 0f || DeviceMath.IsNaN(x) ? x : 0f;
            case (int)ElementKind.Positive: return x > 0f ? 1f : 0f;
            case (int)ElementKind.Scale: return x * first;
            case (int)ElementKind.Shift: return x + first;
            case (int)ElementKind.Clamp: return x < first ? first : x > second ? second : x;
            case (int)ElementKind.Inside: return x >= first && x <= second ? 1f : 0f;
            default: return x;
        }
    }

    /// <summary>A function of two numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Function(int kind, float x, float y)
    {
        switch (kind)
        {
            case (int)ElementKind.Gate: return y > 0f ? x : 0f;
            case (int)ElementKind.Add: return x + y;
            case (int)ElementKind.Subtract: return x - y;
            case (int)ElementKind.Multiply: return x * y;
            case (int)ElementKind.Divide: return x / y;
            case (int)ElementKind.Min: return DeviceMath.IsNaN(x) ? x : x < y ? x : y;
            case (int)ElementKind.Max: return DeviceMath.IsNaN(x) ? x : x > y ? x : y;
            default: return x;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Number(ArrayView<float> block, int at) => (int)Interop.FloatAsInt(block[at]);
}

/// <summary>The memory of one agent.</summary>
internal static class Block
{
    /// <summary>The block of the group's agent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ArrayView<float> Of(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k) =>
        memory.SubView((long)slots[Grid.IdxY] * k.Pitch, k.Pitch);

    /// <summary>Whether the agent has nothing to do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsIdle(ArrayView<float> block, KernelArguments k) => k.Mask >= 0 && block[k.Mask] == 0f;
}
