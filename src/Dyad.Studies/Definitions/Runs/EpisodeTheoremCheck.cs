using System.Numerics.Tensors;
using Dyad.Numerics;
using Dyad.Studies.Definitions.Problems;
using Dyad.Tabular;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>
/// Checks theorem 1 and proposition 1 of Zheng et al. 2021, and what the total derivatives made of them are, on one random MDP a
/// step with a random policy and random critics. Expectations over episodes are exact: sums over states weighted by discounted
/// visits. Each error is the largest difference of the two sides divided by the largest magnitude of the reference side.
/// </summary>
internal sealed class EpisodeTheoremCheck(int seed) : IdentityCheck(seed, EpisodeTheoremCheck.Checks)
{
    /// <summary>Names of the checks, with what each holds against what.</summary>
    public static readonly (string Metric, string Statement)[] Checks =
    [
        ("theorem1", "Theorem 1, with the factor 2 of the workshop version = central differences of L"),
        ("theorem1_printed", "Theorem 1, as the full version prints it = central differences of L"),
        ("proposition1", "Proposition 1 = central differences of L"),
        ("total_q", "Total derivative of (2) and (4), Q critic = policy gradient"),
        ("total_start", "Total derivative, V critic, J = E[V(s_0)], direct term (1) = twice the policy gradient"),
        ("total_start_once", "the same = the policy gradient"),
        ("total_step", "Total derivative, V critic, J = E[r_0 + gamma V(s_1)] = policy gradient"),
        ("total_step_exact", "the same where V = V^pi"),
    ];

    // Of a central difference of fourth order.
    private const double Difference = 1e-3;

    protected override void CheckProblem(RandomStream stream)
    {
        Mdp mdp = RandomProblem.Mdp(stream);
        double[] logits = RandomProblem.Vector(stream, mdp.Pairs, 1.5);
        double[] q = RandomProblem.Vector(stream, mdp.Pairs, 3), v = RandomProblem.Vector(stream, mdp.States, 3);
        var evaluation = new PolicyEvaluation(mdp, TabularPolicy.Softmax(mdp, logits));
        var game = new EpisodeTheorems(evaluation);
        double[] gradient = game.PolicyGradient();

        double[] slope = Slope(mdp, logits, x => x.CriticCost(q));
        Check("theorem1", slope, game.CostGradient(q, later: 2));
        Check("theorem1_printed", slope, game.CostGradient(q, later: 1));
        Check("proposition1", Slope(mdp, logits, x => x.ValueCost(v)), game.ValueCostGradient(v));
        Check("total_q", gradient, game.TotalOfActionValue(q));
        Check("total_start", [.. gradient.Select(x => 2 * x)], game.TotalOfStart());
        Check("total_start_once", gradient, game.TotalOfStart());
        Check("total_step", gradient, game.TotalOfStep(v));
        Check("total_step_exact", gradient, game.TotalOfStep(evaluation.StateValue));
    }

    private void Check(string metric, double[] reference, double[] actual) => Record(
        metric, reference.Zip(actual, (x, y) => Math.Abs(x - y)).Max(), Math.Abs(TensorPrimitives.MaxMagnitude<double>(reference)));

    private static double[] Slope(Mdp mdp, double[] logits, Func<EpisodeTheorems, double> value)
    {
        return [.. logits.Select((_, i) =>
            ((8 * (At(i, Difference) - At(i, -Difference))) - (At(i, 2 * Difference) - At(i, -2 * Difference))) / (12 * Difference))];

        double At(int i, double by)
        {
            double[] moved = [.. logits];
            moved[i] += by;
            return value(new EpisodeTheorems(new PolicyEvaluation(mdp, TabularPolicy.Softmax(mdp, moved))));
        }
    }
}
