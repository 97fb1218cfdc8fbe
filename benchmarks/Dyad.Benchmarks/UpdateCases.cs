using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Benchmarks;

/// <summary>Gradient steps, second-order products, and epochs of training.</summary>
public static class UpdateCases
{
    /// <summary>The cases.</summary>
    public static IReadOnlyList<BenchmarkCase> Create()
    {
        var cases = new List<BenchmarkCase>();
        foreach ((int width, int batch) in new[] { (256, 100), (256, 256), (64, 100) })
        {
            var sac = new SacUpdate(width, batch);
            sac.Hessian.Run();
            cases.Add(new($"sac-{width}x{width}-b{batch}", sac.Flop, sac.Run));
            var ddpg = new DdpgUpdate(width, batch);
            cases.Add(new($"ddpg-{width}x{width}-b{batch}", ddpg.Flop, ddpg.Run));
            cases.Add(new($"hvp-{width}x{width}-b{batch}", sac.Hessian.ProductFlop, sac.Hessian.Run));
            cases.Add(new($"hvp-again-{width}x{width}-b{batch}", sac.HessianAgain.ProductFlop, sac.HessianAgain.Run));
        }

        foreach (Solver solver in new[] { Solver.ConjugateGradient, Solver.SampleSpace })
        {
            string suffix = solver == Solver.SampleSpace ? "sample-space" : "cg10";
            var sac = new StackelbergSacUpdate(solver);
            cases.Add(new($"stsac-al-{suffix}", sac.Flop, sac.Run));
            var ddpg = new StackelbergDdpgUpdate(solver);
            cases.Add(new($"stddpg-al-{suffix}", ddpg.Flop, ddpg.Run));
        }

        cases.Add(Action(256));
        cases.Add(Action(64));
        return cases;
    }

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
}
