using System.Numerics.Tensors;
using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>Tabular learners end an episode where the task does, and learn nothing from what would come after.</summary>
[Trait("Category", "unit")]
public sealed class TerminationTests
{
    private const int Length = 12;

    // Two starts, and one of them may be the goal itself.
    private static readonly Mdp Corner = new GridMap("S..\n.#.\nS.G").ToMdp(0.9, GoalRule.Absorb);

    private static readonly Mdp Anywhere = new GridMap("...\n.#.\n..G").ToMdp(0.9, GoalRule.Absorb);

    [Theory]
    [InlineData("q-learning", 500, 0.95)]
    [InlineData("one-step-ac", 100, 0.5)]
    [InlineData("reinforce", 3000, 0.5)]
    public void Slippery_FrozenLake_is_learned(string method, int updates, double share)
    {
        Mdp lake = FrozenLake();
        double optimum = TensorPrimitives.Dot(lake.Initial, DynamicProgramming.PolicyIteration(lake).StateValue);
        Assert.InRange(optimum, 0.285, 0.295);
        IIterative learner = method switch
        {
            "q-learning" => new QLearning(lake, new(), new RandomStream(0)),
            "one-step-ac" => new TabularOneStepActorCritic(lake, new(), new RandomStream(0)),
            _ => new TabularReinforce(lake, new(), new RandomStream(0)),
        };
        for (int i = 0; i < updates; i++)
        {
            learner.Advance();
        }

        Assert.InRange(Recorder.Of(learner)["eval/return"], share * optimum, optimum + 1e-9);
    }

    [Fact]
    public void A_transition_into_a_termination_is_the_last_of_its_episode()
    {
        var source = new EpisodeSource(Corner, Length, new RandomStream(3));
        int goal = Assert.Single(Corner.TerminalStates);
        TabularPolicy policy = TabularPolicy.Uniform(Corner);
        int terminations = 0;
        for (int i = 0; i < 500; i++)
        {
            source.Collect(policy);
            TabularRollout rollout = source.Rollout;
            Assert.Equal(Length, rollout.Length);
            int starts = 1;
            for (int t = 0; t < Length; t++)
            {
                Assert.NotEqual(goal, rollout.States[t]);
                bool ends = rollout.NextStates[t] == goal;
                Assert.Equal(ends ? 1 : 0, rollout.Rewards[t]);
                Assert.Equal((rollout.States[t] * 4) + rollout.Actions[t], rollout.Pairs[t]);
                Assert.Equal(rollout.NextStates[t], rollout.NextPairs[t] / 4);
                terminations += ends ? 1 : 0;
                if (t + 1 < Length)
                {
                    Assert.Equal(ends ? rollout.Starts[starts++] : rollout.NextStates[t], rollout.States[t + 1]);
                    Assert.True(ends || rollout.NextPairs[t] == rollout.Pairs[t + 1]);
                }
            }

            Assert.Equal(rollout.Starts.Count, starts);
            Assert.All(rollout.Starts, s => Assert.True(Corner.Initial[s] > 0));
        }

        Assert.InRange(terminations, 100, 3000);
    }

    [Fact]
    public void A_start_that_is_a_termination_is_over_after_one_step()
    {
        var source = new EpisodeSource(Anywhere, Length, new RandomStream(3));
        int goal = Assert.Single(Anywhere.TerminalStates);
        int seen = 0;
        for (int i = 0; i < 200; i++)
        {
            source.CollectEpisode(TabularPolicy.Uniform(Anywhere));
            TabularRollout episode = source.Rollout;
            int first = Assert.Single(episode.Starts);
            Assert.Equal(first, episode.States[0]);
            Assert.True(episode.Length == Length || episode.NextStates[^1] == goal);
            if (first == goal)
            {
                seen++;
                Assert.Equal(1, episode.Length);
                Assert.Equal([0.0], episode.Rewards.ToArray());
            }
        }

        Assert.InRange(seen, 5, 80);
    }

    [Fact]
    public void REINFORCE_counts_the_steps_of_its_episodes()
    {
        Mdp step = new GridMap("SG").ToMdp(0.9, GoalRule.Absorb);
        var learner = new TabularReinforce(step, new() { EpisodeLength = 1000 }, new RandomStream(0));
        for (int i = 0; i < 300; i++)
        {
            learner.Advance();
        }

        // At first a step ends the episode one time in four; when it has learned, each does.
        Assert.InRange(learner.Step, 300, 900);
        Assert.InRange(Recorder.Of(learner)["eval/return"], 0.9, 1);
    }

    [Theory]
    [InlineData("actor-o")]
    [InlineData("actor-g")]
    [InlineData("stack-ac")]
    [InlineData("res-ac")]
    public void A_critic_keeps_no_value_at_a_termination(string method)
    {
        var stream = new RandomStream(1);
        ITabularLearner learner = method switch
        {
            "actor-o" => new ActorOCritic(Anywhere, new() { EpisodeLength = Length }, stream),
            "actor-g" => new ActorGCritic(Anywhere, new() { EpisodeLength = Length }, stream),
            "stack-ac" => new StackelbergActorCritic(Anywhere, new() { EpisodeLength = Length }, stream),
            _ => new ResidualActorCritic(Anywhere, new() { EpisodeLength = Length }, stream),
        };
        for (int i = 0; i < 300; i++)
        {
            learner.Advance();
        }

        Assert.Equal(300 * Length, learner.Step);
        int goal = Anywhere.TerminalStates[0];
        Assert.Equal([0.0, 0, 0, 0], learner.Critic.Slice(goal * 4, 4).ToArray());
        Assert.Equal([0.25, 0.25, 0.25, 0.25], learner.Policy.At(goal).ToArray());
        Assert.Contains(learner.Critic.ToArray(), q => q > 0.3);
        Recorder row = Recorder.Of(learner);
        Assert.InRange(row["gap/cosine"], 0.1, 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_expected_update_is_the_mean_of_the_updates(bool anywhere)
    {
        // The cosine that a learner reports uses visits that restart; their mean over many rollouts is the reference.
        Mdp mdp = anywhere ? Anywhere : Corner;
        TabularPolicy policy = TabularPolicy.Softmax(mdp, [.. Enumerable.Range(0, mdp.Pairs).Select(i => Math.Sin(i))]);
        var source = new EpisodeSource(mdp, Length, new RandomStream(9));
        double[] counts = new double[mdp.States];
        const int rollouts = 20_000;
        for (int i = 0; i < rollouts; i++)
        {
            source.Collect(policy);
            foreach (int s in source.Rollout.States)
            {
                counts[s] += 1.0 / (rollouts * Length);
            }
        }

        double[] visits = [];
        var measures = new ExactMeasures(mdp);
        measures.Return(new Recorder(), policy);
        measures.Gap(new Recorder(), Length, (mean, _) => visits = mean.ToArray());
        Assert.Equal(1, visits.Sum(), 1e-12);
        Near.Equal(visits, counts, 0.015, "visits");
    }

    // Gymnasium's slippery lake: a move goes as meant or to either side of that, each one time in three.
    private static Mdp FrozenLake()
    {
        const string lake = "SFFFFHFHFFFHHFFG";
        (int Down, int Right)[] moves = [(0, -1), (1, 0), (0, 1), (-1, 0)];
        var rows = new List<IReadOnlyList<(int, double)>>();
        var rewards = new List<double>();
        foreach ((int s, int a) in from s in Enumerable.Range(0, 16) from a in Enumerable.Range(0, 4) select (s, a))
        {
            int[] next = lake[s] is 'H' or 'G' ? [s, s, s] : [.. new[] { a, (a + 1) % 4, (a + 3) % 4 }.Select(m =>
                (4 * Math.Clamp((s / 4) + moves[m].Down, 0, 3)) + Math.Clamp((s % 4) + moves[m].Right, 0, 3))];
            rows.Add([.. next.GroupBy(n => n).Select(group => (group.Key, group.Count() / 3.0))]);
            rewards.Add(lake[s] == 'F' ? next.Count(n => lake[n] == 'G') / 3.0 : 0);
        }

        return new Mdp(rewards, rows, [1, .. new double[15]], 0.97);
    }
}
