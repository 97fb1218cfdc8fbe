using Dyad.Numerics;
using static Dyad.Tests.Unit.Algorithms.Replays.ReferenceMath;

namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>Soft actor-critic with a value network (Haarnoja et al. 2018).</summary>
internal sealed class ReferenceSacV : ReferenceAgent
{
    private readonly ReferenceNetwork _policy;
    private readonly ReferenceNetwork _critic;
    private readonly ReferenceNetwork _value;
    private readonly double[] _phi;
    private readonly double[] _theta;
    private readonly double[] _psi;
    private readonly double[] _bar;
    private readonly double[] _logTemperature;
    private readonly ReferenceAdam _actorSteps;
    private readonly ReferenceAdam _criticSteps;
    private readonly ReferenceAdam _valueSteps;
    private readonly ReferenceAdam _temperatureSteps;
    private int _criticUpdates;

    public ReferenceSacV(ReplaySettings settings, RandomStream stream) : base(settings, stream)
    {
        int[] hidden = [.. Enumerable.Repeat(settings.HiddenWidth, settings.HiddenLayers)];
        _policy = new ReferenceNetwork([ScriptedTask.ObservationSize, .. hidden, 2 * ScriptedTask.ActionSize]);
        _critic = new ReferenceNetwork([ScriptedTask.ObservationSize + ScriptedTask.ActionSize, .. hidden, 1]);
        _value = new ReferenceNetwork([ScriptedTask.ObservationSize, .. hidden, 1]);
        _phi = Keep("actor", _policy.Drawn(stream.Split("actor")), settings.ActorLearningRate);
        RandomStream random = stream.Split("critic");
        _theta = Keep(
            "critic", [.. _critic.Drawn(random.Split("q1")), .. _critic.Drawn(random.Split(settings.TwinsAlike ? "q1" : "q2"))],
            settings.CriticLearningRate);
        _psi = Keep("value", _value.Drawn(stream.Split("value")), settings.ValueLearningRate);
        _bar = Keep("target", [.. _psi], settings.ValueLearningRate);
        _logTemperature = Keep("log_temperature", [(float)Math.Log(settings.EntropyWeight)], Math.Abs(settings.EntropyLearningRate));
        _actorSteps = Adam(settings.ActorLearningRate, "actor_gradient");
        _criticSteps = Adam(settings.CriticLearningRate, "critic_gradient");
        _valueSteps = Adam(settings.ValueLearningRate, "value_gradient");
        _temperatureSteps = Adam(settings.EntropyLearningRate);
    }

    private double Alpha => Math.Exp(_logTemperature[0]);

    public override double[] Exploit(double[] s) => SquashedGaussian.Mean(_policy.Apply(_phi, s), Settings.MeanByClamp);

    protected override double[] Explore(double[] s, double[] noise) =>
        Settings.Explores ? SquashedGaussian.Sample(_policy.Apply(_phi, s), noise).Action : Exploit(s);

    protected override void Update()
    {
        ReferenceBatch batch = null!;
        for (int i = 0; i < Settings.CriticUpdates; i++)
        {
            batch = Draw(noise: true, nextNoise: false);

            // psi descends mean 1/2 (V(s) - (min_i Q_i(s, a) - alpha log pi(a|s)))^2, the bracket held fixed.
            double[] soft = [.. batch.Rows.Select((row, k) => Soft(_phi, row.S, batch.Noise[k]))];
            double ValueCost(double[] psi) => batch.Rows.Select((row, k) => Math.Pow(V(psi, row.S) - soft[k], 2) / 2).Average();
            Record("value_loss", ValueCost(_psi));
            _valueSteps.Move(_psi, Gradient(ValueCost, _psi));

            // theta descends sum over i of mean 1/2 (Q_i(s, a) - (r + gamma (1 - d) Vbar(s')))^2.
            double[] y = [.. batch.Rows.Select(row => row.R + (row.Future * V(_bar, row.Next)))];
            double CriticCost(double[] theta) =>
                batch.Rows.Select((row, k) => (Math.Pow(Q(theta, 0, row.S, row.A) - y[k], 2) + Math.Pow(Q(theta, 1, row.S, row.A) - y[k], 2)) / 2).Average();
            Record("critic_loss", CriticCost(_theta));
            Record("mean_q", batch.Rows.Average(row => Q(_theta, 0, row.S, row.A)));
            _criticSteps.Move(_theta, Gradient(CriticCost, _theta));

            _criticUpdates++;
            if (Settings.TargetUpdate == "moving-average")
            {
                Average(_bar, _psi, Settings.TargetCriticRate ?? Settings.TargetRate);
            }
            else if (_criticUpdates % Settings.TargetPeriod == 0)
            {
                Average(_bar, _psi, 1);
            }
        }

        // phi descends mean (alpha log pi(a|s) - min_i Q_i(s, a)), log alpha -log alpha mean (log pi(a|s) + target).
        double log = batch.Mean((row, z, _) => SquashedGaussian.Sample(_policy.Apply(_phi, row.S), z).LogProbability);
        double ActorCost(double[] phi) => -batch.Mean((row, z, _) => Soft(phi, row.S, z));
        Record("actor_loss", ActorCost(_phi));
        Record("entropy_weight", Alpha);
        Record("entropy", -log);
        _actorSteps.Move(_phi, Gradient(ActorCost, _phi));
        if (Settings.TuneEntropyWeight)
        {
            _temperatureSteps.Move(_logTemperature, [-(log + (Settings.TargetEntropyPerAction * ScriptedTask.ActionSize))]);
        }
    }

    // min_i Q_i(s, a) - alpha log pi(a|s).
    private double Soft(double[] phi, double[] s, double[] noise)
    {
        (double[] a, double log) = SquashedGaussian.Sample(_policy.Apply(phi, s), noise);
        double first = Q(_theta, 0, s, a);
        return (Settings.FirstCriticAlone ? first : Math.Min(first, Q(_theta, 1, s, a))) - (Alpha * log);
    }

    private double V(double[] psi, double[] s) => _value.Value(psi, s);

    private double Q(double[] theta, int i, double[] s, double[] a) =>
        _critic.Value(theta.AsSpan(i * _critic.Count, _critic.Count), s, a);
}
