using System.Runtime.CompilerServices;
using ILGPU;

namespace Dyad.Gpu.Kernels;

/// <summary>Four numbers side by side.</summary>
internal struct Four
{
    public float X, Y, Z, W;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four(float x, float y, float z, float w) => (X, Y, Z, W) = (x, y, z, w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Four Plus(float a, Four b) => new(X + (a * b.X), Y + (a * b.Y), Z + (a * b.Z), W + (a * b.W));
}

/// <summary>How many threads, across and down, compute a tile of a product; each has 4 columns and 8 rows.</summary>
internal interface ITileShape
{
    /// <summary>Across; a power of two.</summary>
    int X { get; }

    /// <summary>Down; a power of two.</summary>
    int Y { get; }
}

/// <summary>Tiles of 64 x 64 on a GPU.</summary>
internal struct WideTile : ITileShape
{
    public readonly int X => 16;

    public readonly int Y => 8;
}

/// <summary>Tiles of 32 x 16, for the few threads that a processor's accelerator has.</summary>
internal struct SmallTile : ITileShape
{
    public readonly int X => 4;

    public readonly int Y => 4;
}

/// <summary>
/// Products op(A) op(B) with what they absorb. Every element is summed in the order of k, by one thread (tiles) or by the same number of
/// threads whatever the agents are, so that its bits do not depend on other agents.
/// </summary>
internal static class ProductKernels
{
    /// <summary>Steps of k for which tiles of both sides are in shared memory at a time.</summary>
    private const int Depth = 16;

    // Rows of shared memory are longer than a tile, so that columns lie in different banks.
    private const int Stride = 68;

    /// <summary>A tile of the result; tiles are numbered row by row along x.</summary>
    public static void Tiles<TShape>(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
        where TShape : struct, ITileShape
    {
        ArrayView<Four> left4 = SharedMemory.Allocate<Four>(Depth * Stride / 4);
        ArrayView<Four> right4 = SharedMemory.Allocate<Four>(Depth * Stride / 4);
        ArrayView<float> left = left4.Cast<float>(), right = right4.Cast<float>();
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        TShape shape = default;
        int threads = shape.X * shape.Y, rows = 8 * shape.Y, columns = 4 * shape.X;
        int across = (k.Columns + columns - 1) / columns;
        int tile = Grid.IdxX / across;
        int row0 = tile * rows, column0 = (Grid.IdxX - (tile * across)) * columns;
        int x = Group.IdxX, y = Group.IdxY, thread = (y * shape.X) + x;
        int row = row0 + (8 * y), column = column0 + (4 * x);
        bool isInside = row < k.Rows && column < k.Columns;

        Four c0 = Start(block, k, row, column), c1 = Start(block, k, row + 1, column), c2 = Start(block, k, row + 2, column), c3 = Start(block, k, row + 3, column);
        Four c4 = Start(block, k, row + 4, column), c5 = Start(block, k, row + 5, column), c6 = Start(block, k, row + 6, column), c7 = Start(block, k, row + 7, column);

        for (int k0 = 0; k0 < k.Inner; k0 += Depth)
        {
            if (k.AColumn == 1)
            {
                for (int e = 0; e < rows * Depth / threads; e++)
                {
                    int at = thread + (e * threads), i = at / Depth, step = at % Depth;
                    left[(step * Stride) + i] = row0 + i < k.Rows && k0 + step < k.Inner ? block[k.A + ((row0 + i) * k.ARow) + k0 + step] : 0f;
                }
            }
            else
            {
                for (int e = 0; e < rows * Depth / threads; e++)
                {
                    int at = thread + (e * threads), step = at / rows, i = at % rows;
                    left[(step * Stride) + i] = row0 + i < k.Rows && k0 + step < k.Inner ? block[k.A + ((row0 + i) * k.ARow) + ((k0 + step) * k.AColumn)] : 0f;
                }
            }

            if (k.BColumn == 1)
            {
                for (int e = 0; e < columns * Depth / threads; e++)
                {
                    int at = thread + (e * threads), step = at / columns, j = at % columns;
                    right[(step * Stride) + j] = column0 + j < k.Columns && k0 + step < k.Inner ? block[k.B + ((k0 + step) * k.BRow) + column0 + j] : 0f;
                }
            }
            else
            {
                for (int e = 0; e < columns * Depth / threads; e++)
                {
                    int at = thread + (e * threads), j = at / Depth, step = at % Depth;
                    right[(step * Stride) + j] = column0 + j < k.Columns && k0 + step < k.Inner ? block[k.B + ((k0 + step) * k.BRow) + ((column0 + j) * k.BColumn)] : 0f;
                }
            }

            Group.Barrier();
            if (isInside)
            {
                if (k.Inner - k0 >= Depth)
                {
                    for (int step = 0; step < Depth; step++)
                    {
                        Four a = left4[(step * (Stride / 4)) + (2 * y)], d = left4[(step * (Stride / 4)) + (2 * y) + 1], b = right4[(step * (Stride / 4)) + x];
                        c0 = c0.Plus(a.X, b);
                        c1 = c1.Plus(a.Y, b);
                        c2 = c2.Plus(a.Z, b);
                        c3 = c3.Plus(a.W, b);
                        c4 = c4.Plus(d.X, b);
                        c5 = c5.Plus(d.Y, b);
                        c6 = c6.Plus(d.Z, b);
                        c7 = c7.Plus(d.W, b);
                    }
                }
                else
                {
                    for (int step = 0; step < k.Inner - k0; step++)
                    {
                        Four a = left4[(step * (Stride / 4)) + (2 * y)], d = left4[(step * (Stride / 4)) + (2 * y) + 1], b = right4[(step * (Stride / 4)) + x];
                        c0 = c0.Plus(a.X, b);
                        c1 = c1.Plus(a.Y, b);
                        c2 = c2.Plus(a.Z, b);
                        c3 = c3.Plus(a.W, b);
                        c4 = c4.Plus(d.X, b);
                        c5 = c5.Plus(d.Y, b);
                        c6 = c6.Plus(d.Z, b);
                        c7 = c7.Plus(d.W, b);
                    }
                }
            }

            Group.Barrier();
        }

        Store(block, k, row, column, c0);
        Store(block, k, row + 1, column, c1);
        Store(block, k, row + 2, column, c2);
        Store(block, k, row + 3, column, c3);
        Store(block, k, row + 4, column, c4);
        Store(block, k, row + 5, column, c5);
        Store(block, k, row + 6, column, c6);
        Store(block, k, row + 7, column, c7);
    }

    /// <summary>
    /// A product with one row: threads across have a column each, threads down share the steps of k. Without A (-1) the sums of the columns.
    /// </summary>
    public static void Row(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(256);
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        int x = Group.IdxX, y = Group.IdxY, column = (Grid.IdxX * Group.DimX) + x;
        float sum = 0f;
        if (column < k.Columns)
        {
            for (int step = y; step < k.Inner; step += Group.DimY)
            {
                float b = block[k.B + (step * k.BRow) + (column * k.BColumn)];
                sum += k.A < 0 ? b : block[k.A + (step * k.AColumn)] * b;
            }
        }

        partial[(y * Group.DimX) + x] = sum;
        Group.Barrier();
        if (y == 0 && column < k.Columns)
        {
            float total = k.Start < 0 ? 0f : block[k.Start + column];
            for (int part = 0; part < Group.DimY; part++)
            {
                total += partial[(part * Group.DimX) + x];
            }

            Store(block, k, 0, column, total);
        }
    }

    /// <summary>A product with few columns whose left side has the steps of k side by side: a warp a row.</summary>
    public static void Dots(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        int lane = Group.IdxX, row = (Grid.IdxX * Group.DimY) + Group.IdxY;
        for (int column = 0; column < k.Columns; column++)
        {
            float sum = 0f;
            if (row < k.Rows)
            {
                for (int step = lane; step < k.Inner; step += Group.DimX)
                {
                    sum += block[k.A + (row * k.ARow) + step] * block[k.B + (step * k.BRow) + (column * k.BColumn)];
                }
            }

            for (int distance = Warp.WarpSize / 2; distance > 0; distance /= 2)
            {
                sum += Warp.ShuffleDown(sum, distance);
            }

            if (lane == 0 && row < k.Rows)
            {
                Store(block, k, row, column, sum + (k.Start < 0 ? 0f : block[k.Start + (row * k.StartRow) + column]));
            }
        }
    }

    /// <summary>A product with few columns whose left side has its rows side by side: a thread an element.</summary>
    public static void Across(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Rows * k.Columns; i += Grid.DimX * Group.DimX)
        {
            int column = i / k.Rows, row = i - (column * k.Rows);
            float sum = k.Start < 0 ? 0f : block[k.Start + (row * k.StartRow) + column];
            for (int step = 0; step < k.Inner; step++)
            {
                sum += block[k.A + (row * k.ARow) + (step * k.AColumn)] * block[k.B + (step * k.BRow) + (column * k.BColumn)];
            }

            Store(block, k, row, column, sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Start(ArrayView<float> block, KernelArguments k, int row, int column)
    {
        if (k.Start < 0 || row >= k.Rows)
        {
            return default;
        }

        int at = k.Start + (row * k.StartRow) + column;
        return new Four(
            column < k.Columns ? block[at] : 0f, column + 1 < k.Columns ? block[at + 1] : 0f, column + 2 < k.Columns ? block[at + 2] : 0f,
            column + 3 < k.Columns ? block[at + 3] : 0f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ArrayView<float> block, KernelArguments k, int row, int column, Four values)
    {
        if (row >= k.Rows)
        {
            return;
        }

        if (column < k.Columns)
        {
            Store(block, k, row, column, values.X);
        }

        if (column + 1 < k.Columns)
        {
            Store(block, k, row, column + 1, values.Y);
        }

        if (column + 2 < k.Columns)
        {
            Store(block, k, row, column + 2, values.Z);
        }

        if (column + 3 < k.Columns)
        {
            Store(block, k, row, column + 3, values.W);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ArrayView<float> block, KernelArguments k, int row, int column, float value)
    {
        int at = (row * k.Columns) + column;
        float gated = k.Gate >= 0 && !(block[k.Gate + at] > 0f) ? 0f : value;
        block[k.Y + at] = k.Kind != 0 && !(gated > 0f || gated != gated) ? 0f : gated;
    }
}
