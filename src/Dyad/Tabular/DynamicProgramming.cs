using System.Numerics.Tensors;
using Dyad.Core;

namespace Dyad.Tabular;

/// <summary>An optimal policy with its values.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="StateValue">Its state values (soft ones at a temperature), |S| entries.</param>
/// <param name="ActionValue">Its action values, |S||A| entries.</param>
/// <param name="Iterations">Policy improvements until nothing changed.</param>
public sealed record OptimalSolution(TabularPolicy Policy, double[] StateValue, double[] ActionValue, int Iterations);

/// <summary>Dynamic programming with a known model (Puterman 2014, chapter 6).</summary>
public static class DynamicProgramming
{
    private const int WarmSweeps = 50;
    private const int LargestIterations = 10_000;

    /// <summary>One sweep of value iteration: v(s) becomes max_a r + gamma P v.</summary>
    /// <param name="mdp">The process.</param>
    /// <param name="stateValue">v, |S| entries, changed in place.</param>
    /// <param name="actionValue">Receives r + gamma P v of the old v, |S||A| entries.</param>
    /// <returns>The largest change.</returns>
    public static double ValueSweep(Mdp mdp, Span<double> stateValue, Span<double> actionValue)
    {
        Backup(mdp, stateValue, actionValue);
        double change = 0;
        for (int s = 0; s < mdp.States; s++)
        {
            double best = TensorPrimitives.Max(actionValue.Slice(s * mdp.Actions, mdp.Actions));
            change = Math.Max(change, Math.Abs(best - stateValue[s]));
            stateValue[s] = best;
        }

        return change;
    }

    /// <summary>Value iteration until v is within the tolerance of the optimum in the largest norm.</summary>
    /// <returns>v*, |S| entries, and the number of sweeps.</returns>
    /// <exception cref="UserError">gamma is 1, and not every policy terminates.</exception>
    public static (double[] StateValue, int Sweeps) ValueIteration(Mdp mdp, double tolerance)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tolerance);
        double[] stateValue = new double[mdp.States];
        double[] actionValue = new double[mdp.Pairs];
        int sweeps = 0;

        // ||v - v*|| <= gamma / (1 - gamma) times the last change; at gamma = 1 the longest expected episode stands for 1 / (1 - gamma).
        double rest = mdp.Discount < 1 ? 1 - mdp.Discount : 1 / LongestEpisode(mdp);
        double change;
        do
        {
            change = ValueSweep(mdp, stateValue, actionValue);
            sweeps++;
        }
        while (mdp.Discount * change > tolerance * rest);
        return (stateValue, sweeps);
    }

    /// <summary>
    /// Policy iteration with exact evaluation: the last row of table 1 in Wen et al. (2021), exact to rounding. A few sweeps of
    /// value iteration choose the first policy, which saves factorisations.
    /// </summary>
    /// <param name="mdp">The process.</param>
    /// <param name="room">Room for evaluations; made where null.</param>
    /// <exception cref="UserError">gamma is 1, and not every policy terminates.</exception>
    public static OptimalSolution PolicyIteration(Mdp mdp, PolicyEvaluation? room = null)
    {
        RequireTermination(mdp);
        double[] stateValue = new double[mdp.States];
        double[] actionValue = new double[mdp.Pairs];
        for (int sweep = 0; sweep < WarmSweeps; sweep++)
        {
            ValueSweep(mdp, stateValue, actionValue);
        }

        PolicyEvaluation evaluation = room ?? new PolicyEvaluation(mdp);
        var policy = TabularPolicy.Greedy(mdp, actionValue);
        evaluation.Evaluate(policy);
        int iterations = 1;
        while (Improve(mdp, policy, evaluation.ActionValue) && iterations < LargestIterations)
        {
            evaluation.Evaluate(policy);
            iterations++;
        }

        return new OptimalSolution(policy, evaluation.StateValue.ToArray(), evaluation.ActionValue.ToArray(), iterations);
    }

    /// <summary>The Q-learning target (17) of action values q: r + gamma P max_a q, |S||A| entries both.</summary>
    public static double[] QLearningTarget(Mdp mdp, ReadOnlySpan<double> actionValue)
    {
        double[] best = new double[mdp.States];
        for (int s = 0; s < mdp.States; s++)
        {
            best[s] = TensorPrimitives.Max(actionValue.Slice(s * mdp.Actions, mdp.Actions));
        }

        double[] target = new double[mdp.Pairs];
        Backup(mdp, best, target);
        return target;
    }

    /// <summary>r + gamma P v, |S| entries to |S||A|.</summary>
    public static void Backup(Mdp mdp, ReadOnlySpan<double> stateValue, Span<double> result)
    {
        mdp.ExpectNext(stateValue, result);
        TensorPrimitives.MultiplyAdd(result, mdp.Discount, mdp.Reward, result);
    }

    /// <summary>Refuses gamma = 1 where some policy does not terminate: the optimum may then be that of no policy, or infinite.</summary>
    internal static void RequireTermination(Mdp mdp)
    {
        if (mdp.Discount == 1 && Termination.Avoidable(mdp) is int state)
        {
            throw new UserError(
                $"gamma is 1, and a policy may go on without end from state {state}: optimal values need every policy to terminate surely");
        }
    }

    // The largest expected number of steps to a termination, over states and policies.
    private static double LongestEpisode(Mdp mdp)
    {
        double[] steps = new double[mdp.Pairs];
        Array.Fill(steps, 1);
        foreach (int s in mdp.TerminalStates)
        {
            Array.Clear(steps, s * mdp.Actions, mdp.Actions);
        }

        return Math.Max(1, TensorPrimitives.Max<double>(PolicyIteration(mdp.WithRewards(steps)).StateValue));
    }

    // Greedy improvement that leaves an action alone unless another is better by more than rounding, so that ties end.
    private static bool Improve(Mdp mdp, TabularPolicy policy, ReadOnlySpan<double> actionValue)
    {
        double[] preferred = actionValue.ToArray();
        double margin = 1e-12 * Math.Max(1, Math.Abs(TensorPrimitives.MaxMagnitude(actionValue)));
        for (int i = 0; i < preferred.Length; i++)
        {
            preferred[i] += policy.Probabilities[i] > 0 ? margin : 0;
        }

        return policy.SetGreedy(preferred);
    }
}
