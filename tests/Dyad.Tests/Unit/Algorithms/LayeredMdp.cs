using Dyad.Algorithms;
using Dyad.Experience;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>
/// A small task whose episodes can be listed: from states 0 and 1 to 2 or 3, from there to the end; two actions. All
/// probabilities are multiples of 1/4 (starts: 1/8), so that a batch which holds each episode in proportion to its probability
/// makes every mean over episodes an exact expectation.
/// </summary>
internal sealed class LayeredMdp
{
    public const int States = 4, Actions = 2;
    public const double Discount = 0.9;

    // In eighths; every state starts some episodes.
    private static readonly int[] Starts = [3, 1, 2, 2];

    // Quarters with which state 0 or 1 leads to state 2; the rest lead to state 3.
    private static readonly int[,] ToThird = { { 1, 3 }, { 2, 1 } };

    private static readonly double[,] Rewards = { { 0.3, -1.1 }, { 0.8, 0.5 }, { 1.7, -0.4 }, { -0.9, 2.1 } };

    /// <summary>Quarters of the second action's probability in each state, at which <see cref="Batch"/> is exact.</summary>
    public static readonly int[] SecondAction = [1, 2, 3, 1];

    /// <summary>Logits of that policy, states x actions.</summary>
    public static double[] Logits =>
        [.. SecondAction.SelectMany(k => new[] { Math.Log((4 - k) / 4.0), Math.Log(k / 4.0) })];

    /// <summary>pi(a|s) of logits, states x actions.</summary>
    public static double[] Policy(ReadOnlySpan<double> logits)
    {
        var policy = new double[States * Actions];
        for (int s = 0; s < States; s++)
        {
            double x = Math.Exp(logits[2 * s]), y = Math.Exp(logits[(2 * s) + 1]);
            (policy[2 * s], policy[(2 * s) + 1]) = (x / (x + y), y / (x + y));
        }

        return policy;
    }

    /// <summary>Q^pi, states x actions, by going backwards.</summary>
    public static double[] ActionValues(ReadOnlySpan<double> logits)
    {
        double[] policy = Policy(logits);
        var q = new double[States * Actions];
        for (int s = States - 1; s >= 0; s--)
        {
            for (int a = 0; a < Actions; a++)
            {
                q[(2 * s) + a] = Rewards[s, a];
                if (s < 2)
                {
                    double third = ToThird[s, a] / 4.0;
                    q[(2 * s) + a] += Discount * ((third * Value(policy, q, 2)) + ((1 - third) * Value(policy, q, 3)));
                }
            }
        }

        return q;
    }

    /// <summary>V^pi.</summary>
    public static double[] Values(ReadOnlySpan<double> logits)
    {
        double[] policy = Policy(logits), q = ActionValues(logits);
        return [.. Enumerable.Range(0, States).Select(s => Value(policy, q, s))];
    }

    /// <summary>Probability that an episode starts in a state.</summary>
    public static double Start(int state) => Starts[state] / 8.0;

    /// <summary>Every episode as often as its probability says, observed as one-hot states.</summary>
    public static EpisodeInputs<double> Batch()
    {
        var steps = new List<(int State, int Action, double Reward, int Next, int Episode, int Time)>();
        var first = new List<int>();
        for (int s = 0; s < States; s++)
        {
            for (int a = 0; a < Actions; a++)
            {
                int here = Starts[s] * Quarters(s, a);
                if (s >= 2)
                {
                    // 16 quarters of quarters stand for the steps that these episodes do not have.
                    Repeat(here * 16, [(s, a, Rewards[s, a], -1)]);
                    continue;
                }

                for (int next = 2; next < States; next++)
                {
                    int led = next == 2 ? ToThird[s, a] : 4 - ToThird[s, a];
                    for (int b = 0; b < Actions; b++)
                    {
                        Repeat(here * led * Quarters(next, b), [(s, a, Rewards[s, a], next), (next, b, Rewards[next, b], -1)]);
                    }
                }
            }
        }

        var batch = new EpisodeInputs<double>(steps.Count, first.Count, States);
        first.ToArray().CopyTo(batch.First.Values);
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            (int state, int action, double reward, int next, int episode, int time) = steps[i];
            batch.Observation.Values[(i * States) + state] = 1;
            if (next >= 0)
            {
                batch.NextObservation.Values[(i * States) + next] = 1;
            }

            batch.Choice.Values[i] = action;
            batch.Reward.Values[i] = reward;
            batch.Terminated.Values[i] = next < 0 ? 1 : 0;
            batch.Episode.Values[i] = episode;
            batch.Return.Values[i] = reward + (next < 0 ? 0 : Discount * batch.Return.Values[i + 1]);
            batch.DiscountedReturn.Values[i] = Math.Pow(Discount, time) * batch.Return.Values[i];
        }

        return batch;

        void Repeat(int count, (int State, int Action, double Reward, int Next)[] episode)
        {
            for (int i = 0; i < count; i++)
            {
                first.Add(steps.Count);
                for (int t = 0; t < episode.Length; t++)
                {
                    steps.Add((episode[t].State, episode[t].Action, episode[t].Reward, episode[t].Next, first.Count - 1, t));
                }
            }
        }
    }

    /// <summary>The same task as the tabular room has it, with the end as a fifth state.</summary>
    public static Mdp Exact(double discount)
    {
        var transition = new double[States + 1, Actions, States + 1];
        var reward = new double[States + 1, Actions];
        for (int a = 0; a < Actions; a++)
        {
            for (int s = 0; s < States; s++)
            {
                reward[s, a] = Rewards[s, a];
                if (s < 2)
                {
                    (transition[s, a, 2], transition[s, a, 3]) = (ToThird[s, a] / 4.0, 1 - (ToThird[s, a] / 4.0));
                }
                else
                {
                    transition[s, a, States] = 1;
                }
            }

            transition[States, a, States] = 1;
        }

        return Mdp.FromDense(transition, reward, [.. Enumerable.Range(0, States).Select(Start), 0], discount);
    }

    /// <summary>Share of the steps that are in each state, by the tabular room.</summary>
    public static double[] Visits(double[] logits)
    {
        Mdp mdp = Exact(discount: 1);
        double[] counts = new PolicyEvaluation(mdp, TabularPolicy.Softmax(mdp, [.. logits, 0, 0])).StateOccupancy[..States].ToArray();
        return [.. counts.Select(x => x / counts.Sum())];
    }

    /// <summary>
    /// E_pi[G|s], G the lambda-return of a table of values: what is left of a policy after a step is worth lambda of itself and 1 - lambda
    /// of the table. The policy's own value at lambda = 1, by the tabular room.
    /// </summary>
    public static double[] LambdaReturns(double[] logits, ReadOnlySpan<double> table, double lambda)
    {
        // r + gamma (1 - lambda) P V, then the value at discount gamma lambda.
        Mdp mdp = Exact(Discount);
        double[] next = new double[mdp.Pairs];
        mdp.ExpectNext([.. table, 0], next);
        double[] rewards = [.. next.Select((v, pair) => mdp.Reward[pair] + (Discount * (1 - lambda) * v))];
        var reward = new double[States + 1, Actions];
        Buffer.BlockCopy(rewards, 0, reward, 0, sizeof(double) * rewards.Length);
        var transition = new double[States + 1, Actions, States + 1];
        for (int pair = 0; pair < mdp.Pairs; pair++)
        {
            for (int i = 0; i < mdp.NextStates(pair).Length; i++)
            {
                transition[pair / Actions, pair % Actions, mdp.NextStates(pair)[i]] = mdp.NextProbabilities(pair)[i];
            }
        }

        var discounted = Mdp.FromDense(transition, reward, mdp.Initial.ToArray(), Discount * lambda);
        return new PolicyEvaluation(discounted, TabularPolicy.Softmax(discounted, [.. logits, 0, 0])).StateValue[..States].ToArray();
    }

    /// <summary>The same episodes as steps that the policy of <see cref="Logits"/> drew, compared with lambda-returns of a table.</summary>
    public static SegmentInputs<double> Segment(double[] table, double lambda)
    {
        EpisodeInputs<double> episodes = Batch();
        int rows = episodes.Reward.Values.Length;
        var batch = new SegmentInputs<double>(rows, States);
        episodes.Observation.Values.CopyTo(batch.Observation.Values);
        episodes.NextObservation.Values.CopyTo(batch.NextObservation.Values);
        episodes.Choice.Values.CopyTo(batch.Choice.Values);
        episodes.Reward.Values.CopyTo(batch.Reward.Values);
        episodes.Terminated.Values.CopyTo(batch.Terminated.Values);
        double[] policy = Policy(Logits), values = new double[rows], next = new double[rows];
        var last = new bool[rows];
        for (int i = 0; i < rows; i++)
        {
            int state = State(batch.Observation.Values, i);
            batch.OldLogProbability.Values[i] = Math.Log(policy[(state * Actions) + batch.Choice.Values[i]]);
            last[i] = batch.Terminated.Values[i] == 1;
            values[i] = table[state];
            next[i] = last[i] ? 0 : table[State(batch.NextObservation.Values, i)];
            batch.Continues.Values[i] = last[i] ? 0 : 1;
        }

        AdvantageEstimation.Advantages<double>(batch.Reward.Values, values, next, last, Discount, lambda, batch.Advantage.Values);
        for (int i = 0; i < rows; i++)
        {
            batch.Weight.Values[i] = batch.Advantage.Values[i];
            batch.Return.Values[i] = values[i] + batch.Advantage.Values[i];
        }

        batch.Number();
        return batch;
    }

    /// <summary>The state of a row of one-hot observations.</summary>
    public static int State(ReadOnlySpan<double> observations, int row) => observations.Slice(row * States, States).IndexOf(1);

    private static int Quarters(int state, int action) => action == 1 ? SecondAction[state] : 4 - SecondAction[state];

    private static double Value(double[] policy, double[] q, int s) => (policy[2 * s] * q[2 * s]) + (policy[(2 * s) + 1] * q[(2 * s) + 1]);
}
