using Dyad.Core;

namespace Dyad.Algorithms.Rules;

/// <summary>Means of a player's cost and metrics over its steps between two rows of the log.</summary>
internal sealed class MeasureMeans
{
    private readonly (string Name, Func<double, double> Metric)[] _measures;
    private readonly RunningMeans _means;
    private readonly double[] _values;

    /// <summary>Means of the cost, and of those measures that are metrics.</summary>
    /// <param name="cost">Name of the cost's metric.</param>
    /// <param name="measures">The player's.</param>
    public MeasureMeans(string cost, IReadOnlyList<Measure<float>> measures)
    {
        _measures = [.. measures.Where(measure => measure.Metric is not null).Select(measure => (measure.Name, measure.Metric!))];
        _means = new RunningMeans([cost, .. _measures.Select(measure => measure.Name)]);
        _values = new double[1 + _measures.Length];
    }

    /// <summary>Takes in a step along a direction.</summary>
    public void Add(IDirection<float> direction)
    {
        _values[0] = direction.Cost;
        for (int i = 0; i < _measures.Length; i++)
        {
            _values[i + 1] = _measures[i].Metric(direction.Measured(_measures[i].Name)[0]);
        }

        _means.Add(_values);
    }

    /// <summary>Records the means and starts anew.</summary>
    public void Flush(IMetrics metrics) => _means.Flush(metrics);

    /// <summary>Saves or loads the sums.</summary>
    public void Serialize(StateArchive archive) => _means.Serialize(archive);
}
