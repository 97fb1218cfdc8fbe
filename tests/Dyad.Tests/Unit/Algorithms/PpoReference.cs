using Dyad.Numerics;
using static Dyad.Tests.Unit.Algorithms.OnPolicyReplay;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>How a PPO agent is replayed.</summary>
internal sealed record PpoSetting
{
    public bool Discrete { get; init; } = true;

    public int Environments { get; init; } = 2;

    public int Steps { get; init; } = 24;

    public int Minibatch { get; init; } = 7;

    public int Passes { get; init; } = 3;

    public double Clip { get; init; } = 0.1;

    public double ValueClip { get; init; }

    public double Entropy { get; init; }

    public double ValueCoefficient { get; init; } = 0.5;

    public string Normalize { get; init; } = "minibatch";

    public bool Recompute { get; init; }

    public bool Bootstraps { get; init; } = true;

    public bool Discounted { get; init; }

    public double Kl { get; init; }

    public double GradientClip { get; init; }

    public bool RateFalls { get; init; }

    public bool ClipFalls { get; init; }

    public int ScheduleSteps { get; init; } = 60;

    public string Order { get; init; } = "simultaneous";

    public int CriticUpdates { get; init; } = 1;

    public string Optimizer { get; init; } = "adam";

    public double Epsilon { get; init; } = 1e-5;

    public double Lambda { get; init; } = 0.9;

    public double ActorRate { get; init; } = 0.02;

    public bool Corrected { get; init; }

    public (string, string)[] Options =>
    [
        ("environments", Text(Environments)), ("steps_per_epoch", Text(Steps)), ("minibatch_size", Text(Minibatch)), ("passes", Text(Passes)),
        ("clip_range", Text(Clip)), ("value_clip", Text(ValueClip)), ("entropy_coefficient", Text(Entropy)), ("value_coefficient", Text(ValueCoefficient)),
        ("normalize_advantages", Text(Normalize != "none")), ("normalize_per_minibatch", Text(Normalize == "minibatch")),
        ("recompute_advantages", Text(Recompute)), ("bootstrap_at_time_limit", Text(Bootstraps)), ("discounted_visits", Text(Discounted)),
        ("target_kl", Text(Kl)), ("gradient_clip", Text(GradientClip)), ("rate_schedule", RateFalls ? "linear" : "constant"),
        ("clip_schedule", ClipFalls ? "linear" : "constant"), ("schedule_steps", Text(ScheduleSteps)), ("order", Order),
        ("critic_updates", Text(CriticUpdates)), ("optimizer", Optimizer), ("adam_epsilon", Text(Epsilon)), ("gae_lambda", Text(Lambda)),
        ("actor_learning_rate", Text(ActorRate)), ("critic_learning_rate", Text(CriticRate)),
        .. Corrected ? new[] { ("residual", "true"), ("residual_updates", "4"), ("residual_learning_rate", Text(ResidualRate)), ("residual_clip", Text(ResidualClip)) } : [],
    ];

    public const double CriticRate = 0.05, ResidualRate = 0.1, ResidualClip = 0.6;

    private static string Text(object value) => value is bool flag ? flag ? "true" : "false" : FormattableString.Invariant($"{value}");
}

/// <summary>
/// PPO in double, without the library: costs by the formulas of Schulman et al. 2017 as sums over steps, the actor's gradient by central
/// differences of its cost, advantages as sums by their definition.
/// </summary>
internal sealed class PpoReference(PpoSetting setting, OnPolicyReplay replay)
{
    private const double Difference = 1e-5;

    private readonly ReferenceNetwork _value = Critic(Observation, 1);
    private readonly RandomStream _order = Stream("minibatches");
    private readonly ReferenceAdam _actorAdam = new(setting.ActorRate, epsilon: setting.Epsilon);
    private readonly ReferenceAdam _criticAdam = new(PpoSetting.CriticRate, epsilon: setting.Epsilon);
    private readonly ReferenceAdam _residualAdam = new(PpoSetting.ResidualRate);
    private int _before;

    public double[] W { get; set; } = [];

    public double[] Psi { get; set; } = [];

    public Dictionary<string, double> Metrics { get; } = [];

    /// <summary>Steps whose ratio was beyond the clip, values beyond theirs, gradients beyond the bound, minibatches not reached.</summary>
    public int Clipped { get; private set; }

    public int ValuesClipped { get; private set; }

    public int Shortened { get; private set; }

    public int Skipped { get; private set; }

    public int ResidualsClipped { get; private set; }

    public void Learn(ReplayedStep[] steps)
    {
        int n = steps.Length;
        double left = Math.Max(0, 1 - ((double)_before / setting.ScheduleSteps));
        double rateLeft = setting.RateFalls ? left : 1, clip = setting.Clip * (setting.ClipFalls ? left : 1);
        double[] old = [.. steps.Select(replay.LogProbability)];
        double[] oldValues = [.. steps.Select(step => V(W, step.S))];
        double[] advantages = Advantages(steps, s => V(W, s)), returns = [.. advantages.Zip(oldValues, (a, v) => a + v)];
        Metrics["train/advantage_std"] = Deviation(advantages);
        Metrics["train/explained_variance"] = 1 - (Math.Pow(Deviation([.. returns.Zip(oldValues, (g, v) => g - v)]) / Deviation(returns), 2));
        Correct(steps);
        if (setting.Corrected)
        {
            advantages = Advantages(steps, s => V(W, s) + V(Psi, s));
            Metrics["train/advantage_std"] = Deviation(advantages);
        }

        var (actorLosses, criticLosses, kls) = (new List<double>(), new List<double>(), new List<double>());
        int[] order = [.. Enumerable.Range(0, n)];
        bool goesOn = true;
        int passes = 0;
        var deviations = new List<double> { Metrics["train/advantage_std"] };
        for (; goesOn && passes < setting.Passes; passes++)
        {
            if (setting.Recompute && passes > 0)
            {
                oldValues = [.. steps.Select(step => V(W, step.S))];
                advantages = Advantages(steps, s => V(W, s));
                returns = [.. advantages.Zip(oldValues, (a, v) => a + v)];
                deviations.Add(Deviation(advantages));
            }

            for (int i = n - 1; i > 0; i--)
            {
                int j = _order.Index(i + 1);
                (order[i], order[j]) = (order[j], order[i]);
            }

            int size = setting.Minibatch == 0 ? setting.Steps : setting.Minibatch;
            foreach (int[] rows in order.Chunk(size))
            {
                double[] weights = Weights(steps, advantages, rows);
                Func<double[]> actorGradient = () => Slope(() => ActorCost(steps, rows, weights, old, clip));
                double[] direction = [];
                double kl = KL(steps, rows, old), loss = ActorCost(steps, rows, weights, old, clip), clipped = Beyond(steps, rows, old, clip), entropy = rows.Average(i => replay.Entropy(steps[i]));
                if (setting.Kl > 0 && kl > 1.5 * setting.Kl && setting.Order == "simultaneous")
                {
                    goesOn = false;
                    Skipped++;
                    break;
                }

                if (setting.Order == "simultaneous")
                {
                    direction = actorGradient();
                }

                for (int i = 0; i < setting.CriticUpdates; i++)
                {
                    double[] criticGradient = CriticGradient(steps, rows, returns, oldValues, out double criticLoss);
                    criticLosses.Add(criticLoss);
                    bool both = setting.Order == "simultaneous" && setting.CriticUpdates == 1;
                    double factor = Factor(both ? [.. criticGradient, .. direction] : criticGradient);
                    W = Step(_criticAdam, W, [.. criticGradient.Select(g => g * factor)], PpoSetting.CriticRate, rateLeft);
                    if (both)
                    {
                        direction = [.. direction.Select(g => g * factor)];
                    }
                }

                if (setting.Order != "simultaneous")
                {
                    direction = actorGradient();
                }

                if (setting.Order != "simultaneous" || setting.CriticUpdates != 1)
                {
                    double factor = Factor(direction);
                    direction = [.. direction.Select(g => g * factor)];
                }

                replay.Theta = Step(_actorAdam, replay.Theta, direction, setting.ActorRate, rateLeft);
                actorLosses.Add(loss);
                kls.Add(kl);
                Add("train/clip_fraction", clipped, kls.Count);
                Add("train/entropy", entropy, kls.Count);
            }
        }

        Metrics["train/advantage_std"] = deviations.Average();
        Metrics["train/actor_loss"] = actorLosses.Average();
        Metrics["train/critic_loss"] = criticLosses.Average();
        Metrics["train/approx_kl"] = kls.Average();
        Metrics["train/passes"] = passes;
        _before += setting.Steps;

        void Add(string name, double value, int count) => Metrics[name] = count == 1 ? value : Metrics[name] + ((value - Metrics[name]) / count);
    }

    private double V(double[] w, double[] s) => _value.Value(w, s)[0];

    private double[] Step(ReferenceAdam adam, double[] x, double[] gradient, double rate, double left) => setting.Optimizer == "adam"
        ? adam.Descend(x, gradient, left)
        : [.. x.Zip(gradient, (y, g) => y - (rate * left * g))];

    private double Factor(double[] gradient)
    {
        double norm = Math.Sqrt(gradient.Sum(g => g * g));
        if (setting.GradientClip == 0 || norm <= setting.GradientClip)
        {
            return 1;
        }

        Shortened++;
        return setting.GradientClip / norm;
    }

    // A_t = sum over l of (gamma lambda)^l delta_{t+l}
    private double[] Advantages(ReplayedStep[] steps, Func<double[], double> value)
    {
        double[] result = new double[steps.Length];
        for (int t = 0; t < steps.Length; t++)
        {
            double decay = 1;
            for (int k = t; ; k++, decay *= Gamma * setting.Lambda)
            {
                // Where an episode ends without V beyond it, its last step has nothing that follows; a rollout's cut is none.
                bool over = steps[k].Terminated || (!setting.Bootstraps && steps[k].Ended);
                result[t] += decay * (steps[k].R + (over ? 0 : Gamma * value(steps[k].Next)) - value(steps[k].S));
                if (steps[k].Last)
                {
                    break;
                }
            }
        }

        return result;
    }

    private double[] Weights(ReplayedStep[] steps, double[] advantages, int[] rows)
    {
        double[] among = setting.Normalize == "minibatch" ? [.. rows.Select(i => advantages[i])] : advantages;
        double mean = among.Average(), deviation = Deviation(among);
        return [.. rows.Select(i => (setting.Normalize == "none" ? advantages[i] : (advantages[i] - mean) / (deviation + 1e-8))
            * (setting.Discounted ? Math.Pow(Gamma, steps[i].Time) : 1))];
    }

    // -mean min(r A, clip(r) A) - c_2 mean H
    private double ActorCost(ReplayedStep[] steps, int[] rows, double[] weights, double[] old, double clip) =>
        -rows.Select((i, k) =>
        {
            double ratio = Math.Exp(replay.LogProbability(steps[i]) - old[i]);
            return Math.Min(ratio * weights[k], Math.Clamp(ratio, 1 - clip, 1 + clip) * weights[k]);
        }).Average() - (setting.Entropy * rows.Average(i => replay.Entropy(steps[i])));

    private double KL(ReplayedStep[] steps, int[] rows, double[] old) => rows.Average(i =>
    {
        double log = replay.LogProbability(steps[i]) - old[i];
        return Math.Exp(log) - 1 - log;
    });

    private double Beyond(ReplayedStep[] steps, int[] rows, double[] old, double clip)
    {
        int beyond = rows.Count(i => Math.Abs(Math.Exp(replay.LogProbability(steps[i]) - old[i]) - 1) > clip);
        Clipped += beyond;
        return (double)beyond / rows.Length;
    }

    private double[] Slope(Func<double> cost)
    {
        double[] theta = replay.Theta, slope = new double[theta.Length];
        for (int i = 0; i < theta.Length; i++)
        {
            replay.Theta = [.. theta];
            replay.Theta[i] += Difference;
            double up = cost();
            replay.Theta[i] -= 2 * Difference;
            slope[i] = (up - cost()) / (2 * Difference);
        }

        replay.Theta = theta;
        return slope;
    }

    // c_1 / 2 mean max((V - G)^2, (V_old + clip(V - V_old) - G)^2)
    private double[] CriticGradient(ReplayedStep[] steps, int[] rows, double[] returns, double[] oldValues, out double loss)
    {
        double[] gradient = new double[W.Length];
        loss = 0;
        foreach (int i in rows)
        {
            double v = V(W, steps[i].S), error = v - returns[i], slope = error;
            if (setting.ValueClip > 0)
            {
                double held = oldValues[i] + Math.Clamp(v - oldValues[i], -setting.ValueClip, setting.ValueClip) - returns[i];
                if (held * held > error * error)
                {
                    // Beyond the bound nothing is learned.
                    ValuesClipped++;
                    (error, slope) = (held, 0);
                }
            }

            loss += setting.ValueCoefficient / 2 * error * error / rows.Length;
            _value.AddGradient(gradient, W, steps[i].S, [1], setting.ValueCoefficient * slope / rows.Length);
        }

        return gradient;
    }

    // psi descends 1/2 mean (w(s) - (clip(delta) + gamma w(s')))^2
    private void Correct(ReplayedStep[] steps)
    {
        for (int k = 0; setting.Corrected && k < 4; k++)
        {
            double[] gradient = new double[Psi.Length];
            foreach (ReplayedStep step in steps)
            {
                double on = step.Terminated ? 0 : Gamma;
                double delta = step.R + (on * V(W, step.Next)) - V(W, step.S);
                ResidualsClipped += Math.Abs(delta) > PpoSetting.ResidualClip ? 1 : 0;
                double miss = V(Psi, step.S) - (Math.Clamp(delta, -PpoSetting.ResidualClip, PpoSetting.ResidualClip) + (on * V(Psi, step.Next)));
                _value.AddGradient(gradient, Psi, step.S, [1], miss / steps.Length);
            }

            Psi = setting.Optimizer == "adam" ? _residualAdam.Descend(Psi, gradient) : [.. Psi.Zip(gradient, (x, g) => x - (PpoSetting.ResidualRate * g))];
        }
    }

    private static double Deviation(double[] x)
    {
        double mean = x.Average();
        return Math.Sqrt(x.Average(y => (y - mean) * (y - mean)));
    }
}
