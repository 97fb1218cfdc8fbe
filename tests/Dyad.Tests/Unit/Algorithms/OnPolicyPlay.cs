using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Autodiff;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>A step that an on-policy agent saw.</summary>
internal sealed record OnPolicyStep(double[] S, double[] A, double R, double[] Next, bool Terminated, bool Done, int Time);

/// <summary>A step with generalised advantage, return to go, number of its stretch, and place in it.</summary>
internal sealed record OnPolicyRow(OnPolicyStep Step, double Advantage, double Return, int Stretch, int Place);

/// <summary>Plays an agent on made-up steps, and what the equations make of them, step by step in double.</summary>
internal static class OnPolicyPlay
{
    /// <summary>Four actions, or two numbers.</summary>
    public static OnPolicyReference Reference(bool discrete) => new(3, discrete ? 4 : 2, discrete, [5, 4]);

    /// <summary>A method with options.</summary>
    public static IAgent Create(string method, OnPolicyReference reference, (string, string)[] changes) =>
        MethodCatalog.Agent(method).With(changes).Create(
            new AgentTask(reference.Observation, reference.Discrete ? new Discrete(reference.Action) : Box.Uniform(reference.Action, -1, 1)),
            new RandomStream(5));

    /// <summary>A copy in double.</summary>
    public static double[] Doubles(Parameters<float> parameters) => [.. parameters.Values.ToArray().Select(x => (double)x)];

    /// <summary>What moved parameters by a rate.</summary>
    public static double[] Slope(double[] before, double[] after, double rate) => [.. after.Zip(before, (x, y) => (x - y) / rate)];

    /// <summary>
    /// Random observations and rewards. The first environment's episode is truncated at the fifth step, the second's terminated at
    /// the third and truncated and terminated at once at the fourth; afterwards they run on.
    /// </summary>
    public static List<OnPolicyStep>[] Play(IAgent agent, OnPolicyReference reference, int calls, double unit = 1)
    {
        var random = new RandomStream(3);
        int n = agent.Environments, actionSize = reference.Discrete ? 1 : reference.Action;
        double[] s = new double[n * reference.Observation], next = new double[s.Length], a = new double[n * actionSize];
        var results = new StepResult[n];
        int[] times = new int[n];
        List<OnPolicyStep>[] steps = [.. Enumerable.Range(0, n).Select(_ => new List<OnPolicyStep>())];
        Draw(s);
        for (int t = 0; t < calls; t++)
        {
            agent.Act(s, a, explore: true);
            Draw(next);
            for (int i = 0; i < n; i++)
            {
                results[i] = new StepResult(unit * random.Normal(), Terminated: i == 1 && t is 2 or 3, Truncated: i == 0 ? t == 4 : t == 3);
                int at = i * reference.Observation;
                double[] action = a[(i * actionSize)..((i + 1) * actionSize)];
                Assert.All(action, x => Assert.True(reference.Discrete || Math.Abs(x) < 1));
                steps[i].Add(new OnPolicyStep(
                    s[at..(at + reference.Observation)], action, (float)results[i].Reward, next[at..(at + reference.Observation)],
                    results[i].Terminated, results[i].Done, times[i]));
                times[i] = results[i].Done ? 0 : times[i] + 1;
            }

            agent.Observe(s, a, results, next);
            next.CopyTo(s, 0);
            for (int i = 0; i < n; i++)
            {
                if (results[i].Done)
                {
                    Draw(s.AsSpan(i * reference.Observation, reference.Observation));
                }
            }
        }

        return steps;

        // Small, so that what a Gaussian draws is not clipped.
        void Draw(Span<double> observations)
        {
            random.Normal(observations);
            foreach (ref double x in observations)
            {
                x *= 0.3;
            }
        }
    }

    /// <summary>Advantages and returns by their definitions as sums, one environment after the other.</summary>
    public static OnPolicyRow[] Rows(List<OnPolicyStep>[] steps, Func<double[], double> value, double gamma, double lambda)
    {
        double Next(OnPolicyStep step) => step.Terminated ? 0 : value(step.Next);
        var rows = new List<OnPolicyRow>();
        int stretch = 0;
        foreach (List<OnPolicyStep> one in steps)
        {
            for (int t = 0, place = 0; t < one.Count; t++)
            {
                double advantage = 0, toGo = 0;
                for (int k = t; ; k++)
                {
                    double delta = one[k].R + (gamma * Next(one[k])) - value(one[k].S);
                    advantage += Math.Pow(gamma * lambda, k - t) * delta;
                    toGo += Math.Pow(gamma, k - t) * one[k].R;
                    if (k == one.Count - 1 || one[k].Done)
                    {
                        toGo += Math.Pow(gamma, k - t + 1) * Next(one[k]);
                        break;
                    }
                }

                rows.Add(new OnPolicyRow(one[t], advantage, toGo, stretch, place++));
                if (one[t].Done || t == one.Count - 1)
                {
                    stretch++;
                    place = 0;
                }
            }
        }

        return [.. rows];
    }
}
