namespace Dyad.Tests.Unit;

/// <summary>What work allocates. The runtime itself may allocate now and then while it recompiles; what the work allocates, every round shows.</summary>
internal static class Allocations
{
    private const int Rounds = 3;

    /// <summary>Fewest bytes that a round of some work allocates on this thread.</summary>
    /// <param name="work">A round.</param>
    public static long Of(Action work)
    {
        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    /// <summary>The same, item by item, of several counters; reading them may itself allocate a little.</summary>
    /// <param name="work">A round.</param>
    /// <param name="bytes">The counters, which only rise.</param>
    public static long[] Of(Action work, Func<long[]> bytes)
    {
        long[]? least = null;
        for (int round = 0; round < Rounds; round++)
        {
            long[] before = bytes();
            work();
            long[] allocated = [.. bytes().Zip(before, (x, y) => x - y)];
            least = least is null ? allocated : [.. least.Zip(allocated, Math.Min)];
        }

        return least!;
    }
}
