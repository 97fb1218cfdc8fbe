using static Dyad.Tests.Unit.Algorithms.Tabular.TabularReplay;

namespace Dyad.Tests.Unit.Algorithms.Tabular;

/// <summary>Exact quantities of a policy on the replayed task, as sums over time until nothing is left of them.</summary>
internal static class TabularTruth
{
    // 0.8 to this power is 1e-14.
    private const int Horizon = 145;

    /// <summary>pi of logits.</summary>
    public static double[] Softmax(double[] theta) => [.. Enumerable.Range(0, States).SelectMany(s => Policy(theta, s))];

    /// <summary>The policy of the best action in each state, the first of equals.</summary>
    public static double[] Greedy(double[] q) => [.. Enumerable.Range(0, Pairs).Select(i =>
        i % Actions == Enumerable.Range(0, Actions).MaxBy(a => q[(i / Actions * Actions) + a]) ? 1.0 : 0.0)];

    /// <summary>(P v)(s, a).</summary>
    public static double Expect(int pair, double[] stateValues) => Next[pair].Zip(stateValues, (p, v) => p * v).Sum();

    /// <summary>P' y: where state-action weights lead.</summary>
    public static double[] Flow(double[] weights) =>
        [.. Enumerable.Range(0, States).Select(s => Enumerable.Range(0, Pairs).Sum(i => Next[i][s] * weights[i]))];

    /// <summary>Pi x.</summary>
    public static double[] StateMeans(double[] pi, double[] x) =>
        [.. Enumerable.Range(0, States).Select(s => Enumerable.Range(s * Actions, Actions).Sum(i => pi[i] * x[i]))];

    /// <summary>mu0' Pi x.</summary>
    public static double StartMean(double[] pi, double[] x) => StateMeans(pi, x).Zip(Initial, (v, p) => v * p).Sum();

    /// <summary>q_pi.</summary>
    public static double[] ActionValues(double[] pi)
    {
        double[] q = [.. Reward];
        for (int t = 0; t < Horizon; t++)
        {
            double[] mean = StateMeans(pi, q);
            q = [.. Enumerable.Range(0, Pairs).Select(i => Reward[i] + (Gamma * Expect(i, mean)))];
        }

        return q;
    }

    /// <summary>d(s) = (1 - gamma) sum over t of gamma^t Pr(s_t = s).</summary>
    public static double[] Visits(double[] pi) => Visits(pi, Horizon, t => (1 - Gamma) * Math.Pow(Gamma, t));

    /// <summary>The sum over t of weight(t) Pr(s_t = s).</summary>
    public static double[] Visits(double[] pi, int length, Func<int, double> weight)
    {
        double[] at = [.. Initial], visits = new double[States];
        for (int t = 0; t < length; t++)
        {
            double[] now = at;
            visits = [.. visits.Zip(now, (d, p) => d + (weight(t) * p))];
            at = Flow([.. pi.Select((p, i) => now[i / Actions] * p)]);
        }

        return visits;
    }
}
