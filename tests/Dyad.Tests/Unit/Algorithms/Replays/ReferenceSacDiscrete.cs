using Dyad.Numerics;
using static Dyad.Tests.Unit.Algorithms.Replays.ReferenceMath;

namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>Soft actor-critic for finitely many actions (Christodoulou 2019).</summary>
internal sealed class ReferenceSacDiscrete : ReferenceGame
{
    private const int Count = ScriptedTask.ActionCount;

    private readonly double[] _logTemperature;
    private readonly ReferenceAdam _temperatureSteps;

    public ReferenceSacDiscrete(ReplaySettings settings, RandomStream stream) : base(settings, stream, Count, settings.TwinCritics ? 2 : 1)
    {
        Keep("target", Bar, settings.CriticLearningRate);
        _logTemperature = Keep("log_temperature", [(float)Math.Log(settings.EntropyWeight)], Math.Abs(settings.EntropyLearningRate));
        _temperatureSteps = Adam(settings.EntropyLearningRate);
        Correct(Critics, (theta, s, _) => (Pi(theta, s), Settings.EntropyInTarget ? Alpha * Entropy(theta, s) : 0));
    }

    private double Alpha => Math.Exp(_logTemperature[0]);

    public override double[] Done(double[] action) => action;

    public override double[] Exploit(double[] s)
    {
        double[] pi = Pi(Theta, s);
        return [Array.IndexOf(pi, pi.Max())];
    }

    protected override double[] Remembered(double[] action) => OneHot((int)action[0]);

    protected override double[] AtRandom() => [Exploration.Index(Count)];

    // By inversion of the distribution function.
    protected override double[] Explore(double[] s)
    {
        double u = Exploration.Uniform();
        double[] pi = Pi(Theta, s);
        return !Settings.Explores ? Exploit(s) : [u < pi[0] ? 0 : u < pi[0] + pi[1] ? 1 : 2];
    }

    protected override double[] Explore(double[] s, double[] noise) => throw new NotSupportedException();

    protected override ReferenceBatch Draw() => Draw(noise: false, nextNoise: false);

    // mean over s of sum_a pi(a|s) (alpha log pi(a|s) - min_i Q_i(s, a)).
    protected override double ActorCost(double[] theta, double[] w, ReferenceBatch batch, bool corrected) => batch.Mean((row, _, _) =>
    {
        double[] pi = Pi(theta, row.S);
        double sum = Expectation(pi, a => Smallest(i => Followed(w, i, row.S, OneHot(a), corrected)), i => Followed(w, i, row.S, pi, corrected));
        return ((-Alpha * Entropy(theta, row.S)) - sum) / (Settings.MeanOverActions ? Count : 1);
    });

    protected override double ReplayedCost(double[] w, ReferenceBatch batch) =>
        -batch.Mean((row, _, _) => Smallest(i => Followed(w, i, row.S, row.A, corrected: true)));

    // r + gamma (1 - d) sum_a' pi(a'|s') (min_i Qbar_i(s', a') - alpha log pi(a'|s')).
    protected override double[] Targets(double[] theta, ReferenceBatch batch) => [.. batch.Rows.Select(row =>
    {
        double[] pi = Pi(theta, row.Next);
        pi = Settings.OneDrawnNextAction ? OneHot(Array.IndexOf(pi, pi.Max())) : pi;
        double value = Expectation(pi, a => Smallest(i => Q(Bar, i, row.Next, OneHot(a))), i => Q(Bar, i, row.Next, pi));
        value += Settings.EntropyInTarget ? Alpha * Entropy(theta, row.Next) : 0;
        return row.R + (row.Future * value);
    })];

    protected override void AfterCritic() => Average(Bar, W, Settings.TargetCriticRate ?? Settings.TargetRate);

    // d/d log alpha of log alpha mean (H(pi(.|s)) - ratio log |A|).
    protected override void AfterActor(ReferenceBatch batch, double[] theta)
    {
        double entropy = batch.Mean((row, _, _) => Entropy(theta, row.S));
        Record("entropy_weight", Alpha);
        Record("entropy", entropy);
        if (Settings.TuneEntropyWeight)
        {
            _temperatureSteps.Move(_logTemperature, [entropy - (Settings.TargetEntropyRatio * Math.Log(Count))]);
        }
    }

    private static double[] OneHot(int action) => [.. Enumerable.Range(0, Count).Select(a => a == action ? 1.0 : 0.0)];

    private double[] Pi(double[] theta, double[] s)
    {
        double[] weights = [.. PolicyNetwork.Apply(theta, s).Select(Math.Exp)];
        return [.. weights.Select(x => x / weights.Sum())];
    }

    private double Entropy(double[] theta, double[] s) => -Pi(theta, s).Sum(p => p * Math.Log(p));

    private double Expectation(double[] pi, Func<int, double> smallest, Func<int, double> mean) => Settings.SmallerOfMeans
        ? Smallest(mean)
        : Enumerable.Range(0, Count).Sum(a => pi[a] * smallest(a));

    private double Smallest(Func<int, double> value) => Settings.FirstCriticAlone || Critics == 1 ? value(0) : Math.Min(value(0), value(1));
}
