using Dyad.Numerics;
using Dyad.Tabular;
using Xunit.Sdk;

namespace Dyad.Tests.Unit.Tabular;

/// <summary>A random MDP with a random policy and critic: a pure function of its seed. One in three may have a termination.</summary>
public sealed class RandomMdp
{
    private RandomMdp(int seed, bool fullSupport, bool terminations)
    {
        Random = new RandomStream(seed);
        int states = 2 + Random.Index(6);
        int actions = 2 + Random.Index(3);
        double discount = Random.Index(8) == 0 ? 0 : Random.Uniform(0, 0.97);
        bool sparse = Random.Index(2) == 0;
        var rows = new List<(int, double)>[states * actions];
        for (int pair = 0; pair < rows.Length; pair++)
        {
            double[] row = Distribution(states, sparse ? 1 + Random.Index(2) : states);
            rows[pair] = [.. row.Select((p, next) => (next, p)).Where(entry => entry.p > 0)];
        }

        double[] initial = Distribution(states, !fullSupport && Random.Index(2) == 0 ? 1 : states);
        double[] rewards = Vector(rows.Length, 1);
        if (terminations && seed % 3 == 0)
        {
            // The last state is a termination.
            Array.Fill(rows, [(states - 1, 1.0)], rows.Length - actions, actions);
            Array.Clear(rewards, rows.Length - actions, actions);
        }

        Mdp = new Mdp(rewards, rows, initial, discount);
        Logits = Vector(rows.Length, 2);
        Critic = Vector(rows.Length, 3);
        Policy = TabularPolicy.Softmax(Mdp, Logits);
        Evaluation = new PolicyEvaluation(Mdp, Policy);
    }

    public Mdp Mdp { get; }

    public double[] Logits { get; }

    public double[] Critic { get; }

    public TabularPolicy Policy { get; }

    public PolicyEvaluation Evaluation { get; }

    /// <summary>Further draws for the test at hand.</summary>
    public RandomStream Random { get; }

    /// <summary>Checks a property on as many problems; a failure names the seed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="check">The property.</param>
    /// <param name="fullSupport">Whether every state can be the first: assumption 1 of Wen et al. then holds.</param>
    /// <param name="terminations">Whether one in three has a termination.</param>
    public static void ForAll(int count, Action<RandomMdp> check, bool fullSupport = false, bool terminations = true)
    {
        for (int seed = 0; seed < count; seed++)
        {
            var problem = new RandomMdp(seed, fullSupport, terminations);
            try
            {
                check(problem);
            }
            catch (Exception e)
            {
                Mdp mdp = problem.Mdp;
                string where = $"seed {seed} (|S| {mdp.States}, |A| {mdp.Actions}, gamma {mdp.Discount:0.###})";
                throw new XunitException($"{where}: {e.Message}", e);
            }
        }
    }

    public ExactGradients Game(double temperature = 0) => new(Evaluation, Critic, temperature);

    /// <summary>Numbers uniform on [-bound, bound).</summary>
    public double[] Vector(int length, double bound) =>
        [.. Enumerable.Range(0, length).Select(_ => Random.Uniform(-bound, bound))];

    /// <summary>A distribution with the given number of positive entries, none of them tiny.</summary>
    public double[] Distribution(int length, int positive)
    {
        double[] result = new double[length];
        while (result.Count(p => p > 0) < positive)
        {
            result[Random.Index(length)] = Random.Uniform(0.1, 1);
        }

        double sum = result.Sum();
        return [.. result.Select(p => p / sum)];
    }

    /// <summary>A policy of full support whose probabilities may be close to 0 and 1.</summary>
    public TabularPolicy AnotherPolicy() => TabularPolicy.Softmax(Mdp, Vector(Mdp.Pairs, 6));
}
