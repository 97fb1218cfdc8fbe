using Dyad.Tabular;

namespace Dyad.Tests.Unit.Tabular;

/// <summary>
/// The objectives of Wen et al. (2021) as functions of logits theta and critic q, written down from the definitions with
/// dense loops and Gaussian elimination: an oracle that shares no code with the library.
/// </summary>
public sealed class DenseGame(Mdp mdp, double temperature)
{
    private readonly int _actions = mdp.Actions;
    private readonly double[][] _transitions = [.. Enumerable.Range(0, mdp.Pairs).Select(pair => DenseRow(mdp, pair))];

    /// <summary>pi(a|s) of a softmax.</summary>
    public double[] Policy(double[] theta)
    {
        double[] weights = [.. theta.Select(Math.Exp)];
        double[] sums = SumByState(weights);
        return [.. weights.Select((w, pair) => w / sums[pair / _actions])];
    }

    /// <summary>d_theta: the solution of d = (1 - gamma) Pi' mu0 + gamma Pi' P' d (3).</summary>
    public double[] Occupancy(double[] theta)
    {
        double[] policy = Policy(theta);
        double[][] system = [.. Enumerable.Range(0, mdp.States).Select(s => new double[mdp.States])];
        for (int s = 0; s < mdp.States; s++)
        {
            system[s][s] += 1;
        }

        for (int pair = 0; pair < mdp.Pairs; pair++)
        {
            for (int s = 0; s < mdp.States; s++)
            {
                system[s][pair / _actions] -= mdp.Discount * policy[pair] * _transitions[pair][s];
            }
        }

        double[] byState = Solve(system, [.. mdp.Initial.ToArray().Select(p => (1 - mdp.Discount) * p)]);
        return [.. policy.Select((p, pair) => p * byState[pair / _actions])];
    }

    /// <summary>J (7), or J_SAC (73): d' (r - alpha log pi).</summary>
    public double Objective(double[] theta) => Dot(Occupancy(theta), Regularized(theta, mdp.Reward.ToArray()));

    /// <summary>J_pi (10), or (74): (1 - gamma) mu0' Pi (q - alpha log pi).</summary>
    public double ActorObjective(double[] theta, double[] q)
    {
        double[] mean = Average(theta, Regularized(theta, q));
        return (1 - mdp.Discount) * Dot(mdp.Initial.ToArray(), mean);
    }

    /// <summary>delta (13), or delta_E, with the q of the target apart: r + gamma P Pi (target - alpha log pi) - q.</summary>
    public double[] Residual(double[] theta, double[] q, double[] target)
    {
        double[] mean = Average(theta, Regularized(theta, target));
        return [.. q.Select((x, pair) => mdp.Reward[pair] + (mdp.Discount * Dot(_transitions[pair], mean)) - x)];
    }

    /// <summary>J_q (11): half the weighted mean square of the residual.</summary>
    public double CriticObjective(double[] theta, double[] q, double[] target, double[] weights) =>
        0.5 * Dot(weights, [.. Residual(theta, q, target).Select(x => x * x)]);

    public static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>The solution of A x = b by Gauss-Jordan elimination with row exchanges.</summary>
    public static double[] Solve(double[][] matrix, double[] b)
    {
        int n = b.Length;
        double[][] rows = [.. matrix.Select((row, i) => row.Append(b[i]).ToArray())];
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(rows[i][k]));
            (rows[k], rows[pivot]) = (rows[pivot], rows[k]);
            for (int i = 0; i < n; i++)
            {
                double factor = i == k ? 0 : rows[i][k] / rows[k][k];
                for (int j = k; j <= n; j++)
                {
                    rows[i][j] -= factor * rows[k][j];
                }
            }
        }

        return [.. rows.Select((row, i) => row[n] / row[i])];
    }

    private static double[] DenseRow(Mdp mdp, int pair)
    {
        double[] row = new double[mdp.States];
        for (int k = 0; k < mdp.NextStates(pair).Length; k++)
        {
            row[mdp.NextStates(pair)[k]] += mdp.NextProbabilities(pair)[k];
        }

        return row;
    }

    // Without entropy in a state that no action leaves and that pays nothing.
    private double[] Regularized(double[] theta, double[] values)
    {
        double[] policy = Policy(theta);
        return [.. values.Select((x, pair) => IsTermination(pair / _actions) ? x : x - (temperature * Math.Log(policy[pair])))];
    }

    private bool IsTermination(int state) => Enumerable.Range(state * _actions, _actions)
        .All(pair => mdp.Reward[pair] == 0 && _transitions[pair][state] == 1);

    private double[] Average(double[] theta, double[] values) => SumByState([.. values.Zip(Policy(theta), (x, p) => x * p)]);

    private double[] SumByState(double[] pairValues) => [.. pairValues.Chunk(_actions).Select(row => row.Sum())];
}
