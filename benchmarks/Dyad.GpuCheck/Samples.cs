using Dyad.Algorithms;
using Dyad.Environments;
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
            "stsac-al" => Sac.Agent(observations, actions, new SacOptions
            {
                HiddenWidth = width, BatchSize = batch, RandomSteps = 1, UpdateAfter = 1_000_000,
                Gradient = new() { Rule = Algorithms.Rules.Rule.Stackelberg, SolverTolerance = 0, Damping = 1 },
            }, stream),
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

        void Fill(double[] x)
        {
            foreach (ref double value in x.AsSpan())
            {
                value = random.Normal();
            }
        }
    }
}
