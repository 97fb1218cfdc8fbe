using System.Numerics.Tensors;
using Dyad.Core;

namespace Dyad.Tabular;

/// <summary>
/// The exact quantities of one policy in one MDP (Wen et al. 2021, section 2 and appendix A), from systems with the |S| x |S|
/// matrix I - gamma P_pi, P_pi = Pi P: factorised, or for a learner in many states solved by iteration. Systems with
/// Psi = I - gamma P Pi, of size |S||A|, are reduced to it. The buffers are reused by the next policy. At gamma = 1 the factor
/// 1 - gamma is left out, and the occupancy counts visits.
/// </summary>
public sealed class PolicyEvaluation
{
    // Taxi has 501; from here on a factorisation takes longer than the steps between two rows of metrics.
    private const int LargestFactorized = 512;

    private readonly PolicySystem _system;
    private readonly double[] _stateBuffer;
    private readonly double[] _pairBuffer;
    private readonly double[] _stateValue;
    private readonly double[] _actionValue;
    private readonly double[] _stateOccupancy;
    private readonly double[] _occupancy;

    /// <summary>Room for the policies of an MDP, factorised.</summary>
    /// <exception cref="UserError">The memory is not there.</exception>
    public PolicyEvaluation(Mdp mdp) : this(mdp, new FactorizedSystem(mdp))
    {
    }

    private PolicyEvaluation(Mdp mdp, PolicySystem system)
    {
        _system = system;
        Mdp = mdp;
        Policy = TabularPolicy.Uniform(mdp);
        _stateBuffer = new double[mdp.States];
        _pairBuffer = new double[mdp.Pairs];
        _stateValue = new double[mdp.States];
        _stateOccupancy = new double[mdp.States];
        _actionValue = new double[mdp.Pairs];
        _occupancy = new double[mdp.Pairs];
    }

    /// <summary>The quantities of a policy.</summary>
    /// <exception cref="UserError">The memory is not there, or gamma is 1 and the policy does not terminate surely.</exception>
    /// <exception cref="ArithmeticException">Numbers overflow.</exception>
    public PolicyEvaluation(Mdp mdp, TabularPolicy policy) : this(mdp) => Evaluate(policy);

    /// <summary>Bytes that the matrix of an MDP of as many states takes.</summary>
    public static long Bytes(int states) => FactorizedSystem.Bytes(states);

    /// <summary>
    /// Room for the policies of a learner: where an MDP has many states, its systems are solved by iteration, with time and memory
    /// linear in the transitions.
    /// </summary>
    public static PolicyEvaluation ForLearner(Mdp mdp) => mdp.States > LargestFactorized ? Iterative(mdp) : new PolicyEvaluation(mdp);

    /// <summary>Room for policies whose systems are solved by iteration.</summary>
    internal static PolicyEvaluation Iterative(Mdp mdp) => new(mdp, new IterativeSystem(mdp));

    /// <summary>Has each factorisation tell how much of it is done, from 0 to 1.</summary>
    public void Report(Action<double> progress)
    {
        if (_system is FactorizedSystem factorized)
        {
            factorized.Progress = progress;
        }
    }

    /// <summary>The process.</summary>
    public Mdp Mdp { get; }

    /// <summary>The policy of the last evaluation.</summary>
    public TabularPolicy Policy { get; private set; }

    /// <summary>v_pi, |S| entries.</summary>
    public ReadOnlySpan<double> StateValue => _stateValue;

    /// <summary>q_pi, |S||A| entries.</summary>
    public ReadOnlySpan<double> ActionValue => _actionValue;

    /// <summary>d_S: the discounted occupancy of states; sums to 1 where gamma is less than 1.</summary>
    public ReadOnlySpan<double> StateOccupancy => _stateOccupancy;

    /// <summary>d: the discounted occupancy of state-action pairs (3), |S||A| entries; sums to 1 where gamma is less than 1.</summary>
    public ReadOnlySpan<double> Occupancy => _occupancy;

    /// <summary>The expected discounted return mu0' v_pi, without the factor 1 - gamma of J.</summary>
    public double Return => TensorPrimitives.Dot(Mdp.Initial, _stateValue);

    /// <summary>J in its primal form (6): (1 - gamma) mu0' Pi q_pi.</summary>
    public double PrimalObjective => Mdp.Normalizer * Return;

    /// <summary>J in its dual form (7): d' r.</summary>
    public double DualObjective => TensorPrimitives.Dot(_occupancy, Mdp.Reward);

    /// <summary>Computes the quantities of a policy.</summary>
    /// <exception cref="UserError">gamma is 1, and the policy does not terminate surely.</exception>
    /// <exception cref="ArithmeticException">Numbers overflow.</exception>
    public void Evaluate(TabularPolicy policy)
    {
        Policy = policy;
        if (Mdp.Discount == 1 && Termination.Endless(Mdp, policy) is int state)
        {
            throw new UserError($"gamma is 1, and the policy may go on without end from state {state}: values need it to terminate surely");
        }

        _system.Prepare(policy);

        // v = Pi r + gamma P_pi v;  q = r + gamma P v
        policy.Average(Mdp.Reward, _stateValue);
        _system.Solve(_stateValue);
        DynamicProgramming.Backup(Mdp, _stateValue, _actionValue);

        // d_S = (1 - gamma) mu0 + gamma P_pi' d_S;  d = Pi' d_S
        TensorPrimitives.Multiply(Mdp.Initial, Mdp.Normalizer, _stateOccupancy);
        _system.SolveTransposed(_stateOccupancy);
        policy.Spread(_stateOccupancy, _occupancy);
    }

    /// <summary>Psi x = x - gamma P Pi x, |S||A| entries.</summary>
    public void ApplyPsi(ReadOnlySpan<double> x, Span<double> result)
    {
        Policy.Average(x, _stateBuffer);
        Mdp.ExpectNext(_stateBuffer, _pairBuffer);
        TensorPrimitives.MultiplyAdd(_pairBuffer, -Mdp.Discount, x, result);
    }

    /// <summary>Psi' x = x - gamma Pi' P' x, |S||A| entries.</summary>
    public void ApplyPsiTransposed(ReadOnlySpan<double> x, Span<double> result)
    {
        Mdp.FlowToNext(x, _stateBuffer);
        Policy.Spread(_stateBuffer, _pairBuffer);
        TensorPrimitives.MultiplyAdd(_pairBuffer, -Mdp.Discount, x, result);
    }

    /// <summary>Psi^-1 x, |S||A| entries: with u = Pi y, (I - gamma P_pi) u = Pi x and y = x + gamma P u.</summary>
    public void SolvePsi(ReadOnlySpan<double> x, Span<double> result)
    {
        Policy.Average(x, _stateBuffer);
        _system.Solve(_stateBuffer);
        Mdp.ExpectNext(_stateBuffer, _pairBuffer);
        TensorPrimitives.MultiplyAdd(_pairBuffer, Mdp.Discount, x, result);
    }

    /// <summary>Psi'^-1 x, |S||A| entries: with z = P' y, (I - gamma P_pi') z = P' x and y = x + gamma Pi' z.</summary>
    public void SolvePsiTransposed(ReadOnlySpan<double> x, Span<double> result)
    {
        Mdp.FlowToNext(x, _stateBuffer);
        _system.SolveTransposed(_stateBuffer);
        Policy.Spread(_stateBuffer, _pairBuffer);
        TensorPrimitives.MultiplyAdd(_pairBuffer, Mdp.Discount, x, result);
    }

    /// <summary>
    /// Soft action values at a temperature alpha, 0 at a termination: q = r + gamma P Pi (q - alpha log pi), all future entropy and not the
    /// present one (Wen et al. 2021, below (73)); |S||A| entries.
    /// </summary>
    public double[] SoftActionValue(double temperature)
    {
        // v = Pi (r - alpha log pi) + gamma P_pi v;  q = r + gamma P v
        double[] stateValues = SoftPolicyIteration.SoftStateValue(Mdp, Policy, temperature, Mdp.Reward);
        _system.Solve(stateValues);
        double[] values = new double[Mdp.Pairs];
        DynamicProgramming.Backup(Mdp, stateValues, values);
        return values;
    }
}
