using Dyad.Core;

namespace Dyad.Numerics;

/// <summary>Mean and variance of each component of vectors that come one by one (Welford 1962).</summary>
public sealed class RunningMoments
{
    private readonly double[] _mean;
    private readonly double[] _squares;
    private long _count;

    /// <summary>The moments of no vectors yet.</summary>
    /// <param name="size">Components of a vector.</param>
    public RunningMoments(int size)
    {
        _mean = new double[size];
        _squares = new double[size];
    }

    /// <summary>Vectors seen.</summary>
    public long Count => _count;

    /// <summary>The mean of each component; 0 before the first vector.</summary>
    public ReadOnlySpan<double> Mean => _mean;

    /// <summary>The population variance of a component; 1 before the second vector.</summary>
    public double Variance(int component) => _count < 2 ? 1 : _squares[component] / _count;

    /// <summary>Takes a vector in.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is of another size.</exception>
    public void Add(ReadOnlySpan<double> vector)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, _mean.Length);
        _count++;
        for (int i = 0; i < vector.Length; i++)
        {
            double before = vector[i] - _mean[i];
            _mean[i] += before / _count;
            _squares[i] += before * (vector[i] - _mean[i]);
        }
    }

    /// <summary>Saves or loads the moments.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Value("count", ref _count);
        archive.Array("mean", _mean.AsSpan());
        archive.Array("squares", _squares.AsSpan());
    }
}
