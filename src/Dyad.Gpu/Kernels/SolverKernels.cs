using System.Runtime.CompilerServices;
using ILGPU;

namespace Dyad.Gpu.Kernels;

/// <summary>
/// The passes over memory of a leader's solve by conjugate gradient (<see cref="Dyad.Games.ConjugateGradient{T}"/>) and of its total derivative
/// (<see cref="Dyad.Games.TotalDerivative{T}"/>), with what they decide as numbers of each agent. Vectors are summed in as many parts
/// whatever the agents are.
/// </summary>
internal static class SolverKernels
{
    /// <summary>Where an agent's numbers stand behind D: whether it goes on, (r, r), (b, b), where to stop, ...</summary>
    public const int GoesOn = 0, Squared = 1, Target = 2, Enough = 3, Lowest = 4, Negative = 5, Steps = 6, Step = 7, Keep = 8, Shift = 9, Scale = 10,
        Direct = 11, Implicit = 12, Dot = 13, Factor = 14, Event = 15, Residual = 16, First = 17, Second = 18;

    /// <summary>Where parts of sums stand behind D, three sums one after the other, and how many numbers there are in all.</summary>
    public const int Parts = 32, Sums = 3, Length = Parts + (Sums * MostParts);

    /// <summary>Groups that share a sum.</summary>
    public const int MostParts = 32;

    private const int MostThreads = 256;

    /// <summary>What is decided between two passes.</summary>
    public enum Decision
    {
        /// <summary>Whether there is a solution to start from.</summary>
        Start,

        /// <summary>How long it should be.</summary>
        Scale,

        /// <summary>That there is none.</summary>
        Cold,

        /// <summary>How large the residual is at the start.</summary>
        Begin,

        /// <summary>How far along the direction.</summary>
        Along,

        /// <summary>How much of the direction is kept.</summary>
        Turn,

        /// <summary>How much of the implicit part is subtracted.</summary>
        Total,
    }

    /// <summary>Parts of (A, y) and (y, y), with y = B + shift C; without C (-1) of (A, B) and (A, A).</summary>
    public static void Inner(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(MostThreads);
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        float shift = block[k.D + Shift], other = 0f, itself = 0f;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            float a = block[k.A + i], y = k.C < 0 ? a : block[k.B + i] + (shift * block[k.C + i]);
            other += a * (k.C < 0 ? block[k.B + i] : y);
            itself += y * y;
        }

        Part(shared, block, k, 0, other);
        Part(shared, block, k, 1, itself);
    }

    /// <summary>
    /// Where a solve begins: x (Y) times the scale, r (C) = b (A) - scale (B + shift x) and p (Start) = r; parts of (r, r) and (b, b). Without a
    /// scale all of it from 0.
    /// </summary>
    public static void Begin(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(MostThreads);
        ArrayView<float> block = Block.Of(memory, slots, k);
        float scale = block[k.D + Scale], shift = block[k.D + Shift], squared = 0f, target = 0f;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            float b = block[k.A + i], r = b, x = 0f;
            if (scale != 0f)
            {
                float before = block[k.Y + i];
                r = b - (scale * (block[k.B + i] + (shift * before)));
                x = scale * before;
            }

            block[k.Y + i] = x;
            block[k.C + i] = r;
            block[k.Start + i] = r;
            squared += r * r;
            target += b * b;
        }

        Part(shared, block, k, 0, squared);
        Part(shared, block, k, 1, target);
    }

    /// <summary>A step: x (Y) += step p (A), r (C) -= step (Ap (B) + shift p); parts of (r, r).</summary>
    public static void Move(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(MostThreads);
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        float step = block[k.D + Step], shift = block[k.D + Shift], squared = 0f;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            float p = block[k.A + i];
            block[k.Y + i] += step * p;
            float r = block[k.C + i] - (step * (block[k.B + i] + (shift * p)));
            block[k.C + i] = r;
            squared += r * r;
        }

        Part(shared, block, k, 0, squared);
    }

    /// <summary>The next direction: p (Y) = r (A) + keep p.</summary>
    public static void Turn(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k))
        {
            return;
        }

        float keep = block[k.D + Keep];
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            block[k.Y + i] = block[k.A + i] + (keep * block[k.Y + i]);
        }
    }

    /// <summary>Parts of the squares of the direct part A and of the implicit part B, and of their product.</summary>
    public static void Norms(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(MostThreads);
        ArrayView<float> block = Block.Of(memory, slots, k);
        float direct = 0f, subtracted = 0f, product = 0f;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            float a = block[k.A + i], b = block[k.B + i];
            direct += a * a;
            subtracted += b * b;
            product += a * b;
        }

        Part(shared, block, k, 0, direct);
        Part(shared, block, k, 1, subtracted);
        Part(shared, block, k, 2, product);
    }

    /// <summary>The total derivative Y: the direct part A minus the factor times the implicit part B.</summary>
    public static void Combine(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        float factor = block[k.D + Factor];
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < k.Count; i += Grid.DimX * Group.DimX)
        {
            block[k.Y + i] = factor == 0f ? block[k.A + i] : block[k.A + i] - (factor * block[k.B + i]);
        }
    }

    /// <summary>
    /// Adds up the parts and decides, by one thread: Kind is the decision, Rows how many parts there are, Inner the largest number of steps,
    /// First the square of the relative residual to stop at, Second the bound of the implicit part, Columns 1 where a solve ends at negative
    /// curvature.
    /// </summary>
    public static void Decide(ArrayView<float> memory, ArrayView<int> slots, KernelArguments k)
    {
        ArrayView<float> block = Block.Of(memory, slots, k);
        if (Block.IsIdle(block, k) || Group.IdxX > 0)
        {
            return;
        }

        int d = k.D;
        float first = Total(block, k, 0), second = Total(block, k, 1);
        block[d + First] = first;
        block[d + Second] = second;
        if (k.Kind == (int)Decision.Start)
        {
            block[d + GoesOn] = second == 0f || block[d + Event] == 2f ? 0f : 1f;
            block[d + Scale] = 0f;
        }
        else if (k.Kind == (int)Decision.Scale)
        {
            float scale = first / second;
            block[d + Scale] = DeviceMath.IsFinite(scale) ? scale : 0f;
        }
        else if (k.Kind == (int)Decision.Cold)
        {
            block[d + Scale] = 0f;
        }
        else if (k.Kind == (int)Decision.Begin)
        {
            block[d + Squared] = first;
            block[d + Target] = second;
            block[d + Enough] = second * k.First;
            block[d + Lowest] = float.NaN;
            block[d + Negative] = 0f;
            block[d + Steps] = 0f;
            block[d + GoesOn] = first > second * k.First ? 1f : 0f;
        }
        else if (k.Kind == (int)Decision.Along)
        {
            float damped = first + (block[d + Shift] * second), curvature = first / second, lowest = block[d + Lowest];
            block[d + Lowest] = DeviceMath.IsNaN(lowest) || curvature < lowest || DeviceMath.IsNaN(curvature) ? curvature : lowest;
            block[d + Negative] = damped <= 0f ? 1f : block[d + Negative];
            if (!(damped > 0f) && (k.Columns != 0 || !(damped < 0f)))
            {
                block[d + Squared] = DeviceMath.IsNaN(damped) ? damped : block[d + Squared];
                block[d + GoesOn] = 0f;
            }
            else
            {
                block[d + Step] = block[d + Squared] / damped;
            }
        }
        else if (k.Kind == (int)Decision.Turn)
        {
            block[d + Keep] = first / block[d + Squared];
            block[d + Squared] = first;
            float steps = block[d + Steps] + 1f;
            block[d + Steps] = steps;
            block[d + GoesOn] = steps < k.Inner && first > block[d + Enough] ? 1f : 0f;
        }
        else
        {
            float direct = MathF.Sqrt(first), subtracted = MathF.Sqrt(second), target = block[d + Target];
            float residual = target == 0f ? 0f : MathF.Sqrt(block[d + Squared] / target);
            bool fallsBack = !DeviceMath.IsFinite(subtracted) || !DeviceMath.IsFinite(residual), isBound = k.Second > 0f && subtracted > k.Second * direct;
            block[d + Residual] = residual;
            block[d + Direct] = direct;
            block[d + Implicit] = subtracted;
            block[d + Dot] = Total(block, k, 2);
            block[d + Event] = fallsBack ? 2f : isBound ? 1f : 0f;
            block[d + Factor] = fallsBack ? 0f : isBound ? k.Second * direct / subtracted : 1f;
        }
    }

    // The group's part of a sum; threads add up in a tree.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Part(ArrayView<float> shared, ArrayView<float> block, KernelArguments k, int sum, float value)
    {
        Group.Barrier();
        shared[Group.IdxX] = value;
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            Group.Barrier();
            if (Group.IdxX < half)
            {
                shared[Group.IdxX] += shared[Group.IdxX + half];
            }
        }

        if (Group.IdxX == 0)
        {
            block[k.D + Parts + (sum * MostParts) + Grid.IdxX] = shared[0];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Total(ArrayView<float> block, KernelArguments k, int sum)
    {
        float total = 0f;
        for (int part = 0; part < k.Rows; part++)
        {
            total += block[k.D + Parts + (sum * MostParts) + part];
        }

        return total;
    }
}
