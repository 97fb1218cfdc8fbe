namespace Dyad.Tests.Unit.Tabular;

/// <summary>Derivatives by difference quotients.</summary>
public static class Differences
{
    private const double Step = 2e-3;

    /// <summary>
    /// Row i holds the derivative of a smooth vector function in coordinate i, by the five-point formula: its error is of fourth
    /// order, so that a long step keeps the rounding small.
    /// </summary>
    public static double[][] Jacobian(Func<double[], double[]> function, double[] at) => [.. at.Select((_, i) =>
    {
        double[] far = Subtract(function(Moved(at, i, 2 * Step)), function(Moved(at, i, -2 * Step)));
        double[] near = Subtract(function(Moved(at, i, Step)), function(Moved(at, i, -Step)));
        return near.Zip(far, (n, f) => ((8 * n) - f) / (12 * Step)).ToArray();
    })];

    public static double[] Gradient(Func<double[], double> function, double[] at) =>
        [.. Jacobian(x => [function(x)], at).Select(row => row[0])];

    /// <summary>The gradient of a quadratic function, where the central difference of any step is exact.</summary>
    public static double[] QuadraticGradient(Func<double[], double> function, double[] at) =>
        [.. at.Select((_, i) => (function(Moved(at, i, 1)) - function(Moved(at, i, -1))) / 2)];

    /// <summary>The matrix of second derivatives of a quadratic function.</summary>
    public static double[][] QuadraticHessian(Func<double[], double> function, double[] at)
    {
        double[] here = QuadraticGradient(function, at);
        return [.. at.Select((_, i) => Subtract(QuadraticGradient(function, Moved(at, i, 1)), here))];
    }

    private static double[] Moved(double[] at, int index, double step)
    {
        double[] moved = (double[])at.Clone();
        moved[index] += step;
        return moved;
    }

    private static double[] Subtract(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];
}
