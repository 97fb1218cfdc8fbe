using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

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

/// <summary>What a thread sums: 8 rows of 4 columns.</summary>
internal struct Sums
{
    public Four C0, C1, C2, C3, C4, C5, C6, C7;

    /// <summary>Adds the products of 8 numbers of one side with 4 of the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Sums Plus(Four a, Four d, Four b) => new()
    {
        C0 = C0.Plus(a.X, b),
        C1 = C1.Plus(a.Y, b),
        C2 = C2.Plus(a.Z, b),
        C3 = C3.Plus(a.W, b),
        C4 = C4.Plus(d.X, b),
        C5 = C5.Plus(d.Y, b),
        C6 = C6.Plus(d.Z, b),
        C7 = C7.Plus(d.W, b),
    };
}

/// <summary>
/// How many threads are across in the group of a tile, a power of two. Half as many are down, and as many steps of k are in shared memory at
/// a time: then each thread fetches 8 numbers of either side for them.
/// </summary>
internal interface ITileShape
{
    /// <summary>Threads across.</summary>
    int Across { get; }
}

/// <summary>Tiles of 64 x 64 by 128 threads, on a GPU.</summary>
internal struct WideTile : ITileShape
{
    public readonly int Across => 16;
}

/// <summary>Tiles of 8 x 8 by 2 threads, for a processor's accelerator, which is slow with many.</summary>
internal struct SmallTile : ITileShape
{
    public readonly int Across => 2;
}

/// <summary>
/// Products op(A) op(B) with what they absorb. Every element is summed in the order of k, by one thread (tiles) or by the same number of
/// threads whatever the agents are, so that its bits do not depend on other agents.
/// </summary>
internal static class ProductKernels
{
    private const int LargestDepth = 16, DotColumns = 4, DotSteps = 256;

    // Rows of shared memory are longer than a tile, so that columns lie in different banks.
    private const int Stride = 68;

    /// <summary>A tile of the result; tiles are numbered row by row along x.</summary>
    public static void Tiles<TShape>(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
        where TShape : struct, ITileShape
    {
        ArrayView<Four> left4 = SharedMemory.Allocate<Four>(LargestDepth * Stride / 4);
        ArrayView<Four> right4 = SharedMemory.Allocate<Four>(LargestDepth * Stride / 4);
        ArrayView<float> left = left4.Cast<float>(), right = right4.Cast<float>();
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        TShape shape = default;
        int depth = shape.Across, side = 4 * shape.Across;
        int across = (k.Columns + side - 1) / side;
        int tile = Grid.IdxX / across;
        int row0 = tile * side, column0 = (Grid.IdxX - (tile * across)) * side;
        int x = Group.IdxX, y = Group.IdxY;
        int row = row0 + (8 * y), column = column0 + (4 * x);
        bool isInside = row < k.Rows && column < k.Columns;
        var sums = new Sums
        {
            C0 = Start(block, k, row, column),
            C1 = Start(block, k, row + 1, column),
            C2 = Start(block, k, row + 2, column),
            C3 = Start(block, k, row + 3, column),
            C4 = Start(block, k, row + 4, column),
            C5 = Start(block, k, row + 5, column),
            C6 = Start(block, k, row + 6, column),
            C7 = Start(block, k, row + 7, column),
        };

        // Where this thread fetches, along what lies side by side in memory: number e of 8 is element i + (e % 4) by + (e / 4) far of the side
        // at step s + (e / 4) later. What comes next is fetched to registers while what is there is multiplied.
        int half = shape.Across / 2;
        bool leftSteps = k.AColumn == 1, rightSteps = k.BColumn != 1;
        int leftAt = leftSteps ? y : x, leftBy = leftSteps ? half : shape.Across, leftFar = leftSteps ? 4 * half : 0, leftStep = leftSteps ? x : y, leftLater = leftSteps ? 0 : half;
        int rightAt = rightSteps ? y : x, rightBy = rightSteps ? half : shape.Across, rightFar = rightSteps ? 4 * half : 0, rightStep = rightSteps ? x : y, rightLater = rightSteps ? 0 : half;
        int leftLimit = k.Rows - row0, rightLimit = k.Columns - column0;
        int leftFrom = k.A + ((row0 + leftAt) * k.ARow) + (leftStep * k.AColumn), rightFrom = k.B + ((column0 + rightAt) * k.BColumn) + (rightStep * k.BRow);
        int leftJump = leftBy * k.ARow, leftLeap = (leftFar * k.ARow) + (leftLater * k.AColumn), rightJump = rightBy * k.BColumn, rightLeap = (rightFar * k.BColumn) + (rightLater * k.BRow);
        int leftTo = (leftStep * Stride) + leftAt, leftToLeap = leftFar + (leftLater * Stride), rightTo = (rightStep * Stride) + rightAt, rightToLeap = rightFar + (rightLater * Stride);
        Four a0 = Fetch(block, leftFrom, leftJump, leftAt, leftBy, leftStep < k.Inner ? leftLimit : 0);
        Four a1 = Fetch(block, leftFrom + leftLeap, leftJump, leftAt + leftFar, leftBy, leftStep + leftLater < k.Inner ? leftLimit : 0);
        Four b0 = Fetch(block, rightFrom, rightJump, rightAt, rightBy, rightStep < k.Inner ? rightLimit : 0);
        Four b1 = Fetch(block, rightFrom + rightLeap, rightJump, rightAt + rightFar, rightBy, rightStep + rightLater < k.Inner ? rightLimit : 0);
        for (int k0 = 0; k0 < k.Inner; k0 += depth)
        {
            Put(left, leftTo, leftBy, a0);
            Put(left, leftTo + leftToLeap, leftBy, a1);
            Put(right, rightTo, rightBy, b0);
            Put(right, rightTo + rightToLeap, rightBy, b1);
            Group.Barrier();
            int next = k0 + depth;
            if (next < k.Inner)
            {
                leftFrom += depth * k.AColumn;
                rightFrom += depth * k.BRow;
                int steps = k.Inner - next;
                a0 = Fetch(block, leftFrom, leftJump, leftAt, leftBy, leftStep < steps ? leftLimit : 0);
                a1 = Fetch(block, leftFrom + leftLeap, leftJump, leftAt + leftFar, leftBy, leftStep + leftLater < steps ? leftLimit : 0);
                b0 = Fetch(block, rightFrom, rightJump, rightAt, rightBy, rightStep < steps ? rightLimit : 0);
                b1 = Fetch(block, rightFrom + rightLeap, rightJump, rightAt + rightFar, rightBy, rightStep + rightLater < steps ? rightLimit : 0);
            }

            if (isInside)
            {
                if (next <= k.Inner)
                {
                    for (int step = 0; step < depth; step += 2)
                    {
                        int at = step * (Stride / 4), after = at + (Stride / 4);
                        sums = sums.Plus(left4[at + (2 * y)], left4[at + (2 * y) + 1], right4[at + x]);
                        sums = sums.Plus(left4[after + (2 * y)], left4[after + (2 * y) + 1], right4[after + x]);
                    }
                }
                else
                {
                    for (int step = 0; step < k.Inner - k0; step++)
                    {
                        int at = step * (Stride / 4);
                        sums = sums.Plus(left4[at + (2 * y)], left4[at + (2 * y) + 1], right4[at + x]);
                    }
                }
            }

            Group.Barrier();
        }

        Store(block, k, row, column, sums.C0);
        Store(block, k, row + 1, column, sums.C1);
        Store(block, k, row + 2, column, sums.C2);
        Store(block, k, row + 3, column, sums.C3);
        Store(block, k, row + 4, column, sums.C4);
        Store(block, k, row + 5, column, sums.C5);
        Store(block, k, row + 6, column, sums.C6);
        Store(block, k, row + 7, column, sums.C7);
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

    /// <summary>
    /// A product with few columns whose left side has the steps of k side by side: a warp sums four rows of four columns at a time, each of its
    /// threads some steps. The right side goes through shared memory, so many steps at a time, so that a warp reads it side by side.
    /// </summary>
    public static void Dots(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> right = SharedMemory.Allocate<float>(DotColumns * DotSteps);
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        int lane = Group.IdxX, threads = Group.DimX * Group.DimY, row = 4 * ((Grid.IdxX * Group.DimY) + Group.IdxY);
        for (int column = 0; column < k.Columns; column += DotColumns)
        {
            Four c0 = default, c1 = default, c2 = default, c3 = default;
            for (int k0 = 0; k0 < k.Inner; k0 += DotSteps)
            {
                int steps = k.Inner - k0 < DotSteps ? k.Inner - k0 : DotSteps;
                Group.Barrier();
                for (int at = (Group.IdxY * Group.DimX) + lane; at < DotColumns * DotSteps; at += threads)
                {
                    int j = at / DotSteps, step = at % DotSteps;
                    right[at] = step < steps && column + j < k.Columns ? block[k.B + ((k0 + step) * k.BRow) + ((column + j) * k.BColumn)] : 0f;
                }

                Group.Barrier();
                for (int step = lane; step < steps; step += Group.DimX)
                {
                    var b = new Four(right[step], right[DotSteps + step], right[(2 * DotSteps) + step], right[(3 * DotSteps) + step]);
                    int at = k.A + (row * k.ARow) + k0 + step;
                    c0 = c0.Plus(row < k.Rows ? block[at] : 0f, b);
                    c1 = c1.Plus(row + 1 < k.Rows ? block[at + k.ARow] : 0f, b);
                    c2 = c2.Plus(row + 2 < k.Rows ? block[at + (2 * k.ARow)] : 0f, b);
                    c3 = c3.Plus(row + 3 < k.Rows ? block[at + (3 * k.ARow)] : 0f, b);
                }
            }

            c0 = Together(c0, k.Columns - column);
            c1 = Together(c1, k.Columns - column);
            c2 = Together(c2, k.Columns - column);
            c3 = Together(c3, k.Columns - column);
            if (lane == 0)
            {
                Add(block, k, row, column, c0);
                Add(block, k, row + 1, column, c1);
                Add(block, k, row + 2, column, c2);
                Add(block, k, row + 3, column, c3);
            }
        }
    }

    /// <summary>A product with few columns whose left side has its rows side by side: a thread four columns of a row.</summary>
    public static void Across(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        int quads = (k.Columns + 3) / 4;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Rows * quads; i += Grid.DimX * Group.DimX)
        {
            int quad = i / k.Rows, row = i - (quad * k.Rows), column = 4 * quad, left = k.Columns - column;
            Four sum = Start(block, k, row, column);
            for (int step = 0; step < k.Inner; step++)
            {
                int at = k.B + (step * k.BRow) + (column * k.BColumn);
                var b = new Four(block[at], left > 1 ? block[at + k.BColumn] : 0f, left > 2 ? block[at + (2 * k.BColumn)] : 0f, left > 3 ? block[at + (3 * k.BColumn)] : 0f);
                sum = sum.Plus(block[k.A + (row * k.ARow) + (step * k.AColumn)], b);
            }

            Store(block, k, row, column, sum);
        }
    }

    // The sums of a warp's threads, in the first of them; of so many columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Together(Four value, int columns)
    {
        for (int distance = Warp.WarpSize / 2; distance > 0; distance /= 2)
        {
            value.X += Warp.ShuffleDown(value.X, distance);
        }

        for (int distance = columns > 1 ? Warp.WarpSize / 2 : 0; distance > 0; distance /= 2)
        {
            value.Y += Warp.ShuffleDown(value.Y, distance);
        }

        for (int distance = columns > 2 ? Warp.WarpSize / 2 : 0; distance > 0; distance /= 2)
        {
            value.Z += Warp.ShuffleDown(value.Z, distance);
        }

        for (int distance = columns > 3 ? Warp.WarpSize / 2 : 0; distance > 0; distance /= 2)
        {
            value.W += Warp.ShuffleDown(value.W, distance);
        }

        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ArrayView<float> block, KernelArguments k, int row, int column, Four sum)
    {
        Four start = Start(block, k, row, column);
        Store(block, k, row, column, new Four(sum.X + start.X, sum.Y + start.Y, sum.Z + start.Z, sum.W + start.W));
    }

    // Four numbers with a distance between them, those whose places are below a limit; 0 for the others.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Fetch(ArrayView<float> block, int from, int jump, int i, int by, int limit) => new(
        i < limit ? block[from] : 0f, i + by < limit ? block[from + jump] : 0f, i + (2 * by) < limit ? block[from + (2 * jump)] : 0f,
        i + (3 * by) < limit ? block[from + (3 * jump)] : 0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ArrayView<float> shared, int to, int by, Four values)
    {
        shared[to] = values.X;
        shared[to + by] = values.Y;
        shared[to + (2 * by)] = values.Z;
        shared[to + (3 * by)] = values.W;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Start(ArrayView<float> block, KernelArguments k, int row, int column)
    {
        if (k.Start < 0 || row >= k.Rows || column >= k.Columns)
        {
            return default;
        }

        int at = k.Start + (row * k.StartRow) + column;
        return k.Vector != 0 ? Quad(block, at) : new Four(
            block[at], column + 1 < k.Columns ? block[at + 1] : 0f, column + 2 < k.Columns ? block[at + 2] : 0f,
            column + 3 < k.Columns ? block[at + 3] : 0f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ArrayView<float> block, KernelArguments k, int row, int column, Four values)
    {
        if (row >= k.Rows || column >= k.Columns)
        {
            return;
        }

        if (k.Vector != 0)
        {
            int at = (row * k.Columns) + column;
            if (k.Gate >= 0)
            {
                Four gate = Quad(block, k.Gate + at);
                values = new Four(gate.X > 0f ? values.X : 0f, gate.Y > 0f ? values.Y : 0f, gate.Z > 0f ? values.Z : 0f, gate.W > 0f ? values.W : 0f);
            }

            if (k.Kind != 0)
            {
                values = new Four(Rectified(values.X), Rectified(values.Y), Rectified(values.Z), Rectified(values.W));
            }

            block.SubView(k.Y + at, 4).AsAligned(16).Cast<Four>()[0] = values;
            return;
        }

        Store(block, k, row, column, values.X);
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
    private static Four Quad(ArrayView<float> block, int at) => block.SubView(at, 4).AsAligned(16).Cast<Four>()[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Rectified(float x) => x > 0f || DeviceMath.IsNaN(x) ? x : 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ArrayView<float> block, KernelArguments k, int row, int column, float value)
    {
        int at = (row * k.Columns) + column;
        float gated = k.Gate >= 0 && !(block[k.Gate + at] > 0f) ? 0f : value;
        block[k.Y + at] = k.Kind != 0 ? Rectified(gated) : gated;
    }
}
