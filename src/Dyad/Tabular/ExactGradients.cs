using System.Numerics.Tensors;

namespace Dyad.Tabular;

/// <summary>
/// The actor-critic game of a policy pi_theta (softmax over logits) and any critic q, exactly: the objectives of both players,
/// their gradients, and how far each actor gradient is from the policy gradient (Wen et al. 2021, sections 3 and 4).
/// <para>
/// With a temperature alpha &gt; 0 these are the entropy-regularised counterparts of appendix C. Both come from the same
/// formulas with the critic q replaced by q - alpha log pi under the mean over actions, because
/// sum_a pi d log pi / d theta = 0; the score terms of (80) and (88) have zero mean and do not appear here.
/// </para>
/// A termination has no entropy: the term alpha log pi is absent there. At gamma = 1 the factor 1 - gamma is left out everywhere.
/// All gradients are in the logits, |S||A| entries, and of objectives that carry the factor 1 - gamma, as in the paper.
/// </summary>
public sealed class ExactGradients
{
    private readonly Mdp _mdp;
    private readonly TabularPolicy _policy;
    private readonly PolicyEvaluation _evaluation;
    private readonly double[] _critic;

    // q - alpha log pi: what the actor averages over its actions.
    private readonly double[] _regularizedCritic;
    private readonly double[] _residual;

    /// <summary>The game at a policy and a critic.</summary>
    /// <param name="evaluation">The policy's exact quantities; must stay at this policy.</param>
    /// <param name="critic">q_phi, |S||A| entries.</param>
    /// <param name="temperature">alpha, weight of the entropy; 0 for the plain objective.</param>
    public ExactGradients(PolicyEvaluation evaluation, ReadOnlySpan<double> critic, double temperature = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(temperature);
        _evaluation = evaluation;
        _mdp = evaluation.Mdp;
        _policy = evaluation.Policy;
        _critic = critic.ToArray();
        Temperature = temperature;
        _regularizedCritic = Regularized(_critic);

        // delta = r + gamma P Pi (q - alpha log pi) - q
        double[] next = new double[_mdp.States];
        _policy.Average(_regularizedCritic, next);
        _residual = new double[_mdp.Pairs];
        DynamicProgramming.Backup(_mdp, next, _residual);
        TensorPrimitives.Subtract(_residual, _critic, _residual);
    }

    /// <summary>alpha.</summary>
    public double Temperature { get; }

    /// <summary>The residual of the critic: delta (13), or delta_E with the entropy of the next state (below (82)).</summary>
    public ReadOnlySpan<double> Residual => _residual;

    /// <summary>The policy's objective: J = d' r (7), or J_SAC = d' (r - alpha log pi) (73).</summary>
    public double Objective => TensorPrimitives.Dot(_evaluation.Occupancy, Regularized(_mdp.Reward));

    /// <summary>The same in its primal form: (1 - gamma) mu0' Pi q_pi (6), or (72).</summary>
    public double PrimalObjective => StartObjective(Regularized(TrueActionValue()));

    /// <summary>The actor's objective J_pi = (1 - gamma) mu0' Pi q (10), or (74).</summary>
    public double ActorObjective => StartObjective(_regularizedCritic);

    /// <summary>The gap between the two, J - J_pi = d' delta: (19), or (85).</summary>
    public double ObjectiveGap => TensorPrimitives.Dot(_evaluation.Occupancy, _residual);

    /// <summary>The critic's objective J_q = 1/2 ||delta||^2 weighted by the occupancy d_theta (11), or (75).</summary>
    public double CriticObjective
    {
        get
        {
            double sum = 0;
            for (int i = 0; i < _residual.Length; i++)
            {
                sum += _evaluation.Occupancy[i] * _residual[i] * _residual[i];
            }

            return 0.5 * sum;
        }
    }

    /// <summary>The policy gradient (8): H Delta(Xi' d_S) q_pi. At a temperature, the gradient of J_SAC.</summary>
    public double[] PolicyGradient() => StateWeighted(_evaluation.StateOccupancy, Regularized(TrueActionValue()));

    /// <summary>Actor_g (9), (25): H Delta(Xi' d_S) q. At a temperature, (89).</summary>
    public double[] ActorG() => StateWeighted(_evaluation.StateOccupancy, _regularizedCritic);

    /// <summary>Actor_o (12): (1 - gamma) H Delta(Xi' mu0) q. At a temperature, (79).</summary>
    public double[] ActorO() => Scaled(StateWeighted(_mdp.Initial, _regularizedCritic), _mdp.Normalizer);

    /// <summary>What Actor_g lacks: Upsilon delta = d_theta(d' delta') with delta' held fixed (theorem 1, (29)).</summary>
    public double[] CorrectionG() => OccupancyDerivative(_residual);

    /// <summary>
    /// What Actor_o lacks: d_theta(d' delta) with both factors differentiated (theorem 1): Upsilon delta plus the derivative
    /// through delta (22).
    /// </summary>
    public double[] CorrectionO()
    {
        double[] result = CorrectionG();
        AddResidualDerivative(_evaluation.Occupancy, result);
        return result;
    }

    /// <summary>Gradient of the Bellman residual in a directly parametrised critic: -Psi' D delta (13).</summary>
    /// <param name="weights">The diagonal of D, |S||A| entries.</param>
    public double[] BellmanResidualGradient(ReadOnlySpan<double> weights)
    {
        double[] result = SemiGradient(weights);
        _evaluation.ApplyPsiTransposed((double[])result.Clone(), result);
        return result;
    }

    /// <summary>Semi-gradient of the critic's objective, the target held fixed: -D delta (18).</summary>
    /// <param name="weights">The diagonal of D, |S||A| entries.</param>
    public double[] SemiGradient(ReadOnlySpan<double> weights)
    {
        double[] result = new double[_mdp.Pairs];
        TensorPrimitives.Multiply(weights, _residual, result);
        TensorPrimitives.Negate(result, result);
        return result;
    }

    /// <summary>
    /// Upsilon x for any x: the derivative of d_theta' x in the logits with x held fixed. By theorem 2,
    /// Upsilon = H Delta(Xi' d_S) Psi^-1.
    /// </summary>
    public double[] OccupancyDerivative(ReadOnlySpan<double> x)
    {
        double[] solved = new double[_mdp.Pairs];
        _evaluation.SolvePsi(x, solved);
        return StateWeighted(_evaluation.StateOccupancy, solved);
    }

    /// <summary>
    /// Upsilon of theorem 2 as a matrix: row i holds the derivative of d(s, a) in logit i. Memory is |S|^2 |A|^2 numbers.
    /// </summary>
    public double[,] OccupancyJacobian()
    {
        int n = _mdp.Pairs;
        double[,] jacobian = new double[n, n];
        double[] unit = new double[n];
        for (int column = 0; column < n; column++)
        {
            unit[column] = 1;
            double[] derivative = OccupancyDerivative(unit);
            unit[column] = 0;
            for (int i = 0; i < n; i++)
            {
                jacobian[i, column] = derivative[i];
            }
        }

        return jacobian;
    }

    /// <summary>
    /// Adds the derivative of weights' delta_theta in the logits with the weights held fixed: gamma H Delta(Xi' P' weights)
    /// (q - alpha log pi), as in (22) and (87).
    /// </summary>
    internal void AddResidualDerivative(ReadOnlySpan<double> weights, Span<double> result)
    {
        double[] flow = new double[_mdp.States];
        _mdp.FlowToNext(weights, flow);
        TensorPrimitives.Multiply(flow, _mdp.Discount, flow);
        _policy.AddGradient(flow, _regularizedCritic, result);
    }

    private double[] TrueActionValue() =>
        Temperature == 0 ? _evaluation.ActionValue.ToArray() : _evaluation.SoftActionValue(Temperature);

    private double[] Regularized(ReadOnlySpan<double> pairValues)
    {
        double[] result = pairValues.ToArray();
        if (Temperature > 0)
        {
            TensorPrimitives.MultiplyAdd(_policy.LogProbabilities(_mdp), -Temperature, result, result);
        }

        return result;
    }

    private double StartObjective(ReadOnlySpan<double> pairValues)
    {
        double[] byState = new double[_mdp.States];
        _policy.Average(pairValues, byState);
        return _mdp.Normalizer * TensorPrimitives.Dot(_mdp.Initial, byState);
    }

    private double[] StateWeighted(ReadOnlySpan<double> stateWeights, ReadOnlySpan<double> pairValues)
    {
        double[] result = new double[_mdp.Pairs];
        _policy.AddGradient(stateWeights, pairValues, result);
        return result;
    }

    private static double[] Scaled(double[] values, double factor)
    {
        TensorPrimitives.Multiply(values, factor, values);
        return values;
    }
}
