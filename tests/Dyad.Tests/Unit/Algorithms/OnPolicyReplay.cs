using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>A step that an on-policy agent learns from; last: of an episode, or of what the batch holds of it.</summary>
internal sealed record ReplayedStep(double[] S, double[] A, double R, double[] Next, bool Terminated, int Time)
{
    public bool Last { get; set; }

    /// <summary>Whether its episode ended.</summary>
    public bool Ended { get; init; }
}

/// <summary>
/// Plays an on-policy agent on made-up steps and keeps beside it, in double and without the library, its policy, the actions that
/// it draws and the steps that it should learn from. Episodes end in every way, and not in step with updates.
/// </summary>
internal sealed class OnPolicyReplay(bool discrete, int environments)
{
    public const int Seed = 23, Observation = 3;
    public const double Gamma = 0.85;

    private static readonly int[] Hidden = [5, 4];

    private readonly RandomStream _task = new(3), _exploration = new RandomStream(Seed).Split("exploration");
    private readonly List<ReplayedStep>[] _kept = [.. Enumerable.Range(0, environments).Select(_ => new List<ReplayedStep>())];
    private readonly int[] _times = new int[environments];
    private readonly ReferenceNetwork _policy = new([Observation, .. Hidden, discrete ? 4 : 2]);
    private double[][] _s = [];
    private int _calls;

    /// <summary>theta.</summary>
    public double[] Theta { get; set; } = [];

    /// <summary>Actions that a Gaussian drew outside of the box.</summary>
    public int Clipped { get; private set; }

    /// <summary>How many actions, or numbers in one.</summary>
    public int Actions => discrete ? 4 : 2;

    /// <summary>Steps kept.</summary>
    public int Count => _kept.Sum(steps => steps.Count);

    /// <summary>A stream that the agent splits from its own.</summary>
    public static RandomStream Stream(params string[] names) => names.Aggregate(new RandomStream(Seed), (stream, name) => stream.Split(name));

    /// <summary>A critic with the agent's layers.</summary>
    public static ReferenceNetwork Critic(int inputs, int outputs) => new([inputs, .. Hidden, outputs]);

    /// <summary>A field of an agent's state that holds parameters.</summary>
    public static double[] Read(IAgent agent, string name) => SavedState.Of(agent.Serialize).Floats(name);

    /// <summary>Agrees up to the rounding of floats.</summary>
    public static void Compare(double[] expected, double[] actual, string what, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance,
                FormattableString.Invariant($"{what}[{i}] is {actual[i]:R} where {expected[i]:R} is expected, {Math.Abs(expected[i] - actual[i]):E1} off"));
        }
    }

    /// <summary>An agent by its method's name and options: the one place where agents are made.</summary>
    public IAgent Create(string method, params (string, string)[] options)
    {
        IAgent agent = MethodCatalog.Agent(method).With(
        [
            ("hidden_width", "5"), ("last_hidden_width", "4"), ("discount", "0.85"), ("initial_log_deviation", "-0.3"), .. options,
        ]).Create(new AgentTask(Observation, discrete ? new Discrete(Actions) : Box.Uniform(Actions, -1, 1)), new RandomStream(Seed));
        Assert.Equal(environments, agent.Environments);
        Theta = Read(agent, "actor");
        Assert.Equal(_policy.Count + (discrete ? 0 : Actions), Theta.Length);
        _s = [.. Enumerable.Range(0, environments).Select(_ => Draw())];
        return agent;
    }

    /// <summary>A step of every environment.</summary>
    /// <returns>Episodes that ended.</returns>
    public int Step(IAgent agent)
    {
        int size = discrete ? 1 : Actions, ended = 0;
        double[] flat = [.. _s.SelectMany(s => s)], chosen = new double[environments * size], best = new double[size];
        agent.Act(_s[0], best, explore: false);
        double[] outputs = _policy.Value(Theta, _s[0]);
        Compare(discrete ? [Array.IndexOf(outputs, outputs.Max())] : [.. outputs.Select(x => Math.Clamp(x, -1, 1))], best, "best action", 1e-5);

        agent.Act(flat, chosen, explore: true);
        double[][] actions = [.. _s.Select(DrawAction)];
        Compare([.. actions.SelectMany(a => a).Select(x => discrete ? x : Math.Clamp(x, -1, 1))], chosen, "action", 1e-5);
        Clipped += discrete ? 0 : actions.SelectMany(a => a).Count(x => Math.Abs(x) > 1);

        StepResult[] results = [.. Enumerable.Range(0, environments).Select(Ending)];
        double[][] next = [.. _s.Select(_ => Draw())];
        agent.Observe(flat, chosen, results, [.. next.SelectMany(s => s)]);
        for (int i = 0; i < environments; i++)
        {
            Keep(i, actions[i], results[i], next[i]);
            ended += results[i].Done ? 1 : 0;
            _s[i] = results[i].Done ? Draw() : next[i];
        }

        _calls++;
        return ended;
    }

    /// <summary>The steps kept, environment by environment, which are then forgotten; running episodes go on.</summary>
    public ReplayedStep[] Take()
    {
        foreach (List<ReplayedStep> steps in _kept.Where(steps => steps.Count > 0))
        {
            steps[^1].Last = true;
        }

        ReplayedStep[] all = [.. _kept.SelectMany(steps => steps)];
        Array.ForEach(_kept, steps => steps.Clear());
        return all;
    }

    /// <summary>pi(.|s) of finitely many actions.</summary>
    public double[] Probabilities(double[] s)
    {
        double[] x = [.. _policy.Value(Theta, s).Select(Math.Exp)];
        return [.. x.Select(y => y / x.Sum())];
    }

    /// <summary>An action of a Gaussian.</summary>
    public double[] Sample(double[] s, double[] noise) =>
        [.. _policy.Value(Theta, s).Select((mean, i) => mean + (Deviation(i) * noise[i]))];

    /// <summary>log pi(a|s).</summary>
    public double LogProbability(ReplayedStep step) => discrete
        ? Math.Log(Probabilities(step.S)[(int)step.A[0]])
        : _policy.Value(Theta, step.S).Select((mean, i) =>
            (-0.5 * Math.Pow((step.A[i] - mean) / Deviation(i), 2)) - Math.Log(Deviation(i)) - (0.5 * Math.Log(2 * Math.PI))).Sum();

    /// <summary>Entropy of pi(.|s).</summary>
    public double Entropy(ReplayedStep step) => discrete
        ? -Probabilities(step.S).Sum(p => p * Math.Log(p))
        : Enumerable.Range(0, Actions).Sum(i => Math.Log(Deviation(i)) + (0.5 * Math.Log(2 * Math.PI * Math.E)));

    /// <summary>sum of weight times grad log pi(a|s).</summary>
    public double[] Scores(IEnumerable<(ReplayedStep Step, double Weight)> steps)
    {
        double[] gradient = new double[Theta.Length];
        foreach ((ReplayedStep step, double weight) in steps)
        {
            double[] outputs = _policy.Value(Theta, step.S);
            double[] slope = discrete
                ? [.. Probabilities(step.S).Select((p, b) => ((int)step.A[0] == b ? 1 : 0) - p)]
                : [.. outputs.Select((mean, i) => (step.A[i] - mean) / Math.Pow(Deviation(i), 2))];
            _policy.AddGradient(gradient, Theta, step.S, slope, weight);
            for (int i = 0; !discrete && i < Actions; i++)
            {
                gradient[_policy.Count + i] += weight * (Math.Pow((step.A[i] - outputs[i]) / Deviation(i), 2) - 1);
            }
        }

        return gradient;
    }

    private double Deviation(int i) => Math.Exp(Theta[_policy.Count + i]);

    private double[] DrawAction(double[] s)
    {
        if (!discrete)
        {
            return Sample(s, [.. Enumerable.Range(0, Actions).Select(_ => (double)(float)_exploration.Normal())]);
        }

        double u = _exploration.Uniform(), sum = 0;
        return [Probabilities(s).TakeWhile(p => (sum += p) <= u).Count()];
    }

    // Terminated, cut, both at once, given up on by the simulator; mostly the episode goes on.
    private StepResult Ending(int i)
    {
        int t = _calls + (5 * i);
        bool both = t % 11 == 8, failed = t % 13 == 10;
        return new StepResult((float)_task.Normal(), both || t % 7 == 4, both || failed || t % 9 == 6, failed);
    }

    private void Keep(int environment, double[] a, StepResult result, double[] next)
    {
        List<ReplayedStep> kept = _kept[environment];
        if (!result.Failed)
        {
            kept.Add(new ReplayedStep(_s[environment], a, result.Reward, next, result.Terminated, _times[environment]) { Last = result.Done, Ended = result.Done });
        }
        else if (kept.Count > 0)
        {
            kept[^1].Last = true;
        }

        _times[environment] = result.Done ? 0 : _times[environment] + 1;
    }

    // Numbers that are floats too.
    private double[] Draw() => [.. Enumerable.Range(0, Observation).Select(_ => (double)(float)(0.7 * _task.Normal()))];
}

/// <summary>Steps by Adam or along the gradient, of length rate / (1 + k)^power.</summary>
internal sealed class ReferenceStep(string optimizer, double rate, double power = 0)
{
    private readonly ReferenceAdam _adam = new(rate, power);
    private int _k;

    /// <summary>Gradients that were shortened.</summary>
    public int Clips { get; private set; }

    /// <summary>A step with what a schedule leaves of the rate, along a gradient that is no longer than a bound, where it is not 0.</summary>
    public double[] Descend(double[] x, double[] gradient, double left = 1, double bound = 0)
    {
        double norm = Math.Sqrt(gradient.Sum(g => g * g));
        if (bound > 0)
        {
            Clips += norm > bound ? 1 : 0;
            gradient = [.. gradient.Select(g => g * Math.Min(1, bound / norm))];
        }

        if (optimizer == "adam")
        {
            return _adam.Descend(x, gradient, left);
        }

        double alpha = left * rate / Math.Pow(1 + _k++, power);
        return [.. x.Zip(gradient, (y, g) => y - (alpha * g))];
    }
}
