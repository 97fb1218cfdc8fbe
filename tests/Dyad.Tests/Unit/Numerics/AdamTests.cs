using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Numerics;

[Trait("Category", "unit")]
public sealed class AdamTests
{
    private const int Size = 5;

    [Fact]
    public void A_falling_step_length_is_divided_by_the_power_of_the_step_number()
    {
        // With a constant gradient every step is as long as the rate, but for epsilon.
        var adam = new Adam<double>(1, 0.1) { RatePower = 0.5 };
        double[] x = [0];
        for (int k = 0; k < 20; k++)
        {
            double before = x[0];
            adam.Descend(x, [1.0]);
            Assert.Equal(0.1 / Math.Sqrt(1 + k), before - x[0], 1e-7);
        }

        var resumed = new Adam<double>(1, 0.1) { RatePower = 0.5 };
        StateArchive.Load(StateArchive.Save(adam.Serialize), resumed.Serialize);
        double[] a = [1], b = [1];
        adam.Descend(a, [0.5]);
        resumed.Descend(b, [0.5]);
        Assert.Equal(a, b);
    }

    [Fact]
    public void Steps_are_those_of_the_published_algorithm()
    {
        var random = new RandomStream(2);
        var adam = new Adam<double>(Size, learningRate: 0.01, beta1: 0.8, beta2: 0.99, epsilon: 1e-6);
        double[] actual = Vector(random);
        double[] expected = (double[])actual.Clone();
        double[] m = new double[Size];
        double[] v = new double[Size];
        for (int t = 1; t <= 50; t++)
        {
            double[] gradient = Vector(random);
            adam.Descend(actual, gradient);

            // Kingma and Ba (2015), algorithm 1, line by line.
            for (int i = 0; i < Size; i++)
            {
                m[i] = (0.8 * m[i]) + (0.2 * gradient[i]);
                v[i] = (0.99 * v[i]) + (0.01 * gradient[i] * gradient[i]);
                double mean = m[i] / (1 - Math.Pow(0.8, t));
                double square = v[i] / (1 - Math.Pow(0.99, t));
                expected[i] -= 0.01 * mean / (Math.Sqrt(square) + 1e-6);
            }

            Near.Equal(expected, actual, 1e-13, $"parameters after step {t}");
        }
    }

    [Fact]
    public void The_first_step_is_the_learning_rate_long_in_single_precision_too()
    {
        float[] parameters = [1, 1, 1];
        new Adam<float>(3, learningRate: 0.5).Descend(parameters, [1e-3f, -100, 0]);
        Assert.Equal(0.5f, parameters[0], 1e-4f);
        Assert.Equal(1.5f, parameters[1], 1e-4f);
        Assert.Equal(1f, parameters[2]);
    }

    [Fact]
    public void Ascending_is_descending_along_the_negative_gradient()
    {
        var random = new RandomStream(4);
        var up = new Adam<double>(Size, 0.1);
        var down = new Adam<double>(Size, 0.1);
        double[] risen = new double[Size];
        double[] fallen = new double[Size];
        for (int t = 0; t < 10; t++)
        {
            double[] gradient = Vector(random);
            up.Ascend(risen, gradient);
            down.Descend(fallen, [.. gradient.Select(g => -g)]);
            Assert.Equal(risen, fallen);
        }
    }

    [Fact]
    public void A_changed_learning_rate_counts_from_the_next_step()
    {
        var adam = new Adam<double>(1, 0.1);
        double[] parameters = [0];
        adam.Descend(parameters, [1]);
        double first = parameters[0];
        adam.LearningRate = 0.05;
        adam.Descend(parameters, [1]);
        Assert.Equal(0.5 * first, parameters[0] - first, 1e-9);
    }

    [Fact]
    public void Moments_fade_to_zero_and_never_become_subnormal()
    {
        // As for a unit that fired once: 40 parameters take the loop's vectors and its rest.
        var adam = new Adam<float>(40, learningRate: 0.1, beta2: 0.9);
        float[] parameters = new float[40];
        adam.Descend(parameters, [.. Enumerable.Range(0, 40).Select(i => i + 1f)]);
        float[] rest = new float[40], first = new float[40], second = new float[40];
        for (int t = 0; t < 2000; t++)
        {
            adam.Descend(parameters, rest);
            StateArchive.Load(StateArchive.Save(adam.Serialize), ReadMoments);
            Assert.DoesNotContain(first.Concat(second), float.IsSubnormal);
        }

        Assert.All(first, m => Assert.Equal(0, m));
        Assert.All(parameters, p => Assert.InRange(p, -1.5f, -0.1f));

        void ReadMoments(StateArchive archive)
        {
            long steps = 0;
            double power = 0;
            archive.Value("adam/steps", ref steps);
            archive.Value("adam/beta1_power", ref power);
            archive.Value("adam/beta2_power", ref power);
            archive.Array("adam/first", first.AsSpan());
            archive.Array("adam/second", second.AsSpan());
        }
    }

    [Fact]
    public void A_loaded_optimiser_continues_to_the_bit()
    {
        var random = new RandomStream(3);
        var adam = new Adam<float>(Size, 0.02);
        float[] parameters = new float[Size];
        for (int t = 0; t < 7; t++)
        {
            adam.Descend(parameters, Single(random));
        }

        byte[] state = StateArchive.Save(adam.Serialize);
        var loaded = new Adam<float>(Size, 0.02);
        StateArchive.Load(state, loaded.Serialize);
        float[] resumed = (float[])parameters.Clone();
        for (int t = 0; t < 7; t++)
        {
            float[] gradient = Single(random);
            adam.Descend(parameters, gradient);
            loaded.Descend(resumed, gradient);
        }

        Assert.Equal(parameters.Select(BitConverter.SingleToInt32Bits), resumed.Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Vectors_of_another_length_are_refused()
    {
        var adam = new Adam<double>(Size, 0.1);
        Assert.Throws<ArgumentException>(() => adam.Descend(new double[Size], new double[Size - 1]));
        Assert.Throws<ArgumentException>(() => adam.Descend(new double[Size + 1], new double[Size]));
    }

    private static double[] Vector(RandomStream random) => [.. Enumerable.Range(0, Size).Select(_ => random.Uniform(-1, 1))];

    private static float[] Single(RandomStream random) => [.. Vector(random).Select(x => (float)x)];
}
