using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;
using MathNet.Numerics.Integration;
using static Dyad.Autodiff.Operations;

namespace Dyad.Studies.Definitions.Problems;

/// <summary>
/// One state, one step: a ~ N(m, diag sigma^2), theta = (m, log sigma), Q(a) = 1 + sum_i h(a_i). Expectations of h under a
/// normal distribution are integrals over one dimension, computed by quadrature; from them follow the gradient, the baseline
/// and the least-squares fits.
/// </summary>
internal sealed class OneStepProblem : GradientProblem
{
    /// <summary>The functions h; those that are not smooth have their kink or jump at 0.</summary>
    public static readonly (string Name, string Formula, bool IsContinuous, Func<Expression<double>, Expression<double>> H)[] Shapes =
    [
        ("quadratic", "-(a - 1)^2 / 2", true, a => -0.5 * Square(a - 1)),
        ("smooth", "tanh(3 a) - a^2 / 4", true, a => Tanh(3 * a) - (0.25 * Square(a))),
        ("kink", "-|a|", true, a => -Max(a, -a)),
        ("cliff", "2 [a > 0] - a^2 / 2", false, a => (2 * Greater(a, Number<double>(0))) - (0.5 * Square(a))),
    ];

    private const int BatchSize = 64;
    private const double Offset = 1;

    private readonly Input<double> _noise;

    /// <summary>A problem.</summary>
    /// <param name="h">h, element by element.</param>
    /// <param name="dimension">Numbers in an action.</param>
    /// <param name="deviation">sigma, of every coordinate.</param>
    public OneStepProblem(Func<Expression<double>, Expression<double>> h, int dimension, double deviation)
        : base(new Parameters<double>("actor"), BatchSize)
    {
        Parameter<double> mean = Actor.Add("mean", 1, dimension), log = Actor.Add("log deviation", 1, dimension);
        double[] means = [.. Enumerable.Range(0, dimension).Select(i => 0.1 * (1 + (i % 3)))];
        means.CopyTo(mean.Values);
        log.Values.Fill(Math.Log(deviation));

        NormalMoments[] own = [.. means.Select(m => NormalMoments.Of(h, m, deviation))];
        ExactGradient = [.. own.Select(x => x.First / deviation), .. own.Select(x => x.Second)];

        _noise = new Input<double>("noise", BatchSize, dimension);
        Expression<double> m = Broadcast(mean, BatchSize, dimension);
        SampledAction<double> sample = Gaussian.Sample(m, Broadcast(log, BatchSize, dimension), _noise);
        Expression<double> Value(Expression<double> a) => SumColumns(h(a)) + Offset;
        Expression<double> q = Stop(Value(sample.Action));

        // What a critic learns from actions of an older, wider policy, and what it learns from the policy's own.
        Func<Expression<double>, Expression<double>> fitted = QuadraticFit(
            [.. means.Select(x => NormalMoments.Of(h, x - deviation, 2 * deviation))]);
        Func<Expression<double>, Expression<double>> compatible = QuadraticFit(own);
        Expression<double> baseline = Broadcast(Number<double>(Offset + own.Sum(x => x.Mean)), BatchSize, 1);
        Estimators =
        [
            ("score", PolicyGradientEstimators.ScoreFunction(sample, q)),
            ("baseline", PolicyGradientEstimators.Stein(sample, q, _ => baseline)),
            ("taylor", PolicyGradientEstimators.Stein(sample, q, PolicyGradientEstimators.Taylor(Value, m))),
            ("fitted", PolicyGradientEstimators.Stein(sample, q, fitted)),
            ("exact", PolicyGradientEstimators.Stein(sample, q, Value)),
            ("wrong", PolicyGradientEstimators.Stein(sample, q, a => -fitted(a))),
            ("reparametrized", PolicyGradientEstimators.Reparametrized(sample, Value)),
            ("reparametrized-fitted", PolicyGradientEstimators.Reparametrized(sample, fitted)),
            ("reparametrized-compatible", PolicyGradientEstimators.Reparametrized(sample, compatible)),
        ];
    }

    /// <inheritdoc/>
    public override double[] ExactGradient { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Expression<double> Objective)> Estimators { get; }

    /// <inheritdoc/>
    public override void Draw(RandomStream random) => random.Normal(_noise.Values);

    // The least-squares fit by 1, a_i, a_i^2 under independent coordinates: Hermite's polynomials 1, z, z^2 - 1 are orthogonal
    // there, with norms 1, 1, 2.
    private static Func<Expression<double>, Expression<double>> QuadraticFit(NormalMoments[] moments)
    {
        Expression<double> Row(Func<NormalMoments, double> entry)
        {
            var row = new Input<double>("fit", 1, moments.Length);
            moments.Select(entry).ToArray().CopyTo(row.Values);
            return row;
        }

        Expression<double> center = Row(x => x.Center), scale = Row(x => 1 / x.Deviation);
        Expression<double> constant = Row(x => x.Mean), slope = Row(x => x.First), curvature = Row(x => x.Second / 2);
        return a =>
        {
            Expression<double> z = (a - center) * scale;
            return SumColumns((slope * z) + (curvature * (Square(z) - 1)) + constant) + Offset;
        };
    }

    /// <summary>E[h(a)], E[h(a) z] and E[h(a) (z^2 - 1)] for a = center + deviation z, z standard normal.</summary>
    private sealed record NormalMoments(double Center, double Deviation, double Mean, double First, double Second)
    {
        // Beyond, the normal density is below 1e-17; between, 2 x 128 nodes of Gauss and Legendre.
        private const double Range = 9;
        private const int Order = 128;

        public static NormalMoments Of(Func<Expression<double>, Expression<double>> h, double center, double deviation)
        {
            double kink = Math.Clamp(-center / deviation, -Range + 1, Range - 1);
            GaussLegendreRule[] pieces = [new(-Range, kink, Order), new(kink, Range, Order)];
            double[] z = [.. pieces.SelectMany(piece => piece.Abscissas)];
            double[] weights = [.. pieces.SelectMany(piece => piece.Weights)];
            var a = new Input<double>("a", z.Length, 1);
            for (int i = 0; i < z.Length; i++)
            {
                a.Values[i] = center + (deviation * z[i]);
                weights[i] *= Math.Exp(-0.5 * z[i] * z[i]) / Math.Sqrt(2 * Math.PI);
            }

            double[] values = Evaluate([h(a)])[0];
            double Expected(Func<double, double> factor) => Enumerable.Range(0, z.Length).Sum(i => weights[i] * values[i] * factor(z[i]));
            return new(center, deviation, Expected(_ => 1), Expected(x => x), Expected(x => (x * x) - 1));
        }
    }
}
