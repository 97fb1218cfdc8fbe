using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Studies.Definitions.Problems;

/// <summary>
/// Three steps of s' = s + a + w with reward -(s^2 + rho a^2), w ~ N(0, nu^2), s_0 ~ N(1, 1/4), and the policy
/// a ~ N(kappa s + k, sigma^2), theta = (kappa, k, log sigma). Values are quadratic, V_t(s) = -(P_t s^2 + 2 R_t s + C_t), by a
/// recursion backwards in time, which is written as expressions: the derivative of E V_0(s_0) is the exact gradient.
/// <para>
/// The estimators are sums over t of gamma^t times the estimate at (s_t, a_t), with the sampled return G_t as the value of the
/// sample.
/// </para>
/// </summary>
internal sealed class LinearQuadraticProblem : GradientProblem
{
    public const int Horizon = 3;
    public const double Discount = 0.9, ActionCost = 0.1, Noise = 0.3;

    private const int Episodes = 64, Rows = Episodes * Horizon;
    private const double StartMean = 1, StartDeviation = 0.5;

    private readonly Input<double> _state = new("s", Rows, 1);
    private readonly Input<double> _noise = new("xi", Rows, 1);
    private readonly Input<double> _return = new("G", Rows, 1);
    private readonly Parameter<double> _slope;
    private readonly Parameter<double> _shift;
    private readonly double _deviation;

    /// <summary>The problem at a policy's standard deviation.</summary>
    public LinearQuadraticProblem(double deviation) : base(new Parameters<double>("actor"), Episodes)
    {
        var network = new Mlp<double>(Actor, "policy", [1, 1]);
        Parameter<double> log = Actor.Add("log deviation", 1, 1);
        (_slope, _shift, _deviation) = (network.Weights[0], network.Biases[0], deviation);
        _slope.Values[0] = -0.5;
        _shift.Values[0] = 0.1;
        log.Values[0] = Math.Log(deviation);

        Coefficients[] values = Values(_slope, _shift, Exp<double>(log));
        Expression<double> objective = values[0].Expected(Number<double>(StartMean), StartDeviation * StartDeviation);
        ExactGradient = Evaluate(Derivatives.Gradient(objective, Actor))[0];

        // gamma^t times the number of steps, since a mean over rows is one over episodes and steps.
        Coefficients[] numbers = [.. values.Select(v => v.Numbers())];
        Input<double> weight = PerStep(t => Horizon * Math.Pow(Discount, t));
        Coefficients now = Coefficients.PerStep(t => numbers[t]), next = Coefficients.PerStep(t => numbers[t + 1]);

        // Q_t(s, a) = r + gamma share E V_{t+1}(s + a + w)
        Func<Expression<double>, Expression<double>> Critic(double share) => a =>
            (share * Discount * next.Expected(_state + a, Noise * Noise)) - Square<double>(_state) - (ActionCost * Square(a));

        var policy = new GaussianPolicy<double>(network, log);
        SampledAction<double> sample = policy.Sample(_state, _noise);
        Func<Expression<double>, Expression<double>> exact = Critic(1), half = Critic(0.5);
        (string, Expression<double>)[] estimators =
        [
            ("score", PolicyGradientEstimators.ScoreFunction(sample, _return)),
            ("score-exact-q", PolicyGradientEstimators.ScoreFunction(sample, exact(sample.Action))),
            ("baseline", PolicyGradientEstimators.Stein(sample, _return, _ => now.Expected(_state, 0))),
            ("baseline-exact-q", PolicyGradientEstimators.Stein(sample, exact(sample.Action), _ => now.Expected(_state, 0))),
            ("taylor", PolicyGradientEstimators.Stein(sample, _return, PolicyGradientEstimators.Taylor(exact, policy.Mean(_state)))),
            ("fitted", PolicyGradientEstimators.Stein(sample, _return, half)),
            ("exact", PolicyGradientEstimators.Stein(sample, _return, exact)),
            ("wrong", PolicyGradientEstimators.Stein(sample, _return, a => -half(a))),
            ("reparametrized", PolicyGradientEstimators.Reparametrized(sample, exact)),
            ("reparametrized-fitted", PolicyGradientEstimators.Reparametrized(sample, half)),
        ];
        Estimators = [.. estimators.Select(x => (x.Item1, weight * x.Item2))];
    }

    /// <inheritdoc/>
    public override double[] ExactGradient { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Expression<double> Objective)> Estimators { get; }

    /// <inheritdoc/>
    public override void Draw(RandomStream random)
    {
        Span<double> states = _state.Values, noise = _noise.Values, returns = _return.Values;
        for (int first = 0; first < Rows; first += Horizon)
        {
            double s = StartMean + (StartDeviation * random.Normal());
            for (int row = first; row < first + Horizon; row++)
            {
                noise[row] = random.Normal();
                double a = (_slope.Values[0] * s) + _shift.Values[0] + (_deviation * noise[row]);
                states[row] = s;
                returns[row] = -((s * s) + (ActionCost * a * a));
                s += a + (Noise * random.Normal());
            }

            for (int row = first + Horizon - 2; row >= first; row--)
            {
                returns[row] += Discount * returns[row + 1];
            }
        }
    }

    // V_T = 0 and V_t(s) = E[r + gamma V_{t+1}(s')], by coefficients in s.
    private static Coefficients[] Values(Expression<double> kappa, Expression<double> k, Expression<double> sigma)
    {
        var values = new Coefficients[Horizon + 1];
        Expression<double> zero = Number<double>(0);
        values[Horizon] = new(zero, zero, zero);

        // s' = factor s + k + sigma xi + w
        Expression<double> factor = kappa + 1, spread = Square(sigma) + (Noise * Noise);
        for (int t = Horizon - 1; t >= 0; t--)
        {
            Coefficients next = values[t + 1];
            values[t] = new(
                1 + (ActionCost * Square(kappa)) + (Discount * next.P * Square(factor)),
                (ActionCost * kappa * k) + (Discount * factor * ((next.P * k) + next.R)),
                (ActionCost * (Square(k) + Square(sigma))) + (Discount * ((next.P * (Square(k) + spread)) + (2 * next.R * k) + next.C)));
        }

        return values;
    }

    private static Input<double> PerStep(Func<int, double> value)
    {
        var input = new Input<double>("per step", Rows, 1);
        for (int row = 0; row < Rows; row++)
        {
            input.Values[row] = value(row % Horizon);
        }

        return input;
    }

    /// <summary>P, R and C of -(P s^2 + 2 R s + C).</summary>
    private sealed record Coefficients(Expression<double> P, Expression<double> R, Expression<double> C)
    {
        /// <summary>The expected value where the state has this mean and variance.</summary>
        public Expression<double> Expected(Expression<double> mean, double variance) =>
            -((P * (Square(mean) + variance)) + (2 * R * mean) + C);

        /// <summary>The same without the dependence on the policy.</summary>
        public Coefficients Numbers()
        {
            double[][] values = Evaluate([P], [R], [C]);
            return new(Number<double>(values[0][0]), Number<double>(values[1][0]), Number<double>(values[2][0]));
        }

        public static Coefficients PerStep(Func<int, Coefficients> of)
        {
            Input<double> Column(Func<Coefficients, Expression<double>> part) =>
                LinearQuadraticProblem.PerStep(t => Evaluate([part(of(t))])[0][0]);
            return new(Column(v => v.P), Column(v => v.R), Column(v => v.C));
        }
    }
}
