using Dyad.Numerics;
using static Dyad.Tests.Unit.Algorithms.Replays.ReferenceMath;

namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>A Gaussian squashed by tanh (Haarnoja et al. 2018, appendix C).</summary>
internal static class SquashedGaussian
{
    /// <summary>a = tanh(u), u = mean + deviation z, and log pi(a|s).</summary>
    public static (double[] Action, double LogProbability) Sample(double[] heads, double[] z)
    {
        double[] action = new double[z.Length];
        double log = 0;
        for (int i = 0; i < z.Length; i++)
        {
            double logDeviation = Math.Clamp(heads[z.Length + i], -20, 2);
            action[i] = Math.Tanh(heads[i] + (Math.Exp(logDeviation) * z[i]));
            log += (-z[i] * z[i] / 2) - logDeviation - (Math.Log(2 * Math.PI) / 2) - Math.Log(1 - (action[i] * action[i]));
        }

        return (action, log);
    }

    /// <summary>tanh of the mean.</summary>
    public static double[] Mean(double[] heads, bool byClamp) =>
        [.. heads[..(heads.Length / 2)].Select(x => byClamp ? Math.Clamp(x, -1, 1) : Math.Tanh(x))];
}

/// <summary>Soft actor-critic (Haarnoja et al. 2018b).</summary>
internal sealed class ReferenceSac : ReferenceGame
{
    private readonly double[] _logTemperature;
    private readonly ReferenceAdam _temperatureSteps;

    public ReferenceSac(ReplaySettings settings, RandomStream stream)
        : base(settings, stream, 2 * ScriptedTask.ActionSize, settings.TwinCritics ? 2 : 1)
    {
        Keep("target", Bar, settings.CriticLearningRate);
        _logTemperature = Keep("log_temperature", [(float)Math.Log(settings.EntropyWeight)], Math.Abs(settings.EntropyLearningRate));
        _temperatureSteps = Adam(settings.EntropyLearningRate);
        Correct(Critics, (theta, s, z) =>
        {
            (double[] a, double log) = SquashedGaussian.Sample(PolicyNetwork.Apply(theta, s), z);
            return (a, -Alpha * log);
        });
    }

    private double Alpha => Math.Exp(_logTemperature[0]);

    public override double[] Exploit(double[] s) => SquashedGaussian.Mean(PolicyNetwork.Apply(Theta, s), Settings.MeanByClamp);

    protected override double[] Explore(double[] s, double[] noise) => Settings.Explores
        ? SquashedGaussian.Sample(PolicyNetwork.Apply(Theta, s), noise).Action
        : Exploit(s);

    protected override ReferenceBatch Draw() => Draw(noise: true, nextNoise: true);

    // mean (alpha log pi(a|s) - min_i Q_i(s, a)).
    protected override double ActorCost(double[] theta, double[] w, ReferenceBatch batch, bool corrected) => batch.Mean((row, z, _) =>
    {
        (double[] a, double log) = SquashedGaussian.Sample(PolicyNetwork.Apply(theta, row.S), z);
        return (Alpha * log) - Smallest(i => Followed(w, i, row.S, a, corrected));
    });

    protected override double ReplayedCost(double[] w, ReferenceBatch batch) =>
        -batch.Mean((row, _, _) => Smallest(i => Followed(w, i, row.S, row.A, corrected: true)));

    // r + gamma^m (1 - d) (min_i Qbar_i(s', a') - alpha log pi(a'|s')).
    protected override double[] Targets(double[] theta, ReferenceBatch batch) => [.. batch.Rows.Select((row, k) =>
    {
        (double[] a, double log) = SquashedGaussian.Sample(PolicyNetwork.Apply(theta, row.Next), batch.NextNoise[k]);
        return row.R + (row.Future * (Smallest(i => Q(Bar, i, row.Next, a)) - (Alpha * log)));
    })];

    protected override void AfterCritic() => Average(Bar, W, Settings.TargetCriticRate ?? Settings.TargetRate);

    // d/d log alpha of -log alpha mean (log pi(a|s) + target).
    protected override void AfterActor(ReferenceBatch batch, double[] theta)
    {
        double log = batch.Mean((row, z, _) => SquashedGaussian.Sample(PolicyNetwork.Apply(theta, row.S), z).LogProbability);
        Record("entropy_weight", Alpha);
        Record("entropy", -log);
        if (Settings.TuneEntropyWeight)
        {
            _temperatureSteps.Move(_logTemperature, [-(log + (Settings.TargetEntropyPerAction * ScriptedTask.ActionSize))]);
        }
    }

    private double Smallest(Func<int, double> value) => Settings.FirstCriticAlone || Critics == 1 ? value(0) : Math.Min(value(0), value(1));
}

/// <summary>Deep deterministic policy gradient (Lillicrap et al. 2016).</summary>
internal class ReferenceDdpg : ReferenceGame
{
    private readonly double[] _thetaBar;

    public ReferenceDdpg(ReplaySettings settings, RandomStream stream) : this(settings, stream, critics: 0)
    {
    }

    protected ReferenceDdpg(ReplaySettings settings, RandomStream stream, int critics) : base(settings, stream, ScriptedTask.ActionSize, critics)
    {
        _thetaBar = Keep("target_actor", [.. Theta], settings.ActorLearningRate);
        Keep("target_critic", Bar, settings.CriticLearningRate);
        Correct(1, (theta, s, z) => (Next(theta, s, z), 0));
    }

    public override double[] Exploit(double[] s) =>
        Settings.MeanByClamp ? [.. PolicyNetwork.Apply(Theta, s).Select(x => Math.Clamp(x, -1, 1))] : Action(Theta, s);

    protected override double[] Explore(double[] s, double[] noise) =>
        [.. Action(Theta, s).Zip(noise, (a, z) => Math.Clamp(a + (Settings.ExplorationNoise * z), -1, 1))];

    protected override ReferenceBatch Draw() => Draw(noise: false, nextNoise: false);

    // -mean Q1(s, pi(s)).
    protected override double ActorCost(double[] theta, double[] w, ReferenceBatch batch, bool corrected) =>
        -batch.Mean((row, _, _) => Followed(w, 0, row.S, Action(theta, row.S), corrected));

    protected override double ReplayedCost(double[] w, ReferenceBatch batch) =>
        -batch.Mean((row, _, _) => Followed(w, 0, row.S, row.A, corrected: true));

    // r + gamma^m (1 - d) Qbar(s', a'), of two the smaller.
    protected override double[] Targets(double[] theta, ReferenceBatch batch) => [.. batch.Rows.Select((row, k) =>
    {
        double[] a = Next(theta, row.Next, batch.NextNoise[k]);
        double value = Q(Bar, 0, row.Next, a);
        value = Critics < 2 || Settings.FirstCriticAlone ? value : Math.Min(value, Q(Bar, 1, row.Next, a));
        return row.R + (row.Future * value);
    })];

    protected override void AfterUpdate()
    {
        Average(Bar, W, Settings.TargetCriticRate ?? Settings.TargetRate);
        Average(_thetaBar, Theta, Settings.TargetActorRate ?? Settings.TargetRate);
    }

    /// <summary>a' at s'.</summary>
    protected virtual double[] Next(double[] theta, double[] s, double[] noise) =>
        Action(Settings.NextAction == "target-policy" ? _thetaBar : theta, s);

    private double[] Action(double[] theta, double[] s) => [.. PolicyNetwork.Apply(theta, s).Select(Math.Tanh)];
}

/// <summary>Twin delayed DDPG (Fujimoto et al. 2018, algorithm 1).</summary>
internal sealed class ReferenceTd3(ReplaySettings settings, RandomStream stream) : ReferenceDdpg(settings, stream, critics: 2)
{
    protected override ReferenceBatch Draw() => Draw(noise: false, nextNoise: true);

    // clip(pi(s') + clip(sigma z, -c, c), -1, 1).
    protected override double[] Next(double[] theta, double[] s, double[] noise) => [.. base.Next(theta, s, noise).Zip(
        noise, (a, z) => Math.Clamp(a + Math.Clamp(Settings.TargetNoise * z, -Settings.TargetNoiseClip, Settings.TargetNoiseClip), -1, 1))];
}
