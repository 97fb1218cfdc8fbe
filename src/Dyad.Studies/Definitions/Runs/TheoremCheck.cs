using System.Numerics.Tensors;
using Dyad.Numerics;
using Dyad.Studies.Definitions.Problems;
using Dyad.Tabular;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>
/// Checks the identities of Wen et al. (2021) on one random MDP a step, with a random policy and a random critic. Each error
/// is the Euclidean norm of the difference of the two sides divided by the largest magnitude of the reference side.
/// </summary>
internal sealed class TheoremCheck(int seed) : IdentityCheck(seed, TheoremCheck.Checks)
{
    /// <summary>Names of the checks, with what each holds against what.</summary>
    public static readonly (string Metric, string Statement)[] Checks =
    [
        ("duality", "J by values (6) = J by occupancy (7)"),
        ("theorem1_objective", "Theorem 1: J - J_pi = d' delta (19)"),
        ("theorem1_actor_o", "Theorem 1: Actor_o + d(d' delta) = policy gradient"),
        ("theorem1_actor_g", "Theorem 1: Actor_g + d(d' delta') = policy gradient"),
        ("theorem2", "Theorem 2: Upsilon = central differences of d"),
        ("policy_gradient", "(8) = central differences of J"),
        ("theorem3", "Theorem 3: Stackelberg gradient (38) = policy gradient"),
        ("theorem3_semi", "Section 5.2: semi-gradient form (43) = policy gradient"),
        ("fixed_weights", "(38) with D held fixed = Actor_g"),
        ("fixed_weights_semi", "(43) with D held fixed = Actor_g"),
        ("soft_objective", "Appendix C: J_SAC - J_pi_SAC = d' delta_E (85)"),
        ("soft_actor", "Appendix C: (89) + Upsilon delta_E = gradient of J_SAC"),
        ("soft_stackelberg", "Appendix C: (90) = gradient of J_SAC"),
        ("soft_policy_gradient", "gradient of J_SAC = central differences of J_SAC"),
    ];

    private const double Difference = 1e-5;

    protected override void CheckProblem(RandomStream stream)
    {
        Mdp mdp = RandomProblem.Mdp(stream);
        double[] logits = RandomProblem.Vector(stream, mdp.Pairs, 1.5);
        double[] critic = RandomProblem.Vector(stream, mdp.Pairs, 3);
        var evaluation = new PolicyEvaluation(mdp, TabularPolicy.Softmax(mdp, logits));
        var plain = new ExactGradients(evaluation, critic);
        double[] gradient = plain.PolicyGradient();

        Check("duality", [evaluation.PrimalObjective], [evaluation.DualObjective]);
        Check("theorem1_objective", [plain.Objective], [plain.ActorObjective + plain.ObjectiveGap]);
        Check("theorem1_actor_o", gradient, Sum(plain.ActorO(), plain.CorrectionO()));
        Check("theorem1_actor_g", gradient, Sum(plain.ActorG(), plain.CorrectionG()));
        CheckDifferences(mdp, logits, plain);
        Check("theorem3", gradient, StackelbergGradients.Full(evaluation, plain));
        Check("theorem3_semi", gradient, StackelbergGradients.Semi(evaluation, plain));
        Check("fixed_weights", plain.ActorG(), StackelbergGradients.Full(evaluation, plain, differentiateWeights: false));
        Check("fixed_weights_semi", plain.ActorG(), StackelbergGradients.Semi(evaluation, plain, differentiateWeights: false));
        CheckSoft(mdp, logits, critic, evaluation, stream.Uniform(0.05, 2));
    }

    private void CheckDifferences(Mdp mdp, double[] logits, ExactGradients plain)
    {
        double[,] jacobian = plain.OccupancyJacobian();
        double[] numeric = new double[jacobian.Length];
        double[] slope = new double[mdp.Pairs];
        for (int i = 0; i < mdp.Pairs; i++)
        {
            PolicyEvaluation up = Moved(mdp, logits, i, Difference);
            PolicyEvaluation down = Moved(mdp, logits, i, -Difference);
            slope[i] = (up.DualObjective - down.DualObjective) / (2 * Difference);
            for (int j = 0; j < mdp.Pairs; j++)
            {
                numeric[(i * mdp.Pairs) + j] = (up.Occupancy[j] - down.Occupancy[j]) / (2 * Difference);
            }
        }

        Check("theorem2", numeric, [.. jacobian.Cast<double>()]);
        Check("policy_gradient", slope, plain.PolicyGradient());
    }

    private void CheckSoft(Mdp mdp, double[] logits, double[] critic, PolicyEvaluation evaluation, double temperature)
    {
        var soft = new ExactGradients(evaluation, critic, temperature);
        double[] gradient = soft.PolicyGradient();
        double[] slope = new double[mdp.Pairs];
        for (int i = 0; i < mdp.Pairs; i++)
        {
            double up = new ExactGradients(Moved(mdp, logits, i, Difference), critic, temperature).Objective;
            double down = new ExactGradients(Moved(mdp, logits, i, -Difference), critic, temperature).Objective;
            slope[i] = (up - down) / (2 * Difference);
        }

        Check("soft_objective", [soft.PrimalObjective], [soft.ActorObjective + soft.ObjectiveGap]);
        Check("soft_actor", gradient, Sum(soft.ActorG(), soft.CorrectionG()));
        Check("soft_stackelberg", gradient, StackelbergGradients.Full(evaluation, soft));
        Check("soft_policy_gradient", slope, gradient);
    }

    private void Check(string metric, ReadOnlySpan<double> reference, ReadOnlySpan<double> actual) =>
        Record(metric, TensorPrimitives.Distance(reference, actual), Math.Abs(TensorPrimitives.MaxMagnitude(reference)));

    private static PolicyEvaluation Moved(Mdp mdp, double[] logits, int index, double by)
    {
        double[] moved = [.. logits];
        moved[index] += by;
        return new PolicyEvaluation(mdp, TabularPolicy.Softmax(mdp, moved));
    }

    private static double[] Sum(double[] a, double[] b)
    {
        TensorPrimitives.Add(a, b, a);
        return a;
    }
}
