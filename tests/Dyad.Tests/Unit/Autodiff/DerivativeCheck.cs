using Dyad.Autodiff;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Autodiff;

/// <summary>Holds the derivatives of a cost against differences.</summary>
internal static class DerivativeCheck
{
    /// <summary>Gradient (1e-6), Hessian product (1e-5), its symmetry (1e-10), mixed product (1e-5) where a second player is given.</summary>
    public static void Run(Expression<double> cost, Parameters<double> x, Parameters<double>? y = null)
    {
        var random = new RandomStream(7);
        Parameters<double> v = Direction(x, random), u = Direction(x, random);
        var builder = new ProgramBuilder<double>();
        Output<double> value = builder.Output(cost);
        Output<double> gradient = builder.Output(Derivatives.Gradient(cost, x));
        Output<double> hv = builder.Output(Derivatives.HessianVectorProduct(cost, x, v.Leaves));
        Output<double> hu = builder.Output(Derivatives.HessianVectorProduct(cost, x, u.Leaves));
        Output<double> jv = builder.Output(Derivatives.JacobianVectorProduct(cost, x, v.Leaves));
        Output<double>? mixed = y is null ? null : builder.Output(Derivatives.MixedProduct(cost, y, x, v.Leaves));
        CompiledProgram all = builder.Build();
        all.Run();

        double[] g = gradient.Values.ToArray(), h = hv.Values.ToArray(), hu0 = hu.Values.ToArray();
        double[] differences = Differences(all, x, () => [value.Value], 1e-5).Select(d => d[0]).ToArray();
        Close(differences, g, 1e-6, "gradient");
        Close([Dot(g, v.Values)], [jv.Value], 1e-9, "Jacobian product");
        Close([Dot(hu0, v.Values)], [Dot(h, u.Values)], 1e-10, "symmetry");

        // H v as the change of the gradient along v.
        double[] at = x.Values.ToArray();
        const double Step = 1e-5;
        double[] Along(double t)
        {
            for (int i = 0; i < at.Length; i++)
            {
                x.Values[i] = at[i] + (t * v.Values[i]);
            }

            all.Run();
            at.CopyTo(x.Values);
            return gradient.Values.ToArray();
        }

        double[] plus = Along(Step), minus = Along(-Step);
        Close([.. plus.Zip(minus, (a, b) => (a - b) / (2 * Step))], h, 1e-5, "Hessian product");

        if (y is not null)
        {
            all.Run();
            double[] m = mixed!.Values.ToArray(), direction = v.Values.ToArray();
            double[] expected = Differences(all, y, () => [Dot(gradient.Values, direction)], 1e-5).Select(d => d[0]).ToArray();
            Close(expected, m, 1e-5, "mixed product");
        }
    }

    public static Parameters<double> Direction(Parameters<double> like, RandomStream random)
    {
        Parameters<double> v = like.Like("v");
        foreach (ref double value in v.Values)
        {
            value = random.Uniform(-1, 1);
        }

        return v;
    }

    public static void Close(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = 1;
        foreach (double e in expected)
        {
            scale = Math.Max(scale, Math.Abs(e));
        }

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * scale,
                $"{what}[{i}]: {actual[i]:R} instead of {expected[i]:R} (scale {scale:G3})");
        }
    }

    private static List<double[]> Differences(CompiledProgram program, Parameters<double> x, Func<double[]> read, double step)
    {
        var result = new List<double[]>();
        for (int i = 0; i < x.Count; i++)
        {
            double at = x.Values[i];
            x.Values[i] = at + step;
            program.Run();
            double[] plus = read();
            x.Values[i] = at - step;
            program.Run();
            double[] minus = read();
            x.Values[i] = at;
            result.Add([.. plus.Zip(minus, (a, b) => (a - b) / (2 * step))]);
        }

        program.Run();
        return result;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
