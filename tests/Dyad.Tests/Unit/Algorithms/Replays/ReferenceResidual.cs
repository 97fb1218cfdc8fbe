using Dyad.Numerics;
using static Dyad.Tests.Unit.Algorithms.Replays.ReferenceMath;

namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>
/// The res-critic (Wen et al. 2021, appendix D.2.1 and algorithm 5): w learns the value of the critic's clipped TD errors, each
/// critic's own.
/// </summary>
internal sealed class ReferenceResidual
{
    private readonly ReplaySettings _settings;
    private readonly ReferenceNetwork _network;
    private readonly double[] _bar;
    private readonly int _critics;
    private double? _clip;

    public ReferenceResidual(ReplaySettings settings, ReferenceNetwork network, RandomStream stream, int critics)
    {
        (_settings, _network, _critics) = (settings, network, critics);
        Psi = [.. Enumerable.Range(1, critics).SelectMany(i => network.Drawn(stream.Split("residual").Split($"q{i}"), lastIsZero: settings.ResidualStart == "zero"))];
        _bar = [.. Psi];
    }

    public double[] Psi { get; }

    public double[] Bar => _bar;

    /// <summary>Steps of psi.</summary>
    public required ReferenceAdam Steps { get; init; }

    /// <summary>Draws a batch of its own.</summary>
    public required Func<ReferenceBatch> Draw { get; init; }

    /// <summary>a' of s', noise and theta, and -alpha log pi(a'|s').</summary>
    public required Func<double[], double[], double[], (double[] Action, double Entropy)> Next { get; init; }

    /// <summary>qbar_i(s', a').</summary>
    public required Func<int, double[], double[], double> TargetValue { get; init; }

    /// <summary>q_i(s, a) of w.</summary>
    public required Func<double[], int, double[], double[], double> CriticValue { get; init; }

    /// <summary>Records a metric.</summary>
    public required Action<string, double> Record { get; init; }

    public required Action<double[]> RecordErrors { get; init; }

    /// <summary>w_i(s, a).</summary>
    public double Value(int i, double[] s, double[] a) => Value(Psi, i, s, a);

    /// <summary>y steps: psi descends mean 1/2 (w(s, a) - (clip(delta, -c, c) + gamma (1 - d) wbar(s', a')))^2, psibar follows.</summary>
    public void Learn(double[] theta, double[] w)
    {
        for (int step = 0; step < _settings.ResidualUpdates; step++)
        {
            ReferenceBatch batch = Draw();
            int n = batch.Rows.Length;
            double[][] errors = [.. Enumerable.Range(0, _critics).Select(_ => new double[n])], futures = [.. errors.Select(_ => new double[n])];
            for (int k = 0; k < n; k++)
            {
                Transition row = batch.Rows[k];
                (double[] action, double entropy) = Next(theta, row.Next, batch.NextNoise[k]);
                for (int i = 0; i < _critics; i++)
                {
                    double value = TargetValue(i, row.Next, action) + (_settings.ResidualReward == "correct" ? entropy : 0);
                    errors[i][k] = row.R + (row.Future * value) - CriticValue(w, i, row.S, row.A);
                    futures[i][k] = row.Future * Value(_bar, i, row.Next, action);
                }
            }

            double[] all = [.. errors.SelectMany(x => x)];
            RecordErrors(all);
            double clip = Clip(all);
            double Cost(double[] psi) => Enumerable.Range(0, _critics).Sum(i => batch.Rows.Select((row, k) =>
                Math.Pow(Value(psi, i, row.S, row.A) - (Math.Clamp(errors[i][k], -clip, clip) + futures[i][k]), 2) / 2).Average());
            Record("residual_loss", Cost(Psi));
            Record("residual_clipped", all.Count(error => Math.Abs(error) > clip) / (double)all.Length);
            Record("residual_clip", clip);
            Record("critic_value", Mean((i, row) => CriticValue(w, i, row.S, row.A)));
            Record("residual_value", Mean((i, row) => Value(i, row.S, row.A)));
            Steps.Move(Psi, Gradient(Cost, Psi));
            Average(_bar, Psi, _settings.ResidualTargetRate ?? _settings.TargetRate);

            double Mean(Func<int, Transition, double> f) =>
                Enumerable.Range(0, _critics).Average(i => batch.Rows.Average(row => f(i, row)));
        }
    }

    private double Value(double[] psi, int i, double[] s, double[] a) =>
        _network.ActionValue(psi.AsSpan(i * _network.Count, _network.Count), s, a);

    private double Clip(double[] errors)
    {
        if (_settings.ResidualClipRule != "adaptive")
        {
            return _settings.ResidualClipRule == "fixed" ? _settings.ResidualClip : double.PositiveInfinity;
        }

        double quantile = Quantile(errors, _settings.ResidualClipQuantile);
        _clip = _clip is double c ? c + (_settings.ResidualClipRate * (quantile - c)) : quantile;
        return _clip.Value;
    }
}
