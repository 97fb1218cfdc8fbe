namespace Dyad.Tests.Unit.Algorithms;

/// <summary>Networks, densities and derivatives of on-policy methods in double, written without the library.</summary>
internal sealed record OnPolicyReference(int Observation, int Action, bool Discrete, int[] Hidden)
{
    /// <summary>Output of a tanh network whose matrices lie layer by layer, weights (inputs x outputs) before biases.</summary>
    public double[] Network(double[] parameters, double[] x, int outputs)
    {
        int at = 0;
        int[] sizes = [x.Length, .. Hidden, outputs];
        for (int layer = 1; layer < sizes.Length; layer++)
        {
            double[] y = new double[sizes[layer]];
            for (int j = 0; j < y.Length; j++)
            {
                y[j] = parameters[at + (sizes[layer - 1] * sizes[layer]) + j];
                for (int i = 0; i < x.Length; i++)
                {
                    y[j] += x[i] * parameters[at + (i * sizes[layer]) + j];
                }

                y[j] = layer < sizes.Length - 1 ? Math.Tanh(y[j]) : y[j];
            }

            at += (sizes[layer - 1] + 1) * sizes[layer];
            x = y;
        }

        return x;
    }

    /// <summary>Probabilities of all actions.</summary>
    public double[] Probabilities(double[] theta, double[] s)
    {
        double[] exponentials = [.. Network(theta, s, Action).Select(Math.Exp)];
        return [.. exponentials.Select(e => e / exponentials.Sum())];
    }

    /// <summary>log pi(a|s); the last parameters of a Gaussian are its log deviations.</summary>
    public double LogProbability(double[] theta, double[] s, double[] a)
    {
        if (Discrete)
        {
            return Math.Log(Probabilities(theta, s)[(int)a[0]]);
        }

        double[] mean = Network(theta, s, Action);
        return Enumerable.Range(0, Action).Sum(i =>
        {
            double log = theta[^(Action - i)];
            return (-0.5 * Math.Pow((a[i] - mean[i]) / Math.Exp(log), 2)) - log - (0.5 * Math.Log(2 * Math.PI));
        });
    }

    /// <summary>Central differences.</summary>
    public static double[] Gradient(Func<double[], double> f, double[] x)
    {
        const double H = 1e-5;
        double[] gradient = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double[] up = [.. x], down = [.. x];
            up[i] += H;
            down[i] -= H;
            gradient[i] = (f(up) - f(down)) / (2 * H);
        }

        return gradient;
    }
}
