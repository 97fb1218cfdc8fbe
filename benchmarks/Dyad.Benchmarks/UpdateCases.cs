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
            var sac = new SacUpdate(width, batch);
            sac.Hessian.Run();
            cases.Add(new($"sac-{width}x{width}-b{batch}", sac.Flop, sac.Run));
            var ddpg = new DdpgUpdate(width, batch);
            cases.Add(new($"ddpg-{width}x{width}-b{batch}", ddpg.Flop, ddpg.Run));
            cases.Add(new($"hvp-{width}x{width}-b{batch}", sac.Hessian.ProductFlop, sac.Hessian.Run));
            cases.Add(new($"hvp-again-{width}x{width}-b{batch}", sac.HessianAgain.ProductFlop, sac.HessianAgain.Run));
        }

        return cases;
    }
}
