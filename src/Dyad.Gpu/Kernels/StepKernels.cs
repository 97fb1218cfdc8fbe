using ILGPU;

namespace Dyad.Gpu.Kernels;

/// <summary>Kernels of steps of optimisers, and of what comes from the processor and goes back.</summary>
internal static class StepKernels
{
    /// <summary>
    /// Adam (<see cref="Dyad.Numerics.Adam{T}"/>): parameters Y, gradient A, moments B and C; at D what the mean is multiplied by and what
    /// corrects the mean of squares. First and Second are the decays, Third is epsilon.
    /// </summary>
    public static void Adam(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        float step = block[k.D], correction = block[k.D + 1], rest1 = 1f - k.First, rest2 = 1f - k.Second;

        // 2^-120: moments that fade out become 0, as on the processor.
        const float Smallest = 7.52316385e-37f;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            float g = block[k.A + i];
            float mean = (k.First * block[k.B + i]) + (rest1 * g);
            float square = (k.Second * block[k.C + i]) + (rest2 * g * g);
            mean = mean < Smallest && mean > -Smallest ? 0f : mean;
            square = square < Smallest ? 0f : square;
            block[k.B + i] = mean;
            block[k.C + i] = square;
            block[k.Y + i] += step * mean / (MathF.Sqrt(square * correction) + k.Third);
        }
    }

    /// <summary>Y += First (A - Y).</summary>
    public static void Average(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            float target = block[k.Y + i];
            block[k.Y + i] = target + (k.First * (block[k.A + i] - target));
        }
    }

    /// <summary>Numbers of an agent's row of a table, which has Inner numbers, from From on, into its block at Y.</summary>
    public static void Unpack(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k, ArrayView<float> table)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        ArrayView<float> row = table.SubView((long)slots[Grid.IdxY] * k.Inner, k.Inner);
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            block[k.Y + i] = row[k.From + i];
        }
    }

    /// <summary>Numbers of an agent's block at A into its row of a table, from To on.</summary>
    public static void Pack(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k, ArrayView<float> table)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        ArrayView<float> row = table.SubView((long)slots[Grid.IdxY] * k.Inner, k.Inner);
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            row[k.To + i] = block[k.A + i];
        }
    }
}
