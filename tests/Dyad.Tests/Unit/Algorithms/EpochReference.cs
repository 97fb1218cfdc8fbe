using Dyad.Numerics;
using static Dyad.Tests.Unit.Algorithms.OnPolicyReplay;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>
/// An epoch of the on-policy actor-critic in double, by the equations of Zheng et al. 2021, sections 3.3 and 4.2, with those of Wen
/// et al. 2021, section 4.3, for a res-critic.
/// </summary>
internal sealed class EpochReference(EpochSetting setting, OnPolicyReplay replay)
{
    private readonly ReferenceNetwork _network =
        Critic(Observation + (setting.Q && !setting.Discrete ? replay.Actions : 0), setting.Q && setting.Discrete ? replay.Actions : 1);

    private readonly ReferenceStep _actorStep = new(setting.Optimizer, EpochSetting.ActorRate, setting.ActorPower);
    private readonly ReferenceStep _criticStep = new(setting.Optimizer, EpochSetting.CriticRate, setting.CriticPower);
    private readonly ReferenceStep _residualStep = new(setting.Optimizer, EpochSetting.ResidualRate);
    private readonly RandomStream _values = Stream("values"), _corrections = Stream("residual", "updates");
    private ReplayedStep[] _steps = [];
    private double[] _next = [], _returns = [], _direction = [], _measured = [];
    private double _clip = double.NaN;
    private int _epochs;

    /// <summary>w.</summary>
    public double[] W { get; set; } = [];

    /// <summary>psi, of the res-critic.</summary>
    public double[] Psi { get; set; } = [];

    /// <summary>What the epoch's metrics should be.</summary>
    public Dictionary<string, double> Metrics { get; } = [];

    /// <summary>The implicit part in units of the direct one, as far as it was subtracted.</summary>
    public double Implicit { get; private set; }

    /// <summary>How many residual rewards were held back.</summary>
    public int Clipped { get; private set; }

    /// <summary>Learns from an epoch.</summary>
    public void Learn(ReplayedStep[] steps)
    {
        _steps = steps;
        Metrics.Clear();
        double[] values = Evaluate(steps.Select(step => step.S)), advantages = Returns(values);
        if (setting.Order == "simultaneous")
        {
            ComputeActor(advantages);
        }

        var losses = new List<double>();
        for (int i = 0; i < setting.CriticUpdates * setting.FollowerSteps; i++)
        {
            double[] noisy = Evaluate(steps.Select(step => step.Next));
            double[] targets = setting.Target == "bootstrapped"
                ? [.. steps.Select((step, t) => step.R + (step.Terminated ? 0 : Gamma * noisy[t]))]
                : _returns;
            double[] errors = [.. steps.Select((step, t) => Taken(W, step) - targets[t])];
            losses.Add(errors.Average(e => e * e));
            W = _criticStep.Descend(W, Gradients(W, steps.Select((step, t) => (step, 2 * errors[t] / steps.Length))));
        }

        if (losses.Count > 0)
        {
            Metrics["train/critic_loss"] = losses.Average();
        }

        Correct();
        if (setting.Order == "in-turn")
        {
            ComputeActor(advantages);
        }

        replay.Theta = _actorStep.Descend(replay.Theta, _direction);
        Metrics["train/updates"] = ++_epochs;
    }

    // A_t, and what the critic regresses on where it does not bootstrap.
    private double[] Returns(double[] values)
    {
        int n = _steps.Length;
        double[] advantages = new double[n], toGo = new double[n];
        _next = new double[n];
        for (int t = 0; t < n; t++)
        {
            _next[t] = !_steps[t].Last ? values[t + 1] : _steps[t].Terminated ? 0 : Evaluate([_steps[t].Next])[0];
        }

        for (int t = n - 1; t >= 0; t--)
        {
            // A_t = sum of (gamma lambda)^l delta_{t+l};  G_t = sum of gamma^l r_{t+l}, with V at a cut
            bool last = _steps[t].Last;
            advantages[t] = _steps[t].R + (Gamma * _next[t]) - values[t] + (last ? 0 : Gamma * setting.Lambda * advantages[t + 1]);
            toGo[t] = _steps[t].R + (Gamma * (last ? _next[t] : toGo[t + 1]));
        }

        _returns = setting.Target == "lambda-return" ? [.. advantages.Zip(values, (a, v) => a + v)] : toGo;
        return setting.Direct == "returns" ? toGo : advantages;
    }

    // Res-AC: psi descends 1/2 mean (w(s, a) - (clip(delta) + gamma V_w(s')))^2
    private void Correct()
    {
        if (setting.Clip is null)
        {
            return;
        }

        for (int i = 0; i < setting.ResidualUpdates; i++)
        {
            _measured = i == 0 ? TdErrors(out _) : _measured;
            if (setting.Clip == "adaptive")
            {
                double[] sorted = [.. _measured.Select(Math.Abs).Order()];
                double quantile = sorted[(int)Math.Ceiling(EpochSetting.ClipQuantile * sorted.Length) - 1];
                _clip = double.IsNaN(_clip) ? quantile : _clip + (EpochSetting.ClipRate * (quantile - _clip));
            }
            else
            {
                _clip = setting.Clip == "none" ? double.PositiveInfinity : double.Parse(setting.Clip, System.Globalization.CultureInfo.InvariantCulture);
            }

            double[] deltas = TdErrors(out double[] residualNext);
            Clipped += deltas.Count(delta => Math.Abs(delta) > _clip);
            double[] misses = [.. _steps.Select((step, t) =>
                Taken(Psi, step) - (Math.Clamp(deltas[t], -_clip, _clip) + (step.Terminated ? 0 : Gamma * residualNext[t])))];
            Psi = _residualStep.Descend(Psi, Gradients(Psi, _steps.Select((step, t) => (step, misses[t] / _steps.Length))));
        }
    }

    // delta = r + gamma V_q(s') - Q(s, a), and V_w(s'), each of actions of their own.
    private double[] TdErrors(out double[] residualNext)
    {
        double[] next = Evaluate(_steps.Select(step => step.Next), W, _corrections);
        residualNext = Evaluate(_steps.Select(step => step.Next), Psi, _corrections);
        return [.. _steps.Select((step, t) => step.R + (step.Terminated ? 0 : Gamma * next[t]) - Taken(W, step))];
    }

    // What theta descends along.
    private void ComputeActor(double[] advantages)
    {
        if (setting.Direct == "critic")
        {
            double[] next = Evaluate(_steps.Select(step => step.Next));
            advantages = [.. _steps.Select((step, t) => setting.Q
                ? Taken(W, step) + (setting.Clip is null ? 0 : Taken(Psi, step))
                : step.R + (step.Terminated ? 0 : Gamma * next[t]))];
        }

        double mean = advantages.Average(), deviation = Math.Sqrt(advantages.Average(a => (a - mean) * (a - mean)));
        double[] weights = [.. _steps.Select((step, t) => (setting.Normalized ? (advantages[t] - mean) / deviation : advantages[t])
            * (setting.Discounted ? Math.Pow(Gamma, step.Time) : 1))];
        double[] plain = replay.Scores(_steps.Select((step, t) => (step, -weights[t] / _steps.Length)));
        Metrics["train/actor_loss"] = -_steps.Select((step, t) => weights[t] * replay.LogProbability(step)).Average();
        Metrics["train/entropy"] = _steps.Average(replay.Entropy);
        Metrics["train/advantage_std"] = deviation;
        _direction = setting.Leads
            ? new EpisodeReference(setting, replay, _network, W, _epochs).Direction(
                _steps, advantages, weights, _returns, plain, setting.Normalized ? deviation : 1, Metrics)
            : plain;
        Implicit = Math.Sqrt(_direction.Zip(plain, (x, y) => (x - y) * (x - y)).Sum() / plain.Sum(x => x * x));
    }

    // V(s), where a Q critic of real vectors takes one action's value.
    private double[] Evaluate(IEnumerable<double[]> states) => Evaluate(states, W, _values);

    private double[] Evaluate(IEnumerable<double[]> states, double[] w, RandomStream random) => [.. states.Select(s =>
    {
        if (!setting.Q)
        {
            return _network.Value(w, s)[0];
        }

        if (setting.Discrete)
        {
            return _network.Value(w, s).Zip(replay.Probabilities(s), (q, p) => q * p).Sum();
        }

        double[] noise = [.. Enumerable.Range(0, replay.Actions).Select(_ => (double)(float)random.Normal())];
        return _network.Value(w, [.. s, .. replay.Sample(s, noise)])[0];
    })];

    // V(s_t) or Q(s_t, a_t).
    private double Taken(double[] w, ReplayedStep step) => _network.Value(w, Input(setting, step)).Zip(Picked(setting, replay, step), (y, p) => y * p).Sum();

    private double[] Gradients(double[] w, IEnumerable<(ReplayedStep Step, double Weight)> steps)
    {
        double[] gradient = new double[w.Length];
        foreach ((ReplayedStep step, double weight) in steps)
        {
            _network.AddGradient(gradient, w, Input(setting, step), Picked(setting, replay, step), weight);
        }

        return gradient;
    }

    /// <summary>What the critic's network sees of a step.</summary>
    public static double[] Input(EpochSetting setting, ReplayedStep step) => setting.Q && !setting.Discrete ? [.. step.S, .. step.A] : step.S;

    /// <summary>Which of its outputs the step's value is.</summary>
    public static double[] Picked(EpochSetting setting, OnPolicyReplay replay, ReplayedStep step) =>
        setting.Q && setting.Discrete ? [.. Enumerable.Range(0, replay.Actions).Select(b => b == (int)step.A[0] ? 1.0 : 0.0)] : [1];
}
