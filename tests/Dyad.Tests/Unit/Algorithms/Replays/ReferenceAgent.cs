using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>A transition in memory.</summary>
internal sealed record Transition(double[] S, double[] A, double R, double[] Next, bool Terminated);

/// <summary>Transitions drawn for an update, with the standard normal noise of the actions at s and at s'.</summary>
internal sealed record ReferenceBatch(Transition[] Rows, double[][] Noise, double[][] NextNoise)
{
    /// <summary>As many states that episodes began in, with noise of their own; null where no cost is a mean over them.</summary>
    public ReferenceBatch? Starts { get; init; }

    /// <summary>Mean over the rows of a function of a transition and its noise.</summary>
    public double Mean(Func<Transition, double[], double[], double> f) => Rows.Select((row, i) => f(row, Noise[i], NextNoise[i])).Average();
}

/// <summary>
/// An off-policy agent in double, from the papers' formulas, with plain loops: it acts, remembers, draws, and knows when it
/// updates. It shares with the library the random streams, by their names, and nothing else.
/// </summary>
internal abstract class ReferenceAgent
{
    private readonly List<Transition> _memory = [];
    private readonly List<double[]> _starts = [];
    private readonly RandomStream _replay;
    private readonly Dictionary<string, List<double>> _means = [];
    private int _steps;
    private bool _isRunning;

    protected ReferenceAgent(ReplaySettings settings, RandomStream stream)
    {
        Settings = settings;
        Stream = stream;
        Exploration = stream.Split("exploration");
        _replay = stream.Split("replay");
        Updates = stream.Split("updates");
    }

    /// <summary>Numbers by the names of the agent's state, each with the length of a step that moves them.</summary>
    public Dictionary<string, (double[] Values, double Step)> State { get; } = [];

    protected ReplaySettings Settings { get; }

    protected RandomStream Stream { get; }

    protected RandomStream Updates { get; }

    protected RandomStream Exploration { get; }

    public static ReferenceAgent Create(ReplaySettings settings, RandomStream stream) => settings.Method switch
    {
        "sac-v" => new ReferenceSacV(settings, stream),
        _ when settings.IsFinite => new ReferenceSacDiscrete(settings, stream),
        string name when name.Contains("sac", StringComparison.Ordinal) => new ReferenceSac(settings, stream),
        string name when name.Contains("td3", StringComparison.Ordinal) => new ReferenceTd3(settings, stream),
        _ => new ReferenceDdpg(settings, stream),
    };

    /// <summary>The action in training.</summary>
    public double[] Act(double[] s) => _steps < Settings.RandomSteps ? AtRandom() : Explore(s);

    /// <summary>The action in evaluation.</summary>
    public abstract double[] Exploit(double[] s);

    /// <summary>An action of the task as the agent chose it: one of [low, high] is one of [-1, 1] to it.</summary>
    public virtual double[] Done(double[] action) => [.. action.Select((a, i) => Scale.In(a, i))];

    /// <summary>Remembers a step, and updates where it is time.</summary>
    public void Observe(ScriptedStep step)
    {
        if (!_isRunning || Settings.EveryStateStarts)
        {
            _starts.Add(step.S);
        }

        _isRunning = !step.Result.Done;
        if (!step.Result.Failed || Settings.LearnsFailures)
        {
            double[] action = Remembered(step.A);
            double[] next = Settings.NextIsTheNextEpisodes && step.Result.Done ? step.First : step.Next;
            bool terminated = (step.Result.Terminated || (Settings.TruncationTerminates && step.Result.Done)) && !Settings.NeverTerminates;
            _memory.Add(new Transition(step.S, action, step.Result.Reward, next, terminated));
        }

        _steps++;
        for (int i = 0; i < Settings.UpdatesPerRound && _steps >= Settings.UpdateAfter && _steps % Settings.UpdateEvery == 0; i++)
        {
            Update();
        }
    }

    /// <summary>Means of the metrics since the last call.</summary>
    public Dictionary<string, double> Measure()
    {
        var row = _means.ToDictionary(
            entry => $"train/{entry.Key}", entry => entry.Key.EndsWith("_max", StringComparison.Ordinal) ? entry.Value.Max() : entry.Value.Average());
        _means.Clear();
        return row;
    }

    /// <summary>The action of a random step.</summary>
    protected virtual double[] AtRandom() => [.. Enumerable.Range(0, ScriptedTask.ActionSize).Select(_ => Exploration.Uniform(-1, 1))];

    protected virtual double[] Explore(double[] s) =>
        Explore(s, [.. Enumerable.Range(0, ScriptedTask.ActionSize).Select(_ => (double)(float)Exploration.Normal())]);

    protected abstract double[] Explore(double[] s, double[] noise);

    /// <summary>An action as it is remembered.</summary>
    protected virtual double[] Remembered(double[] action) => Done(action);

    protected abstract void Update();

    protected void Record(string name, double value)
    {
        if (!_means.TryGetValue(name, out List<double>? values))
        {
            _means[name] = values = [];
        }

        values.Add(value);
    }

    protected double[] Keep(string name, double[] values, double step)
    {
        State[name] = (values, step);
        return values;
    }

    /// <summary>A batch, with as much noise as the method draws.</summary>
    protected ReferenceBatch Draw(bool noise, bool nextNoise) => Draw(_replay, Updates, noise, nextNoise);

    protected ReferenceBatch Draw(RandomStream replay, RandomStream updates, bool noise, bool nextNoise)
    {
        int count = Math.Max(1, _memory.Count - (Settings.NewestDrawn ? 0 : 1));
        Transition[] rows = [.. Enumerable.Range(0, Settings.BatchSize).Select(_ => _memory[replay.Index(count)])];
        double[][] starts = Settings.LeadsFromStarts && ReferenceEquals(replay, _replay)
            ? [.. rows.Select(_ => _starts[replay.Index(_starts.Count)])]
            : [];
        double[][] next = Noise(nextNoise), now = Noise(noise);
        return new ReferenceBatch(rows, now, next)
        {
            Starts = starts.Length == 0 ? null : new ReferenceBatch([.. starts.Select(s => new Transition(s, [], 0, [], false))], Noise(noise), next),
        };

        double[][] Noise(bool drawn) => [.. rows.Select(_ => (double[])[.. Enumerable.Range(0, ScriptedTask.ActionSize)
            .Select(_ => drawn ? (float)updates.Normal() : 0.0)])];
    }

    /// <summary>Mean, 0.9 quantile by nearest rank, and largest |TD error|.</summary>
    protected void RecordErrors(double[] errors)
    {
        double[] sorted = [.. errors.Select(Math.Abs).Order()];
        Record("td_error_mean", sorted.Average());
        Record("td_error_q90", ReferenceMath.Quantile(errors, 0.9));
        Record("td_error_max", sorted[^1]);
    }
}

/// <summary>Actions of the task and of the agent.</summary>
internal static class Scale
{
    public static double In(double a, int i) => (2 * (a - ScriptedTask.Low[i]) / (ScriptedTask.High[i] - ScriptedTask.Low[i])) - 1;
}
