using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Environments;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Benchmarks;

/// <summary>Gradient steps and second-order products.</summary>
public static class UpdateCases
{
    /// <summary>The cases.</summary>
    public static IReadOnlyList<BenchmarkCase> Create()
    {
        var cases = new List<BenchmarkCase>();
        foreach ((int width, int batch) in new[] { (256, 100), (256, 256), (64, 100) })
        {
            AgentUpdate sac = AgentUpdate.Sac(width, batch);
            cases.Add(sac.Case($"sac-{width}x{width}-b{batch}"));
            cases.Add(AgentUpdate.Ddpg(width, batch).Case($"ddpg-{width}x{width}-b{batch}"));
            (CompiledProgram hessian, CompiledProgram again) = sac.Hessian(batch);
            cases.Add(new($"hvp-{width}x{width}-b{batch}", hessian.ProductFlop, hessian.Run));
            cases.Add(new($"hvp-again-{width}x{width}-b{batch}", again.ProductFlop, again.Run));
        }

        foreach (Solver solver in new[] { Solver.ConjugateGradient, Solver.SampleSpace })
        {
            string suffix = solver == Solver.SampleSpace ? "sample-space" : "cg10";
            cases.Add(AgentUpdate.Sac(256, 100, AgentUpdate.ActorLeads(solver)).Case($"stsac-al-{suffix}"));
            cases.Add(AgentUpdate.Ddpg(256, 100, AgentUpdate.ActorLeads(solver)).Case($"stddpg-al-{suffix}"));
        }

        cases.Add(Action(256));
        cases.Add(Action(64));
        cases.Add(StoredPolicy(256));
        return cases;
    }

    /// <summary>Updates that can be looked into, by the names of their rows.</summary>
    public static IReadOnlyDictionary<string, Func<AgentUpdate>> Agents() => new[] { (256, 100), (256, 256), (64, 100) }
        .SelectMany(x => new (string, Func<AgentUpdate>)[]
        {
            ($"sac-{x.Item1}x{x.Item1}-b{x.Item2}", () => AgentUpdate.Sac(x.Item1, x.Item2)),
            ($"ddpg-{x.Item1}x{x.Item1}-b{x.Item2}", () => AgentUpdate.Ddpg(x.Item1, x.Item2)),
        })
        .ToDictionary(x => x.Item1, x => x.Item2);

    // One action of a squashed Gaussian policy, noise included.
    private static BenchmarkCase Action(int width)
    {
        const int ObservationSize = 17, ActionSize = 6;
        var random = new RandomStream(1);
        var actor = new Parameters<float>("actor");
        var network = new Mlp<float>(actor, "policy", [ObservationSize, width, width, 2 * ActionSize]);
        network.Initialize(random);
        Input<float> observation = new("observation", 1, ObservationSize), noise = new("noise", 1, ActionSize);
        random.Normal(observation.Values);
        var builder = new ProgramBuilder<float>();
        builder.Output(new SquashedGaussianPolicy<float>(network).Sample(observation, noise).Action);
        CompiledProgram program = builder.Build();
        return new($"act-{width}x{width}-b1", program.ProductFlop, () =>
        {
            random.Normal(noise.Values);
            program.Run();
        });
    }

    // The same network in a file of its own, read and asked for the best action: what acts outside of training.
    private static BenchmarkCase StoredPolicy(int width)
    {
        const int ObservationSize = 17, ActionSize = 6;
        string file = Path.GetTempFileName();
        try
        {
            var agent = Sac.Agent(ObservationSize, ActionSize, new SacOptions { HiddenWidth = width, ReplayCapacity = 1 }, new RandomStream(1));
            var description = new PolicyDescription(agent.Head!, Box.Uniform(ObservationSize, -1, 1), Box.Uniform(ActionSize, -2, 2));
            Safetensors.Write(file, agent.Policy, description.ToMetadata());
            var policy = Policy.Load(file);
            double[] observation = new double[ObservationSize], action = new double[ActionSize];
            return new($"policy-{width}x{width}-b1", 2.0 * ((ObservationSize * width) + (width * width) + (width * 2 * ActionSize)), () => policy.Act(observation, action));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
