using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Algorithms.Tabular;

/// <summary>
/// A task without terminal states, and what a learner's equations need to be replayed on it: episodes from the streams that the
/// learner's are split from, probabilities, scores. Written without the library but for its random numbers.
/// </summary>
internal sealed class TabularReplay
{
    public const int States = 4, Actions = 3, Pairs = States * Actions, Seed = 17;
    public const double Gamma = 0.8;

    public static readonly double[] Initial = [0.6, 0.3, 0.1, 0];

    // Mostly negative: actions that were not tried yet are then the best, and more than one.
    public static readonly double[] Reward = [0.3, -1.1, -0.7, -2.0, 0.1, -0.4, -0.9, -1.3, 0.5, -0.2, -1.7, -1.1];

    /// <summary>P, pairs x states; no entry is 0 and no two rows are alike.</summary>
    public static readonly double[][] Next = [.. Enumerable.Range(0, Pairs).Select(pair =>
    {
        double[] row = [.. Enumerable.Range(0, States).Select(s => 1.0 + ((7 * pair) + (5 * s * (pair + 2))) % 11)];
        return row.Select(x => x / row.Sum()).ToArray();
    })];

    private readonly RandomStream _environment = new RandomStream(Seed).Split("environment");
    private readonly RandomStream _actions = new RandomStream(Seed).Split("actions");

    /// <summary>Draws of an update, beside those of the episode.</summary>
    public RandomStream Draws { get; } = new RandomStream(Seed).Split("replay");

    /// <summary>Draws of actions.</summary>
    public RandomStream ActionDraws => _actions;

    /// <summary>The task.</summary>
    public static Mdp Mdp { get; } = new(
        Reward, [.. Next.Select(row => row.Select((p, s) => (s, p)).ToArray())], Initial, Gamma);

    /// <summary>A learner by its name and options: the one place where learners are made.</summary>
    public static IIterative Learner(string name, params (string Name, string Value)[] options) =>
        MethodCatalog.Tabular(name).With(options).Create(Mdp, new RandomStream(Seed));

    /// <summary>A start state.</summary>
    public int Reset() => _environment.Categorical(Initial);

    /// <summary>The state after (s, a).</summary>
    public int Move(int s, int a) => _environment.Categorical(Next[(s * Actions) + a]);

    /// <summary>s_0 .. s_T, a_0 .. a_T and r_0 .. r_{T-1} under the softmax of theta.</summary>
    public (int[] S, int[] A, double[] R) Episode(double[] theta, int length)
    {
        int[] s = new int[length + 1], a = new int[length + 1];
        double[] r = new double[length];
        s[0] = Reset();
        for (int t = 0; t <= length; t++)
        {
            a[t] = _actions.Categorical(Policy(theta, s[t]));
            if (t < length)
            {
                r[t] = Reward[(s[t] * Actions) + a[t]];
                s[t + 1] = Move(s[t], a[t]);
            }
        }

        return (s, a, r);
    }

    /// <summary>pi(.|s).</summary>
    public static double[] Policy(double[] theta, int s)
    {
        double[] x = [.. Enumerable.Range(0, Actions).Select(a => Math.Exp(theta[(s * Actions) + a]))];
        return [.. x.Select(y => y / x.Sum())];
    }

    /// <summary>Adds weight d log pi(a|s) / d theta.</summary>
    public static void AddScore(double[] gradient, double[] theta, int s, int a, double weight)
    {
        double[] pi = Policy(theta, s);
        for (int b = 0; b < Actions; b++)
        {
            gradient[(s * Actions) + b] += weight * ((a == b ? 1 : 0) - pi[b]);
        }
    }

    /// <summary>Adds weight sum_a x(s, a) d pi(a|s) / d theta.</summary>
    public static void AddMeanScore(double[] gradient, double[] theta, int s, double[] x, double weight)
    {
        double[] pi = Policy(theta, s);
        for (int a = 0; a < Actions; a++)
        {
            AddScore(gradient, theta, s, a, weight * pi[a] * x[(s * Actions) + a]);
        }
    }
}
