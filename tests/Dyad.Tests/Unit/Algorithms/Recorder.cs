using Dyad.Core;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>One row of metrics.</summary>
internal sealed class Recorder : IMetrics
{
    public List<(string Name, double Value)> Values { get; } = [];

    public double this[string name] => Values.Single(entry => entry.Name == name).Value;

    /// <summary>The present row of a learner.</summary>
    public static Recorder Of(IIterative learner)
    {
        var row = new Recorder();
        learner.Measure(row);
        return row;
    }

    public void Record(string name, double value) => Values.Add((name, value));
}
