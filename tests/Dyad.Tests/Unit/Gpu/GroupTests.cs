using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Gpu;
using Dyad.Numerics;

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
