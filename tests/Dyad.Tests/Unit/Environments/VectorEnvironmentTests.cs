using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Environments;

[Trait("Category", "unit")]
public sealed class VectorEnvironmentTests
{
    private const int Count = 5;
    private const int Steps = 300;
    private const long Seed = 11;

    [Theory]
    [InlineData("CartPole-v1", 1)]
    [InlineData("CartPole-v1", 2)]
    [InlineData("CartPole-v1", 4)]
    [InlineData("Pendulum-v1", 2)]
    [InlineData("FourRoom", 4)]
    public void Threads_give_the_serial_results(string name, int threads)
    {
        using var vector = new VectorEnvironment(() => EnvironmentRegistry.Create(name), Count, threads);
        IEnvironment[] serial = [.. Enumerable.Range(0, Count).Select(_ => EnvironmentRegistry.Create(name))];
        int size = vector.ObservationSpace.Size;
        double[] present = new double[Count * size];
        double[] next = new double[Count * size];
        var actions = new RandomStream(2);
        double[] action = new double[Count];
        int ends = 0;

        vector.Reset(Seed);
        var root = new RandomStream(Seed);
        for (int i = 0; i < Count; i++)
        {
            serial[i].Reset(present.AsSpan(i * size, size), (long)root.Split($"environment-{i}").NextBits());
        }

        for (int step = 0; step < Steps; step++)
        {
            Assert.Equal(present, vector.Observations.ToArray());
            for (int i = 0; i < Count; i++)
            {
                vector.ActionSpace.Sample(actions, action.AsSpan(i, 1));
            }

            vector.Step(action);
            for (int i = 0; i < Count; i++)
            {
                StepResult result = serial[i].Step(action.AsSpan(i, 1), next.AsSpan(i * size, size));
                Assert.Equal(result, vector.Results[i]);
                next.AsSpan(i * size, size).CopyTo(present.AsSpan(i * size, size));
                if (result.Done)
                {
                    ends++;
                    serial[i].Reset(present.AsSpan(i * size, size));
                    Assert.NotEqual(present[(i * size)..((i + 1) * size)], next[(i * size)..((i + 1) * size)]);
                }
            }

            Assert.Equal(next, vector.NextObservations.ToArray());
        }

        Assert.True(ends >= Count);
    }

    [Fact]
    public void Instances_have_streams_of_their_own()
    {
        using var vector = new VectorEnvironment(() => EnvironmentRegistry.Create("CartPole-v1"), Count);
        vector.Reset(Seed);
        Assert.Equal(Count, vector.Observations.ToArray().Chunk(4).Select(row => row[0]).Distinct().Count());
    }

    [Fact]
    public void A_snapshot_continues_with_another_number_of_threads()
    {
        using var vector = new VectorEnvironment(() => EnvironmentRegistry.Create("CartPole-v1"), Count, 2);
        using var other = new VectorEnvironment(() => EnvironmentRegistry.Create("CartPole-v1"), Count, 3);
        vector.Reset(Seed);
        double[] action = [0, 1, 0, 1, 1];
        for (int step = 0; step < 7; step++)
        {
            vector.Step(action);
        }

        StateArchive.Load(StateArchive.Save(vector.Serialize), other.Serialize);
        for (int step = 0; step < 60; step++)
        {
            Assert.Equal(vector.Observations.ToArray(), other.Observations.ToArray());
            vector.Step(action);
            other.Step(action);
            Assert.Equal(vector.Results.ToArray(), other.Results.ToArray());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_refused_action_reaches_the_caller_and_the_threads_live_on(int threads)
    {
        using var vector = new VectorEnvironment(() => EnvironmentRegistry.Create("CartPole-v1"), 3, threads);
        vector.Reset(Seed);
        Assert.Contains("9", Assert.Throws<UserError>(() => vector.Step([0, 9, 10])).Message, StringComparison.Ordinal);
        Assert.Contains("2 action numbers given for 3", Assert.Throws<UserError>(() => vector.Step([0, 1])).Message, StringComparison.Ordinal);
        vector.Reset(Seed);
        vector.Step([0, 1, 0]);
        Assert.All(vector.Results.ToArray(), result => Assert.Equal(1, result.Reward));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Nothing_is_allocated_in_a_step(int threads)
    {
        var probes = new List<AllocationProbe>();
        using var vector = new VectorEnvironment(
            () =>
            {
                probes.Add(new AllocationProbe(EnvironmentRegistry.Create("CartPole-v1")));
                return probes[^1];
            },
            4,
            threads);
        vector.Reset(Seed);
        double[] action = [0, 1, 0, 1];
        void Advance()
        {
            for (int step = 0; step < 1000; step++)
            {
                vector.Step(action);
            }
        }

        // The caller's thread is seen from here, a worker from inside its environments.
        Advance();
        long[] least = Allocations.Of(Advance, () => [GC.GetAllocatedBytesForCurrentThread(), .. probes.Select(probe => probe.Allocated)]);
        Assert.All(least, allocated => Assert.InRange(allocated, 0, 2000));
    }

    /// <summary>Tells how much the thread that steps it has allocated so far; an environment stays on its thread.</summary>
    private sealed class AllocationProbe(IEnvironment inner) : EnvironmentWrapper(inner)
    {
        public long Allocated { get; private set; }

        public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            Allocated = GC.GetAllocatedBytesForCurrentThread();
            return Inner.Step(action, observation);
        }
    }
}
