using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>
/// A network with max(x, 0) between layers, whose numbers lie layer by layer, weights (inputs x outputs) before biases.
/// </summary>
internal sealed class ReferenceNetwork(params int[] sizes)
{
    /// <summary>Number of parameters.</summary>
    public int Count { get; } = Enumerable.Range(1, sizes.Length - 1).Sum(layer => (sizes[layer - 1] + 1) * sizes[layer]);

    /// <summary>Weights and biases uniform on +-1/sqrt(inputs), in single precision.</summary>
    public double[] Drawn(RandomStream stream, bool lastIsZero = false)
    {
        double[] parameters = new double[Count];
        int at = 0;
        for (int layer = 1; layer < sizes.Length; layer++)
        {
            double bound = 1 / Math.Sqrt(sizes[layer - 1]);
            for (int end = at + ((sizes[layer - 1] + 1) * sizes[layer]); at < end; at++)
            {
                parameters[at] = lastIsZero && layer == sizes.Length - 1 ? 0 : (float)stream.Uniform(-bound, bound);
            }
        }

        return parameters;
    }

    /// <summary>The outputs for x.</summary>
    public double[] Apply(ReadOnlySpan<double> parameters, ReadOnlySpan<double> x)
    {
        double[] y = new double[sizes[^1]];
        Apply(parameters, x, [], y);
        return y;
    }

    /// <summary>The only output for x, which comes in two parts.</summary>
    public double Value(ReadOnlySpan<double> parameters, ReadOnlySpan<double> x, ReadOnlySpan<double> more = default)
    {
        Span<double> y = [0];
        Apply(parameters, x, more, y);
        return y[0];
    }

    /// <summary>Q(s, a): the only output for both, or of finitely many actions the sum of the outputs for s, each times its weight in a.</summary>
    public double ActionValue(ReadOnlySpan<double> parameters, ReadOnlySpan<double> s, ReadOnlySpan<double> a)
    {
        if (sizes[0] > s.Length)
        {
            return Value(parameters, s, a);
        }

        double[] values = Apply(parameters, s);
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * values[i];
        }

        return sum;
    }

    private void Apply(ReadOnlySpan<double> parameters, ReadOnlySpan<double> x, ReadOnlySpan<double> more, Span<double> y)
    {
        Span<double> input = stackalloc double[16], output = stackalloc double[16];
        x.CopyTo(input);
        more.CopyTo(input[x.Length..]);
        int at = 0;
        for (int layer = 1; layer < sizes.Length; layer++)
        {
            (int inputs, int outputs) = (sizes[layer - 1], sizes[layer]);
            for (int j = 0; j < outputs; j++)
            {
                double sum = parameters[at + (inputs * outputs) + j];
                for (int i = 0; i < inputs; i++)
                {
                    sum += input[i] * parameters[at + (i * outputs) + j];
                }

                output[j] = layer < sizes.Length - 1 ? Math.Max(sum, 0) : sum;
            }

            at += (inputs + 1) * outputs;
            Span<double> last = input;
            input = output;
            output = last;
        }

        input[..y.Length].CopyTo(y);
    }
}

/// <summary>Derivatives by central differences, and linear equations by elimination.</summary>
internal static class ReferenceMath
{
    private const double H = 1e-5, SecondH = 2e-5;

    public static double[] Gradient(Func<double[], double> f, double[] at, double h = H)
    {
        double[] x = [.. at];
        return [.. at.Select((here, i) =>
        {
            double up = At(here + h), down = At(here - h);
            x[i] = here;
            return (up - down) / (2 * h);

            double At(double value)
            {
                x[i] = value;
                return f(x);
            }
        })];
    }

    /// <summary>Rows of second derivatives; 0 across blocks of coordinates that a sum keeps apart.</summary>
    public static double[][] Hessian(Func<double[], double> f, double[] at, int block)
    {
        double[] x = [.. at];
        double[][] rows = [.. at.Select(_ => new double[at.Length])];
        for (int i = 0; i < at.Length; i++)
        {
            for (int j = i - (i % block); j <= i; j++)
            {
                rows[i][j] = rows[j][i] =
                    (At(i, j, 1, 1) - At(i, j, 1, -1) - At(i, j, -1, 1) + At(i, j, -1, -1)) / (4 * SecondH * SecondH);
            }
        }

        return rows;

        double At(int i, int j, int first, int second)
        {
            x[i] += first * SecondH;
            x[j] += second * SecondH;
            double value = f(x);
            (x[i], x[j]) = (at[i], at[j]);
            return value;
        }
    }

    /// <summary>Derivative in x of the derivative of f(x, y) in y along v.</summary>
    public static double[] Mixed(Func<double[], double[], double> f, double[] x, double[] y, double[] v)
    {
        double length = Norm(v);
        if (length == 0)
        {
            return new double[x.Length];
        }

        double[] up = [.. y.Zip(v, (a, b) => a + (SecondH * b / length))], down = [.. y.Zip(v, (a, b) => a - (SecondH * b / length))];
        return Gradient(z => length * (f(z, up) - f(z, down)) / (2 * SecondH), x, SecondH);
    }

    /// <summary>x with (A + damping I) x = b.</summary>
    public static double[] Solve(double[][] a, double damping, double[] b)
    {
        int n = b.Length;
        double[][] rows = [.. a.Select((row, i) => (double[])[.. row.Select((value, j) => i == j ? value + damping : value), b[i]])];
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(rows[i][k]));
            (rows[k], rows[pivot]) = (rows[pivot], rows[k]);
            for (int i = k + 1; i < n; i++)
            {
                double factor = rows[i][k] / rows[k][k];
                for (int j = k; j <= n; j++)
                {
                    rows[i][j] -= factor * rows[k][j];
                }
            }
        }

        double[] x = new double[n];
        for (int i = n - 1; i >= 0; i--)
        {
            x[i] = (rows[i][n] - Enumerable.Range(i + 1, n - i - 1).Sum(j => rows[i][j] * x[j])) / rows[i][i];
        }

        return x;
    }

    public static double Norm(double[] x) => Math.Sqrt(Dot(x, x));

    public static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    /// <summary>target += rate (source - target).</summary>
    public static void Average(double[] target, double[] source, double rate)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] += rate * (source[i] - target[i]);
        }
    }

    /// <summary>The q-quantile of magnitudes, by nearest rank.</summary>
    public static double Quantile(double[] errors, double q)
    {
        double[] sorted = [.. errors.Select(Math.Abs).Order()];
        return sorted[Math.Max((int)Math.Ceiling(q * sorted.Length) - 1, 0)];
    }
}
