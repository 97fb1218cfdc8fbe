using Dyad.Numerics;

namespace Dyad.Tests.Unit.Numerics;

[Trait("Category", "unit")]
public sealed class OptimizerLoopsTests
{
    [Fact]
    public void Adam_takes_the_steps_of_its_definition()
    {
        var random = new RandomStream(1);
        const int N = 37;
        var adam = new Adam<double>(N, 0.01);
        double[] x = new double[N], expected = new double[N], m = new double[N], v = new double[N], g = new double[N];
        for (int t = 1; t <= 5; t++)
        {
            random.Normal<double>(g);
            adam.Descend(x, g);
            for (int i = 0; i < N; i++)
            {
                m[i] = (0.9 * m[i]) + (0.1 * g[i]);
                v[i] = (0.999 * v[i]) + (0.001 * g[i] * g[i]);
                expected[i] -= 0.01 * (m[i] / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, t))) + 1e-8);
                Assert.Equal(expected[i], x[i], 1e-13);
            }
        }
    }

    [Fact]
    public void Averages_and_descents_move_every_element()
    {
        float[] target = new float[35], source = Enumerable.Range(0, 35).Select(i => (float)i).ToArray();
        OptimizerLoops.Average<float>(target, source, 0.25);
        Assert.Equal(source.Select(x => 0.25f * x), target);
        OptimizerLoops.Descend<float>(target, source, 0.25);
        Assert.All(target, x => Assert.Equal(0, x));
    }
}
