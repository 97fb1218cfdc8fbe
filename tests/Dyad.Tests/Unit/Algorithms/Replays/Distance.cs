namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>How far an agent is from a reference, at most, in lengths of a step.</summary>
internal sealed class Distance
{
    private string _where = "nothing";

    public double Value { get; private set; }

    /// <summary>Where.</summary>
    public string Where => _where;

    /// <summary>Replays a recording, until they are as far from each other as that is enough.</summary>
    public static Distance Of(Recording recording, ReferenceAgent reference, double enough)
    {
        var distance = new Distance();
        int rows = 0, n = recording.Environments;
        for (int t = 0; t < recording.Steps.Count && distance.Value < enough; t += n)
        {
            ScriptedStep[] round = [.. recording.Steps.Skip(t).Take(n)];
            for (int i = 0; i < n; i++)
            {
                distance.Add($"the action of step {t + i}", reference.Act(i, round[i].S), Actions(round[i], reference));
            }

            reference.Observe(round);
            if (rows < recording.Rows.Count && recording.Rows[rows].Step == t + n)
            {
                distance.Add(recording.Rows[rows++], reference);
            }
        }

        foreach ((string name, (double[] values, double length)) in reference.State)
        {
            distance.Add(name, values, recording.Array(name), length);
        }

        return distance;
    }

    private static double[] Actions(ScriptedStep step, ReferenceAgent reference) => reference.Done(step.A);

    private void Add(RecordedRow row, ReferenceAgent reference)
    {
        foreach (ScriptedStep step in row.Evaluation)
        {
            Add($"an evaluation's action after step {row.Step}", reference.Exploit(step.S), Actions(step, reference));
        }

        foreach ((string name, double value) in reference.Measure())
        {
            Add($"{name} after step {row.Step}", [value], [row.Metrics.GetValueOrDefault(name, double.NaN)]);
        }
    }

    // Actions and metrics are in hundredths: so much do the steps of an update change them.
    private void Add(string what, double[] expected, double[] actual, double length = 0.01)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(actual[i] - expected[i]) / length;
            if (!(error <= Value))
            {
                Value = double.IsNaN(error) ? double.PositiveInfinity : error;
                _where = $"{what}[{i}], {actual[i]:R} for {expected[i]:R},";
            }
        }
    }
}
