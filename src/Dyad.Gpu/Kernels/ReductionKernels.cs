using ILGPU;

namespace Dyad.Gpu.Kernels;

/// <summary>Sums over rows of an agent's matrices, and over vectors as long as a network, in an order that hangs on nothing but their length.</summary>
internal static class ReductionKernels
{
    /// <summary>The largest number of threads in a group that sums.</summary>
    public const int MostThreads = 256;

    /// <summary>The sum of the Count numbers of A, by one group.</summary>
    public static void Sum(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(MostThreads);
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        float sum = 0f;
        for (int i = Group.IdxX; i < k.Count; i += Group.DimX)
        {
            sum += block[k.A + i];
        }

        partial[Group.IdxX] = sum;
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            Group.Barrier();
            if (Group.IdxX < half)
            {
                partial[Group.IdxX] += partial[Group.IdxX + half];
            }
        }

        if (Group.IdxX == 0)
        {
            block[k.Y] = partial[0];
        }
    }

    /// <summary>The sum of each row of A; one thread a row.</summary>
    public static void SumColumns(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        for (int row = (Grid.IdxX * Group.DimX) + Group.IdxX; row < k.Rows; row += Grid.DimX * Group.DimX)
        {
            float sum = 0f;
            for (int j = 0; j < k.Columns; j++)
            {
                sum += block[k.A + (row * k.Columns) + j];
            }

            block[k.Y + row] = sum;
        }
    }
}
