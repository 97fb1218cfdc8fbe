using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.GpuCheck;

/// <summary>Agents with random transitions, of the sizes of HalfCheetah or smaller ones.</summary>
internal static class Samples
{
    private const int Never = 1_000_000;

    private static readonly Dictionary<string, Func<Sizes, RandomStream, GameAgent>> Methods = new()
    {
        ["sac"] = (x, stream) => Sac.Agent(x.Observations, x.Actions, new SacOptions { HiddenWidth = x.Width, BatchSize = x.Batch, RandomSteps = 1, UpdateAfter = Never }, stream),
        ["ddpg"] = (x, stream) => Ddpg.Agent(x.Observations, x.Actions, new DdpgOptions { HiddenWidth = x.Width, BatchSize = x.Batch, RandomSteps = 1, UpdateAfter = Never }, stream),
        ["td3"] = (x, stream) => Td3.Agent(x.Observations, x.Actions, new Td3Options { HiddenWidth = x.Width, BatchSize = x.Batch, RandomSteps = 1, UpdateAfter = Never }, stream),
        ["stsac-al"] = (x, stream) => Led(x, stream, new() { SolverTolerance = 0 }),
        ["stsac-cl"] = (x, stream) => Led(x, stream, new() { Leader = Player.Critic }),
        ["stsac-al-warm"] = (x, stream) => Led(x, stream, new() { WarmStart = true, SolverIterations = 4, DampingSchedule = DampingSchedule.Adaptive }),
        ["stsac-al-bound"] = (x, stream) => Led(x, stream, new() { ImplicitBound = 1e-6, Damping = 0.1 }),
        ["stsac-al-stops"] = (x, stream) => Led(x, stream, new() { SolverTolerance = 0.3 }),
        ["stsac-al-at-once"] = (x, stream) => Led(x, stream, new() { Order = UpdateOrder.Simultaneous, FollowerSteps = 2, Curvature = Curvature.GaussNewton }),
        ["stsac-al-samples"] = (x, stream) => Led(x, stream, new() { Solver = Solver.SampleSpace, Curvature = Curvature.GaussNewton, Damping = 0.1 }),
        ["stddpg-al"] = (x, stream) => Ddpg.Agent(x.Observations, x.Actions, new DdpgOptions { HiddenWidth = x.Width, BatchSize = x.Batch, RandomSteps = 1, UpdateAfter = Never, Gradient = new() { Rule = Rule.Stackelberg } }, stream),
        ["res-sac"] = (x, stream) => Sac.Agent(x.Observations, x.Actions, new SacOptions { HiddenWidth = x.Width, BatchSize = x.Batch, RandomSteps = 1, UpdateAfter = Never, Correction = new() { Residual = true, ResidualClipRule = ClipRule.Adaptive } }, stream),
        ["res-ddpg"] = (x, stream) => Ddpg.Agent(x.Observations, x.Actions, new DdpgOptions { HiddenWidth = x.Width, BatchSize = x.Batch, RandomSteps = 1, UpdateAfter = Never, Correction = new() { Residual = true } }, stream),
    };

    private readonly record struct Sizes(int Observations, int Actions, int Width, int Batch);

    /// <summary>A method that there is.</summary>
    /// <exception cref="UserError">There is no such method.</exception>
    public static string Required(string method) =>
        Methods.ContainsKey(method) ? method : throw new UserError($"there is no method '{method}'; {NearNames.Hint(method, Methods.Keys)}");

    public static GameAgent Agent(string method, int seed, int width, int batch, int observations = 17, int actions = 6)
    {
        GameAgent agent = Methods[method](new Sizes(observations, actions, width, batch), new RandomStream(seed));
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

        void Fill(double[] x)
        {
            foreach (ref double value in x.AsSpan())
            {
                value = random.Normal();
            }
        }
    }

    private static GameAgent Led(Sizes x, RandomStream stream, RuleOptions rule) => Sac.Agent(
        x.Observations, x.Actions, new SacOptions { HiddenWidth = x.Width, BatchSize = x.Batch, RandomSteps = 1, UpdateAfter = Never, Gradient = rule with { Rule = Rule.Stackelberg } }, stream);
}
