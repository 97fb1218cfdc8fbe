namespace Dyad.Tests.Unit.Algorithms;

/// <summary>Adam as Kingma and Ba (2015) print it in algorithm 1, with step lengths rate / (1 + k)^power.</summary>
internal sealed class ReferenceAdam(double rate, double ratePower = 0, double epsilon = 1e-8)
{
    private double[] _m = [], _v = [];
    private int _t;

    /// <summary>What is left of the step length where numbers move in place; all where it is null.</summary>
    public Func<double>? Left { get; init; }

    /// <summary>Shortens the direction along which numbers move in place; null for not at all.</summary>
    public Func<double[], double[]>? Clip { get; init; }

    /// <summary>x - alpha mhat / (sqrt(vhat) + epsilon).</summary>
    public double[] Descend(double[] x, double[] gradient, double left = 1)
    {
        double alpha = left * rate / Math.Pow(1 + _t, ratePower);
        _t++;
        _m = [.. gradient.Select((g, i) => (0.9 * (_t == 1 ? 0 : _m[i])) + (0.1 * g))];
        _v = [.. gradient.Select((g, i) => (0.999 * (_t == 1 ? 0 : _v[i])) + (0.001 * g * g))];
        double first = 1 - Math.Pow(0.9, _t), second = 1 - Math.Pow(0.999, _t);
        return [.. x.Select((y, i) => y - (alpha * (_m[i] / first) / (Math.Sqrt(_v[i] / second) + epsilon)))];
    }

    /// <summary>The same to a higher objective.</summary>
    public double[] Ascend(double[] x, double[] gradient) => Descend(x, [.. gradient.Select(g => -g)]);

    /// <summary>The same in place.</summary>
    public void Move(double[] x, double[] gradient) => Descend(x, Clip?.Invoke(gradient) ?? gradient, Left?.Invoke() ?? 1).CopyTo(x, 0);
}
