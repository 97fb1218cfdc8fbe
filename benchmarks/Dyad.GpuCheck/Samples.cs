using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Environments;
using Dyad.Games;
using Dyad.Gpu;
using Dyad.Numerics;

namespace Dyad.GpuCheck;

/// <summary>Agents with random transitions, of the sizes of HalfCheetah or smaller ones.</summary>
internal static class Samples
{
    public static GpuDevice Open(string[] args) => args.Contains("processor") ? GpuDevice.OfProcessor() : GpuDevice.Open();

    public static int Number(string[] args, string name, int otherwise) =>
        args.FirstOrDefault(arg => arg.StartsWith(name + "=", StringComparison.Ordinal)) is { } found ? int.Parse(found[(name.Length + 1)..], null) : otherwise;

    public static GameAgent Agent(string method, int seed, int width, int batch, int observations = 17, int actions = 6)
    {
        var stream = new RandomStream(seed);
        GameAgent agent = method switch
        {
            "sac" => Sac.Agent(observations, actions, new SacOptions { HiddenWidth = width, BatchSize = batch, RandomSteps = 1, UpdateAfter = 1_000_000 }, stream),
            "ddpg" => Ddpg.Agent(observations, actions, new DdpgOptions { HiddenWidth = width, BatchSize = batch, RandomSteps = 1, UpdateAfter = 1_000_000 }, stream),
            "td3" => Td3.Agent(observations, actions, new Td3Options { HiddenWidth = width, BatchSize = batch, RandomSteps = 1, UpdateAfter = 1_000_000 }, stream),
            "stsac-al" => Led(new() { SolverTolerance = 0 }),
            "stsac-cl" => Led(new() { Leader = Player.Critic }),
            "stsac-al-warm" => Led(new() { WarmStart = true, SolverIterations = 4, DampingSchedule = DampingSchedule.Adaptive }),
            "stsac-al-bound" => Led(new() { ImplicitBound = 1e-6, Damping = 0.1 }),
            "stsac-al-stops" => Led(new() { SolverTolerance = 0.3 }),
            "stsac-al-at-once" => Led(new() { Order = UpdateOrder.Simultaneous, FollowerSteps = 2, Curvature = Curvature.GaussNewton }),
            "stsac-al-samples" => Led(new() { Solver = Solver.SampleSpace, Curvature = Curvature.GaussNewton, Damping = 0.1 }),
            "stddpg-al" => Ddpg.Agent(observations, actions, new DdpgOptions { HiddenWidth = width, BatchSize = batch, RandomSteps = 1, UpdateAfter = 1_000_000, Gradient = new() { Rule = Rule.Stackelberg } }, stream),
            "res-sac" => Sac.Agent(observations, actions, new SacOptions { HiddenWidth = width, BatchSize = batch, RandomSteps = 1, UpdateAfter = 1_000_000, Correction = new() { Residual = true, ResidualClipRule = ClipRule.Adaptive } }, stream),
            "res-ddpg" => Ddpg.Agent(observations, actions, new DdpgOptions { HiddenWidth = width, BatchSize = batch, RandomSteps = 1, UpdateAfter = 1_000_000, Correction = new() { Residual = true } }, stream),
            _ => throw new ArgumentException(method),
        };
        var random = new RandomStream(seed + 1000);
        double[] s = new double[observations], a = new double[actions], next = new double[observations];
        for (int i = 0; i < Math.Max(300, batch); i++)
        {
            Fill(s);
            Fill(next);
            foreach (ref double x in a.AsSpan())
            {
                x = random.Uniform(-1, 1);
            }

            agent.Observe(s, a, [new StepResult(random.Normal(), Terminated: i % 50 == 0, Truncated: false)], next);
        }

        return agent;

        GameAgent Led(RuleOptions rule) => Sac.Agent(
            observations, actions, new SacOptions { HiddenWidth = width, BatchSize = batch, RandomSteps = 1, UpdateAfter = 1_000_000, Gradient = rule with { Rule = Rule.Stackelberg } }, stream);

        void Fill(double[] x)
        {
            foreach (ref double value in x.AsSpan())
            {
                value = random.Normal();
            }
        }
    }
}
