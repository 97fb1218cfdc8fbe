using System.Numerics.Tensors;
using Dyad.Core;

namespace Dyad.Tabular;

/// <summary>
/// Soft policy iteration at a temperature alpha (lecture on soft actor-critic, section 5.1): soft evaluation by the backup
/// (2)-(3), improvement by the information projection (4) onto a family of policies, and their repetition. A termination has no
/// entropy, so its values are 0.
/// </summary>
public sealed class SoftPolicyIteration
{
    private readonly Mdp _mdp;
    private readonly PolicyFamily _family;
    private readonly PolicyEvaluation _evaluation;

    /// <summary>An iteration that starts from the given policy, projected nowhere.</summary>
    /// <param name="mdp">The process.</param>
    /// <param name="temperature">alpha, positive.</param>
    /// <param name="family">The family Pi; all policies if null.</param>
    /// <param name="start">First policy, a member of the family; uniform if null.</param>
    /// <param name="room">Room for evaluations; made where null.</param>
    /// <exception cref="UserError">gamma is 1, and the first policy does not terminate surely.</exception>
    public SoftPolicyIteration(
        Mdp mdp, double temperature, PolicyFamily? family = null, TabularPolicy? start = null, PolicyEvaluation? room = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        _mdp = mdp;
        Temperature = temperature;
        _family = family ?? PolicyFamily.All;
        _evaluation = room ?? new PolicyEvaluation(mdp);
        Policy = TabularPolicy.Uniform(mdp);
        if (start is not null)
        {
            Policy.CopyFrom(start.Probabilities);
        }

        Evaluate();
    }

    /// <summary>alpha.</summary>
    public double Temperature { get; }

    /// <summary>The present policy.</summary>
    public TabularPolicy Policy { get; }

    /// <summary>Its soft action values (present entropy excluded), |S||A| entries.</summary>
    public double[] ActionValue { get; private set; } = [];

    /// <summary>Its soft state values (3): Pi (q - alpha log pi), |S| entries.</summary>
    public double[] StateValue { get; private set; } = [];

    /// <summary>Improvements done.</summary>
    public int Iterations { get; private set; }

    /// <summary>
    /// One application of the soft Bellman backup (2): r + gamma P Pi (q - alpha log pi), a gamma-contraction in the largest
    /// norm (lemma 1).
    /// </summary>
    /// <param name="mdp">The process.</param>
    /// <param name="policy">pi.</param>
    /// <param name="temperature">alpha.</param>
    /// <param name="actionValue">q, |S||A| entries.</param>
    /// <param name="result">Receives |S||A| entries.</param>
    public static void Backup(
        Mdp mdp, TabularPolicy policy, double temperature, ReadOnlySpan<double> actionValue, Span<double> result)
    {
        DynamicProgramming.Backup(mdp, SoftStateValue(mdp, policy, temperature, actionValue), result);
    }

    /// <summary>Soft state values (3) of action values: Pi (q - alpha log pi), |S| entries.</summary>
    public static double[] SoftStateValue(Mdp mdp, TabularPolicy policy, double temperature, ReadOnlySpan<double> actionValue)
    {
        double[] values = policy.LogProbabilities(mdp);
        TensorPrimitives.MultiplyAdd(values, -temperature, actionValue, values);
        double[] result = new double[mdp.States];
        policy.Average(values, result);
        return result;
    }

    /// <summary>
    /// One improvement (4) and the exact evaluation of the new policy. By lemma 2 no soft action value decreases.
    /// </summary>
    /// <returns>The largest change of a probability.</returns>
    public double Improve()
    {
        double[] improved = new double[_mdp.Pairs];
        double change = 0;
        double[] target = new double[_mdp.Actions];
        for (int s = 0; s < _mdp.States; s++)
        {
            Span<double> row = improved.AsSpan(s * _mdp.Actions, _mdp.Actions);
            Boltzmann(ActionValue.AsSpan(s * _mdp.Actions, _mdp.Actions), Temperature, target);
            _family.Project(target, row);
            for (int a = 0; a < row.Length; a++)
            {
                change = Math.Max(change, Math.Abs(row[a] - Policy.At(s)[a]));
            }
        }

        Policy.CopyFrom(improved);
        Iterations++;
        Evaluate();
        return change;
    }

    /// <summary>
    /// The optimal policy of the family (lemma 3): improvement until the policy stands still. The iteration is Newton's method
    /// on the soft optimality equation, so few improvements are enough.
    /// </summary>
    /// <param name="mdp">The process.</param>
    /// <param name="temperature">alpha, positive.</param>
    /// <param name="family">The family Pi; all policies if null.</param>
    /// <param name="tolerance">Largest change of a probability with which the policy stands still.</param>
    /// <param name="room">Room for evaluations; made where null.</param>
    /// <exception cref="UserError">gamma is 1, and not every policy terminates.</exception>
    public static OptimalSolution Solve(
        Mdp mdp, double temperature, PolicyFamily? family = null, double tolerance = 1e-12, PolicyEvaluation? room = null)
    {
        DynamicProgramming.RequireTermination(mdp);
        var iteration = new SoftPolicyIteration(mdp, temperature, family, room: room);
        const int largest = 1000;
        while (iteration.Improve() > tolerance && iteration.Iterations < largest)
        {
        }

        return new OptimalSolution(iteration.Policy, iteration.StateValue, iteration.ActionValue, iteration.Iterations);
    }

    private static void Boltzmann(ReadOnlySpan<double> values, double temperature, Span<double> result)
    {
        double largest = TensorPrimitives.Max(values);
        for (int a = 0; a < values.Length; a++)
        {
            result[a] = Math.Exp((values[a] - largest) / temperature);
        }

        TensorPrimitives.Divide(result, TensorPrimitives.Sum<double>(result), result);
    }

    private void Evaluate()
    {
        _evaluation.Evaluate(Policy);
        ActionValue = _evaluation.SoftActionValue(Temperature);
        StateValue = SoftStateValue(_mdp, Policy, Temperature, ActionValue);
    }
}
