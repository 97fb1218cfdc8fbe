using Dyad.Tabular;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>
/// The on-policy game of Zheng et al. 2021, section 4.2, with tables for actor and critic and exact expectations over episodes: rho
/// is the start distribution, gamma^t stands with step t, and an expectation of the score at step t is a sum over states weighted by
/// the discounted probability to be there. Gradients are in the logits of a softmax, |S||A| entries.
/// </summary>
internal sealed class EpisodeTheorems
{
    private readonly PolicyEvaluation _evaluation;
    private readonly Mdp _mdp;

    // rho(s) pi(a|s).
    private readonly double[] _first;

    public EpisodeTheorems(PolicyEvaluation evaluation)
    {
        (_evaluation, _mdp) = (evaluation, evaluation.Mdp);
        _first = new double[_mdp.Pairs];
        evaluation.Policy.Spread(_mdp.Initial, _first);
    }

    /// <summary>(4): L = E[(Q_w - Q^pi)^2(s_0, a_0)].</summary>
    public double CriticCost(double[] q) => Error(q).Zip(_first, (e, p) => p * e * e).Sum();

    /// <summary>L = E[(V_w - V^pi)^2(s_0)].</summary>
    public double ValueCost(double[] v) => ValueError(v).Zip(_mdp.Initial.ToArray(), (e, p) => p * e * e).Sum();

    /// <summary>grad J = E[sum_t gamma^t grad log pi(a_t|s_t) Q^pi(s_t, a_t)].</summary>
    public double[] PolicyGradient() => Scores(Visits(_mdp.Initial.ToArray()), _evaluation.ActionValue);

    /// <summary>
    /// Theorem 1: E[grad log pi(a_0|s_0) (Q_w - Q^pi)^2 + c sum_(t >= 1) gamma^t grad log pi(a_t|s_t) (Q^pi - Q_w)(s_0, a_0) Q^pi(s_t, a_t)].
    /// </summary>
    /// <param name="q">Q_w.</param>
    /// <param name="later">c: 2, or 1 as the full version prints it.</param>
    public double[] CostGradient(double[] q, double later)
    {
        double[] error = Error(q);
        return Sum(
            Scores(_mdp.Initial, [.. error.Select(e => e * e)]), -later,
            Scores(Later([.. error.Zip(_first, (e, p) => p * e)]), _evaluation.ActionValue));
    }

    /// <summary>Proposition 1: 2 E[sum_t gamma^t grad log pi(a_t|s_t) (V^pi - V_w)(s_0) Q^pi(s_t, a_t)].</summary>
    public double[] ValueCostGradient(double[] v) =>
        Scores(Visits([.. ValueError(v).Zip(_mdp.Initial.ToArray(), (e, p) => -2 * p * e)]), _evaluation.ActionValue);

    /// <summary>(15) of (2) and (4), undamped: grad J - (d_w grad L)' (2 rho pi)^-1 rho pi.</summary>
    public double[] TotalOfActionValue(double[] q)
    {
        // The curvature is 2 diag(rho pi), the derivative of J in w is rho pi.
        double[] solution = [.. _first.Select(p => p / (2 * p))];

        // The derivative of theorem 1 along Q_w + e x.
        double[] mixed = Sum(
            Scores(_mdp.Initial, [.. Error(q).Zip(solution, (e, x) => 2 * e * x)]), -2,
            Scores(Later([.. _first.Zip(solution, (p, x) => p * x)]), _evaluation.ActionValue));
        return Sum(Scores(_mdp.Initial, q), -1, mixed);
    }

    /// <summary>(15) with J = E[V_w(s_0)] in w and the policy gradient as direct term; V_w drops out.</summary>
    public double[] TotalOfStart() => Sum(PolicyGradient(), -1, Mixed(_mdp.Initial.ToArray()));

    /// <summary>(15) with J = E[r_0 + gamma V_w(s_1)].</summary>
    public double[] TotalOfStep(ReadOnlySpan<double> v)
    {
        double[] ahead = new double[_mdp.Pairs], inFollower = new double[_mdp.States];
        _mdp.ExpectNext(v, ahead);
        _mdp.FlowToNext(_first, inFollower);
        return Sum(
            Scores(_mdp.Initial, [.. ahead.Zip(_mdp.Reward.ToArray(), (x, r) => r + (_mdp.Discount * x))]), -1,
            Mixed([.. inFollower.Select(x => _mdp.Discount * x)]));
    }

    // (d_w grad L)' (2 rho)^-1 d_w J by proposition 1.
    private double[] Mixed(double[] inFollower)
    {
        double[] rho = _mdp.Initial.ToArray(), solution = [.. inFollower.Zip(rho, (g, p) => g / (2 * p))];
        return Scores(Visits([.. solution.Zip(rho, (x, p) => -2 * p * x)]), _evaluation.ActionValue);
    }

    private double[] Error(double[] q) => [.. q.Zip(_evaluation.ActionValue.ToArray(), (x, y) => x - y)];

    private double[] ValueError(double[] v) => [.. v.Zip(_evaluation.StateValue.ToArray(), (x, y) => x - y)];

    // sum_s weight(s) sum_a grad pi(a|s) x(s, a).
    private double[] Scores(ReadOnlySpan<double> weights, ReadOnlySpan<double> x)
    {
        double[] result = new double[_mdp.Pairs];
        _evaluation.Policy.AddGradient(weights, x, result);
        return result;
    }

    // sum over t >= 1 of gamma^t P(s_t = s), (s_0, a_0) having these weights.
    private double[] Later(double[] pairs)
    {
        double[] all = new double[pairs.Length], states = new double[_mdp.States];
        _evaluation.SolvePsiTransposed(pairs, all);
        for (int i = 0; i < pairs.Length; i++)
        {
            states[i / _mdp.Actions] += all[i] - pairs[i];
        }

        return states;
    }

    // The same over t >= 0, s_0 having these weights.
    private double[] Visits(double[] states)
    {
        double[] pairs = new double[_mdp.Pairs];
        _evaluation.Policy.Spread(states, pairs);
        return Sum(states, 1, Later(pairs));
    }

    private static double[] Sum(double[] x, double factor, double[] y) => [.. x.Zip(y, (a, b) => a + (factor * b))];
}
