namespace Dyad.Tests.Unit.Tabular;

/// <summary>
/// The Stackelberg gradients of Wen et al. (2021) built from their definitions: every derivative a difference quotient of the
/// players' objectives, the follower's Hessian inverted as a dense matrix.
/// </summary>
public static class DenseStackelberg
{
    /// <summary>(38): d_theta J_pi - (d_theta d_q J_q)' (d_q^2 J_q + damping I)^-1 d_q J_pi.</summary>
    public static double[] Full(DenseGame game, double[] theta, double[] q, double damping, bool differentiateWeights)
    {
        double[] here = game.Occupancy(theta);
        double[] Weights(double[] t) => differentiateWeights ? game.Occupancy(t) : here;
        Func<double[], double> Cost(double[] t)
        {
            double[] weights = Weights(t);
            return x => game.CriticObjective(t, x, x, weights);
        }

        return Combine(
            Differences.Gradient(t => game.ActorObjective(t, q), theta),
            Differences.Jacobian(t => Differences.QuadraticGradient(Cost(t), q), theta),
            Differences.QuadraticHessian(Cost(theta), q),
            Differences.QuadraticGradient(x => game.ActorObjective(theta, x), q),
            damping);
    }

    /// <summary>
    /// (43): the same with the critic in the target held fixed, and with the semi-derivative of J_pi (42), which is d_theta.
    /// </summary>
    public static double[] Semi(DenseGame game, double[] theta, double[] q, double damping, bool differentiateWeights)
    {
        double[] here = game.Occupancy(theta);
        double[] Weights(double[] t) => differentiateWeights ? game.Occupancy(t) : here;
        Func<double[], double> Cost(double[] t)
        {
            double[] weights = Weights(t);
            return x => game.CriticObjective(t, x, q, weights);
        }

        return Combine(
            Differences.Gradient(t => game.ActorObjective(t, q), theta),
            Differences.Jacobian(t => Differences.QuadraticGradient(Cost(t), q), theta),
            Differences.QuadraticHessian(Cost(theta), q),
            here,
            damping);
    }

    private static double[] Combine(
        double[] leader, double[][] coupling, double[][] hessian, double[] leaderInCritic, double damping)
    {
        for (int i = 0; i < hessian.Length; i++)
        {
            hessian[i][i] += damping;
        }

        double[] x = DenseGame.Solve(hessian, leaderInCritic);
        return [.. leader.Zip(coupling, (direct, row) => direct - DenseGame.Dot(row, x))];
    }
}
