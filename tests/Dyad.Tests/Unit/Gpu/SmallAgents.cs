using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Gpu;

/// <summary>Small agents with random transitions in their replay.</summary>
internal static class SmallAgents
{
    public static readonly string[] Names =
    [
        "sac", "sac one critic", "ddpg", "td3", "stsac-al", "stsac-cl", "warm", "bound", "stops", "at once", "samples", "start", "stddpg-al", "res-sac", "res-ddpg",
    ];

    public static GameAgent Of(string name, int seed)
    {
        var stream = new RandomStream(seed);
        GameAgent agent = name switch
        {
            "sac" => Sac(new()),
            "sac one critic" => Dyad.Algorithms.Sac.Agent(4, 2, SacOf(new()) with { TwinCritics = false, TuneEntropyWeight = false, HiddenLayers = 1 }, stream),
            "ddpg" => Ddpg(new(), new()),
            "td3" => Td3.Agent(4, 2, new Td3Options { HiddenWidth = 7, BatchSize = 9, RandomSteps = 1, UpdateAfter = 1_000_000 }, stream),
            "stsac-al" => Sac(new() { Rule = Rule.Stackelberg, SolverIterations = 3 }),
            "stsac-cl" => Sac(new() { Rule = Rule.Stackelberg, Leader = Player.Critic, SolverIterations = 3 }),
            "warm" => Sac(new() { Rule = Rule.Stackelberg, SolverIterations = 2, WarmStart = true, DampingSchedule = Dyad.Games.DampingSchedule.Adaptive }),
            "bound" => Sac(new() { Rule = Rule.Stackelberg, SolverIterations = 3, ImplicitBound = 1e-6, Damping = 0.1 }),
            "stops" => Sac(new() { Rule = Rule.Stackelberg, SolverIterations = 6, SolverTolerance = 0.3, Damping = 10 }),
            "at once" => Sac(new() { Rule = Rule.Stackelberg, SolverIterations = 3, Order = UpdateOrder.Simultaneous, FollowerSteps = 2, Curvature = Curvature.GaussNewton }),
            "samples" => Sac(new() { Rule = Rule.Stackelberg, Solver = Solver.SampleSpace, Curvature = Curvature.GaussNewton }),
            "start" => Sac(new() { Rule = Rule.Stackelberg, SolverIterations = 2, LeaderStates = LeaderStates.Start, LeaderDerivative = LeaderDerivative.ReplayedAction }),
            "stddpg-al" => Ddpg(new() { Rule = Rule.Stackelberg, SolverIterations = 3 }, new(), NextAction.CurrentPolicy),
            "res-sac" => Dyad.Algorithms.Sac.Agent(4, 2, SacOf(new()) with { Correction = new() { Residual = true, ResidualClipRule = ClipRule.Adaptive } }, stream),
            "res-ddpg" => Ddpg(new(), new() { Residual = true }),
            _ => throw new ArgumentException(name),
        };
        Fill(agent, seed, 40);
        return agent;

        GameAgent Sac(RuleOptions rule) => Dyad.Algorithms.Sac.Agent(4, 2, SacOf(rule), stream);

        GameAgent Ddpg(RuleOptions rule, ResidualOptions correction, NextAction next = NextAction.TargetPolicy) => Dyad.Algorithms.Ddpg.Agent(
            4, 2, new DdpgOptions { HiddenWidth = 7, BatchSize = 9, RandomSteps = 1, UpdateAfter = 1_000_000, Gradient = rule, Correction = correction, NextAction = next }, stream);
    }

    private static SacOptions SacOf(RuleOptions rule) => new() { HiddenWidth = 7, BatchSize = 9, RandomSteps = 1, UpdateAfter = 1_000_000, Gradient = rule };

    public static void Fill(GameAgent agent, int seed, int count)
    {
        var random = new RandomStream(seed).Split("transitions");
        double[] s = new double[4], a = new double[2], next = new double[4];
        for (int i = 0; i < count; i++)
        {
            foreach (double[] values in new[] { s, a, next })
            {
                for (int j = 0; j < values.Length; j++)
                {
                    values[j] = random.Uniform(-1, 1);
                }
            }

            agent.Observe(s, a, [new StepResult(random.Uniform(-1, 1), i % 10 == 9, false)], next);
        }
    }

    public static float[] Numbers(GameAgent agent) => [.. agent.Networks.SelectMany(network => network.Parameters.Values.ToArray())];
}
