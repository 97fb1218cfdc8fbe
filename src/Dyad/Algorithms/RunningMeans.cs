using Dyad.Core;

namespace Dyad.Algorithms;

/// <summary>Means of a method's training metrics between two rows of the log.</summary>
public sealed class RunningMeans
{
    private readonly string[] _names;
    private readonly double[] _sums;
    private long _count;

    /// <summary>Means of metrics by name.</summary>
    public RunningMeans(params string[] names)
    {
        _names = names;
        _sums = new double[names.Length];
    }

    /// <summary>Adds one value of each metric, in the order of their names.</summary>
    public void Add(params ReadOnlySpan<double> values)
    {
        for (int i = 0; i < _sums.Length; i++)
        {
            _sums[i] += values[i];
        }

        _count++;
    }

    /// <summary>Records the means and starts anew; nothing where nothing was added.</summary>
    public void Flush(IMetrics metrics)
    {
        for (int i = 0; i < _sums.Length && _count > 0; i++)
        {
            metrics.Record(_names[i], _sums[i] / _count);
        }

        Array.Clear(_sums);
        _count = 0;
    }

    /// <summary>Saves or loads the sums.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Array("means/sums", _sums.AsSpan());
        archive.Value("means/count", ref _count);
    }
}
