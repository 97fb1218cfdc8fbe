using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Tabular;

/// <summary>
/// The Stackelberg gradient of the actor as leader and a directly parametrised critic as follower (Wen et al. 2021, section 5),
/// computed from its definition rather than from theorem 3, so that the theorem can be checked against it. The critic's loss
/// is weighted by D = Delta(d_theta).
/// <para>
/// <c>differentiateWeights</c> says whether D_theta is differentiated through theta, as the theorem needs, or held fixed, as
/// every estimate from samples does; then both forms are exactly Actor_g. At a temperature, the forms of appendix C.2.
/// </para>
/// <para>
/// At gamma = 1 theorem 3 holds for the semi-gradient form alone: the full one needs Psi^-1 1 = 1 / (1 - gamma), and there it is
/// the expected number of steps to the end, which depends on the policy.
/// </para>
/// </summary>
public static class StackelbergGradients
{
    // The damped full form needs a dense |S||A| x |S||A| system.
    private const int LargestDenseSystem = 4096;

    /// <summary>
    /// g_S (38), (90): d_theta J_pi - (d_theta d_q J_q)' (Psi' D Psi + damping I)^-1 d_q J_pi.
    /// </summary>
    /// <param name="evaluation">The policy's exact quantities; every occupancy must be positive if damping is 0.</param>
    /// <param name="gradients">The game at the policy and the critic.</param>
    /// <param name="damping">eta of the regularised follower's Hessian.</param>
    /// <param name="differentiateWeights">Whether D is differentiated through theta.</param>
    /// <exception cref="UserError">The follower's Hessian is singular, or the damped system is too large.</exception>
    public static double[] Full(
        PolicyEvaluation evaluation, ExactGradients gradients, double damping = 0, bool differentiateWeights = true)
    {
        Mdp mdp = evaluation.Mdp;
        ReadOnlySpan<double> d = evaluation.Occupancy;
        double[] x = SolveHessian(evaluation, damping);

        // With x held fixed, -(d_theta d_q J_q)' x is the derivative of x' Psi' D delta = (Psi x)' D delta, a product of three
        // factors that depend on theta: y = Psi x, d, and delta.
        double[] y = new double[mdp.Pairs];
        evaluation.ApplyPsi(x, y);
        double[] result = gradients.ActorO();

        double[] weights = new double[mdp.Pairs];
        TensorPrimitives.Multiply(d, y, weights);
        gradients.AddResidualDerivative(weights, result);

        // d_theta Psi x = -gamma P (d_theta Pi) x
        TensorPrimitives.Multiply(d, gradients.Residual, weights);
        double[] flow = new double[mdp.States];
        mdp.FlowToNext(weights, flow);
        TensorPrimitives.Multiply(flow, -mdp.Discount, flow);
        evaluation.Policy.AddGradient(flow, x, result);

        return differentiateWeights ? WithWeightDerivative(gradients, y, result) : result;
    }

    /// <summary>
    /// g_S with the critic's semi-gradient (43): d_theta J_pi - (d_theta d_q^semi J_q)' (D + damping I)^-1 d_theta, where the
    /// last factor is the semi-derivative of J_pi (42).
    /// </summary>
    /// <inheritdoc cref="Full"/>
    public static double[] Semi(
        PolicyEvaluation evaluation, ExactGradients gradients, double damping = 0, bool differentiateWeights = true)
    {
        ReadOnlySpan<double> d = evaluation.Occupancy;
        RequireFullSupport(evaluation, damping);
        double[] x = new double[d.Length];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = d[i] / (d[i] + damping);
        }

        double[] weights = new double[d.Length];
        TensorPrimitives.Multiply(d, x, weights);
        double[] result = gradients.ActorO();
        gradients.AddResidualDerivative(weights, result);
        return differentiateWeights ? WithWeightDerivative(gradients, x, result) : result;
    }

    /// <summary>
    /// A state-action pair that is never visited, with which the follower's Hessian is singular unless it is damped; null where
    /// each is visited.
    /// </summary>
    public static (int State, int Action)? NeverVisited(PolicyEvaluation evaluation)
    {
        int zero = evaluation.Occupancy.IndexOf(0.0);
        return zero < 0 ? null : (zero / evaluation.Mdp.Actions, zero % evaluation.Mdp.Actions);
    }

    // Adds the derivative of d_theta' (y * delta) through d_theta alone: Upsilon (y * delta).
    private static double[] WithWeightDerivative(ExactGradients gradients, double[] y, double[] result)
    {
        TensorPrimitives.Multiply(y, gradients.Residual, y);
        TensorPrimitives.Add(result, gradients.OccupancyDerivative(y), result);
        return result;
    }

    // (Psi' D Psi + damping I)^-1 d_q J_pi, with d_q J_pi = (1 - gamma) Pi' mu0 (58).
    private static double[] SolveHessian(PolicyEvaluation evaluation, double damping)
    {
        Mdp mdp = evaluation.Mdp;
        RequireFullSupport(evaluation, damping);
        double[] x = new double[mdp.Pairs];
        evaluation.Policy.Spread(mdp.Initial, x);
        TensorPrimitives.Multiply(x, mdp.Normalizer, x);
        if (damping == 0)
        {
            double[] solved = new double[mdp.Pairs];
            evaluation.SolvePsiTransposed(x, solved);
            TensorPrimitives.Divide(solved, evaluation.Occupancy, solved);
            evaluation.SolvePsi(solved, x);
            return x;
        }

        if (mdp.Pairs > LargestDenseSystem)
        {
            throw new UserError(
                $"the damped Stackelberg gradient needs a dense system of {mdp.Pairs} state-action pairs; at most {LargestDenseSystem} are taken");
        }

        var factorization = new LuFactorization(mdp.Pairs);
        factorization.Factor(DampedHessian(evaluation, damping));
        factorization.Solve(x);
        return x;
    }

    private static double[] DampedHessian(PolicyEvaluation evaluation, double damping)
    {
        int n = evaluation.Mdp.Pairs;
        double[] hessian = new double[n * n];
        double[] unit = new double[n];
        double[] product = new double[n];
        for (int column = 0; column < n; column++)
        {
            unit[column] = 1;
            evaluation.ApplyPsi(unit, product);
            unit[column] = 0;
            TensorPrimitives.Multiply(product, evaluation.Occupancy, product);

            // Symmetric: a column is a row.
            Span<double> row = hessian.AsSpan(column * n, n);
            evaluation.ApplyPsiTransposed(product, row);
            row[column] += damping;
        }

        return hessian;
    }

    private static void RequireFullSupport(PolicyEvaluation evaluation, double damping)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(damping);
        if (damping == 0 && NeverVisited(evaluation) is var (state, action))
        {
            throw new UserError(
                $"state {state}, action {action} is never visited, so the follower's Hessian is singular: "
                + "give a positive damping, or a policy and an initial distribution of full support");
        }
    }
}
