using System.Runtime.CompilerServices;
using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Gpu;
using Dyad.Numerics;
using ILGPU.Runtime;

namespace Dyad.Tests.Unit.Gpu;

/// <summary>Whole updates of agents that compute together.</summary>
[Trait("Category", "unit")]
public sealed class GroupTests
{
    public static TheoryData<string> Agents => [.. SmallAgents.Names];

    [Theory]
    [MemberData(nameof(Agents))]
    public void Updates_give_the_processors_numbers(string name)
    {
        using var host = new GpuHost(GpuDevice.OfProcessor());
        GameAgent here = SmallAgents.Of(name, 1), there = SmallAgents.Of(name, 1);
        float[] start = SmallAgents.Numbers(here);
        using AgentPlace place = host.Seat(there, 1);
        for (int update = 0; update < 3; update++)
        {
            here.Update();
            there.Update();
        }

        double[] moved = Moved(here, start);
        Assert.Contains(moved, x => x != 0);
        Near.Equal(moved, Moved(there, start), 1e-3, name);
        var (metrics, others) = (new Row(), new Row());
        here.Measure(metrics);
        there.Measure(others);
        Assert.Equal(metrics.Values.Select(x => x.Name), others.Values.Select(x => x.Name));
        foreach (((string metric, double x), (_, double y)) in metrics.Values.Zip(others.Values))
        {
            Assert.True(Math.Abs(x - y) <= 1e-3 * (1 + Math.Abs(x)) || (double.IsNaN(x) && double.IsNaN(y)), $"{name} {metric}: {y} where {x} is expected");
        }
    }

    /// <summary>To the bit, whoever computes beside it.</summary>
    [Theory]
    [InlineData("sac")]
    [InlineData("stops")]
    [InlineData("res-sac")]
    public void An_agents_bits_do_not_depend_on_its_neighbours(string name)
    {
        float[] alone = Together(name, [1])[0];
        float[][] many = Together(name, [3, 1, 2]);
        Assert.Equal(alone, many[1]);
        Assert.NotEqual(many[0], many[2]);
    }

    /// <summary>A checkpoint is the agent's own, and what goes on from it has the same bits.</summary>
    [Theory]
    [InlineData("sac")]
    [InlineData("warm")]
    public void An_agent_goes_on_from_its_checkpoint_to_the_same_bits(string name)
    {
        using var host = new GpuHost(GpuDevice.OfProcessor());
        GameAgent agent = SmallAgents.Of(name, 1), other = SmallAgents.Of(name, 1);
        byte[] state, last;
        using (AgentPlace place = host.Seat(agent, 2))
        {
            agent.Update();
            state = StateArchive.Save(agent.Serialize);
            agent.Update();
            last = StateArchive.Save(agent.Serialize);
        }

        StateArchive.Load(state, other.Serialize);
        Assert.Equal(state, StateArchive.Save(other.Serialize));
        using (AgentPlace place = host.Seat(other, 2))
        {
            // The same again where it is loaded on the device.
            StateArchive.Load(state, other.Serialize);
            other.Update();
            Assert.Equal(last, StateArchive.Save(other.Serialize));
        }
    }

    [Fact]
    public void Agents_with_other_programs_are_in_other_groups_and_those_with_other_step_lengths_are_not()
    {
        using var host = new GpuHost(GpuDevice.OfProcessor());
        AgentPlace[] places = [host.Seat(SmallAgents.Of("sac", 1), 2), host.Seat(SmallAgents.Of("ddpg", 1), 2), host.Seat(SmallAgents.Of("sac", 2), 2)];
        Assert.Same(places[0].Seat.Group, places[2].Seat.Group);
        Assert.NotSame(places[0].Seat.Group, places[1].Seat.Group);
        Array.ForEach(places, place => place.Dispose());
    }

    [Fact]
    public void What_needs_the_processor_is_refused_by_name()
    {
        static string Refused(SacOptions options) => Assert.Throws<UserError>(() => GpuHost.Require(Sac.Agent(3, 1, options, new RandomStream(1)))).Message;

        Assert.StartsWith("'gradient_clip' needs the processor", Refused(new SacOptions { HiddenWidth = 8, Step = new() { GradientClip = 1 } }), StringComparison.Ordinal);
        Assert.StartsWith("'environments' needs the processor", Refused(new SacOptions { HiddenWidth = 8, Environments = 2 }), StringComparison.Ordinal);
        GpuHost.Require(Sac.Agent(3, 1, new SacOptions { HiddenWidth = 8 }, new RandomStream(1)));
    }

    [Theory]
    [InlineData(int.MaxValue, 32)]
    [InlineData(32, int.MaxValue)]
    public void What_the_device_has_no_memory_for_is_one_sentence_and_leaves_nothing_there(int pitch, int written)
    {
        using var device = GpuDevice.OfProcessor();
        int Count() => Children(device.Accelerator).Count(child => child.TryGetTarget(out AcceleratorObject? there) && !there.IsDisposed);
        int before = Count();
        string message = Assert.Throws<UserError>(() => new AgentGroup(device, [], pitch, written, read: 1, capacity: 1 << 20)).Message;
        Assert.Contains("has no memory for 1048576 more seeds, each of which needs 8589.9 MB there", message, StringComparison.Ordinal);
        Assert.Equal(before, Count());
    }

    [Fact]
    public void Nobody_waits_for_an_agent_whose_numbers_did_not_get_there()
    {
        using var host = new GpuHost(GpuDevice.OfProcessor());
        GameAgent agent = SmallAgents.Of("sac", 1);
        using AgentPlace place = host.Seat(agent, 2);
        ref AcceleratorStream stream = ref Stream(place.Seat.Group);
        AcceleratorStream whole = stream;
        stream = null!;
        Assert.NotNull(Record.Exception(() => host.Seat(SmallAgents.Of("sac", 2), 2)));
        stream = whole;
        var update = new Thread(() =>
        {
            agent.Update();
            agent.Device.Finish();
        })
        { IsBackground = true };
        update.Start();
        Assert.True(update.Join(TimeSpan.FromSeconds(60)), "it waits for an agent that has no place");

        // The place is free again.
        using AgentPlace next = host.Seat(SmallAgents.Of("sac", 3), 2);
        Assert.Same(place.Seat.Group, next.Seat.Group);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_stream")]
    private static extern ref AcceleratorStream Stream(AgentGroup group);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "childObjects")]
    private static extern ref List<WeakReference<AcceleratorObject>> Children(Accelerator accelerator);

    private static float[][] Together(string name, int[] seeds)
    {
        using var host = new GpuHost(GpuDevice.OfProcessor());
        GameAgent[] agents = [.. seeds.Select(seed => SmallAgents.Of(name, seed))];
        AgentPlace[] places = [.. agents.Select(agent => host.Seat(agent, seeds.Length))];
        Exception?[] failures = new Exception?[seeds.Length];
        Thread[] threads = [.. agents.Select((agent, i) => new Thread(() => failures[i] = Record.Exception(() =>
        {
            agent.Update();
            agent.Update();
            agent.Device.Pull();
        })))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(failures, Assert.Null);
        float[][] numbers = [.. agents.Select(SmallAgents.Numbers)];
        Array.ForEach(places, place => place.Dispose());
        return numbers;
    }

    private static double[] Moved(GameAgent agent, float[] start) => [.. SmallAgents.Numbers(agent).Zip(start, (x, y) => (double)x - y)];

    private sealed class Row : IMetrics
    {
        public List<(string Name, double Value)> Values { get; } = [];

        void IMetrics.Record(string name, double value) => Values.Add((name, value));
    }
}
