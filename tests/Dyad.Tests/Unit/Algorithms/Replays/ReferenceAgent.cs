using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>A transition in memory; what follows s' is discounted by a number of its own.</summary>
internal sealed record Transition(double[] S, double[] A, double R, double[] Next, bool Terminated, double Discount)
{
    /// <summary>gamma^m (1 - d).</summary>
    public double Future => Terminated ? 0 : Discount;
}

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
    private readonly List<ScriptedStep>[] _episodes;
    private readonly int[] _given;
    private int _steps;

    protected ReferenceAgent(ReplaySettings settings, RandomStream stream)
    {
        Settings = settings;
        Stream = stream;
        Exploration = stream.Split("exploration");
        _replay = stream.Split("replay");
        Updates = stream.Split("updates");
        _episodes = [.. Enumerable.Range(0, settings.Environments).Select(_ => new List<ScriptedStep>())];
        _given = new int[settings.Environments];
    }

    private readonly Dictionary<string, int> _counts = [];

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

    /// <summary>The action in training, of environments one after the other.</summary>
    public double[] Act(int environment, double[] s) =>
        _steps + (Settings.RandomForWholeRounds ? 0 : environment) < Settings.RandomSteps ? AtRandom() : Explore(s);

    /// <summary>The action in evaluation.</summary>
    public abstract double[] Exploit(double[] s);

    /// <summary>An action of the task as the agent chose it: one of [low, high] is one of [-1, 1] to it.</summary>
    public virtual double[] Done(double[] action) => [.. action.Select((a, i) => Scale.In(a, i))];

    /// <summary>Remembers a step of each environment, and updates where it is time for one of these steps.</summary>
    public void Observe(IReadOnlyList<ScriptedStep> round)
    {
        int due = 0;
        for (int i = 0; i < round.Count; i++)
        {
            Remember(Settings.EnvironmentsAreOne ? 0 : i, round[i]);
            _steps++;
            due += _steps >= Settings.UpdateAfter && _steps % Settings.UpdateEvery == 0 ? Settings.UpdatesPerRound : 0;
        }

        due = Settings.UpdatesOnceARound ? Math.Min(due, Settings.UpdatesPerRound) : due;
        for (int i = 0; i < due; i++)
        {
            Update();
        }
    }

    // The episode so far, and of it the transitions that are complete: from each of its steps on, as far as n steps go.
    private void Remember(int environment, ScriptedStep step)
    {
        (List<ScriptedStep> episode, int n) = (_episodes[environment], Settings.NSteps);
        bool counts = !step.Result.Failed || Settings.LearnsFailures;
        if (episode.Count == 0 || Settings.EveryStateStarts)
        {
            _starts.Add(step.S);
        }

        episode.Add(step);
        int last = episode.Count - (counts ? 1 : 2);
        for (int t = _given[environment]; t <= last && (step.Result.Done || t + n - 1 <= last); t = ++_given[environment])
        {
            int end = Math.Min(t + n - 1, last);
            double reward = Enumerable.Range(t, end - t + 1).Sum(k => Math.Pow(Settings.Discount, k - t) * episode[k].Result.Reward);
            int power = Settings.DiscountedOnce ? 1 : Settings.EndsAreDiscountedInFull ? n : end - t + 1;
            ScriptedStep final = episode[end];
            if ((end < t + n - 1 && !final.Result.Terminated && Settings.CutsAreDropped) || (!counts && Settings.FailureDropsReturns))
            {
                continue;
            }

            double[] next = Settings.NextIsTheNextEpisodes && final.Result.Done ? final.First : final.Next;
            bool terminated = (final.Result.Terminated || (Settings.TruncationTerminates && step.Result.Done && end == last)) && !Settings.NeverTerminates;

            _memory.Add(new Transition(episode[t].S, Remembered(episode[t].A), reward, next, terminated, Math.Pow(Settings.Discount, power)));
        }

        if (step.Result.Done)
        {
            episode.Clear();
            _given[environment] = 0;
        }
    }

    /// <summary>Means of the metrics since the last call.</summary>
    public Dictionary<string, double> Measure()
    {
        var row = _means.ToDictionary(
            entry => $"train/{entry.Key}", entry => entry.Key.EndsWith("_max", StringComparison.Ordinal) ? entry.Value.Max() : entry.Value.Average());
        _means.Clear();
        foreach ((string name, int count) in _counts)
        {
            row[$"train/{name}"] = count;
        }

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

    /// <summary>Adam with a schedule, and with a clip where the metrics of one have a name.</summary>
    protected ReferenceAdam Adam(double rate, string? name = null, double power = 0) => new(rate, power)
    {
        Left = () => Settings.RateSchedule != "linear" ? 1
            : 1 - ((1 - Settings.ScheduleEnd) * Math.Min(1.0, (double)_steps / Settings.ScheduleSteps)),
        Clip = name is null || Settings.GradientClip == 0 ? null : direction => Clip(direction, name),
    };

    // d min(1, c / |d|).
    private double[] Clip(double[] direction, string name)
    {
        double norm = ReferenceMath.Norm(direction);
        Record($"{name}_norm", norm);
        _counts[$"{name}_clips"] = _counts.GetValueOrDefault($"{name}_clips") + (norm > Settings.GradientClip ? 1 : 0);
        return Settings.ClipsByElement ? [.. direction.Select(d => Math.Clamp(d, -Settings.GradientClip, Settings.GradientClip))]
            : Settings.CriticUnclipped && name == "critic_gradient" ? direction
            : [.. direction.Select(d => d * Math.Min(1, Settings.GradientClip / norm))];
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
            Starts = starts.Length == 0 ? null : new ReferenceBatch([.. starts.Select(s => new Transition(s, [], 0, [], false, 1))], Noise(noise), next),
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
