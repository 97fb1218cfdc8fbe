using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Environments.Recording;
using Dyad.Environments.ToyText;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Environments;

/// <summary>Toy-text tasks against what their rules say, written down here in another way; their tables have golden files.</summary>
[Trait("Category", "unit")]
public sealed class ToyTextTests
{
    public static IReadOnlyList<TheoryDataRow<string>> Names => [.. ToyTasks.All.Select(entry => new TheoryDataRow<string>(entry.Name))];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_task_keeps_the_promises_of_an_environment(string name) =>
        Assert.All(EnvironmentChecker.Check(() => EnvironmentRegistry.Create(name), name), finding => Assert.Null(finding.Problem));

    [Theory]
    [MemberData(nameof(Names))]
    public void Episodes_pay_what_the_MDP_expects(string name)
    {
        EnvironmentEntry entry = EnvironmentRegistry.Get(name);
        Mdp mdp = entry.Mdp!(null);
        var policy = TabularPolicy.Greedy(mdp, DynamicProgramming.PolicyIteration(mdp).ActionValue);
        double expected = new PolicyEvaluation(mdp, policy).Return;
        using IEnvironment task = entry.Create();
        double[] observation = new double[task.ObservationSpace.Size], row = new double[1];
        var recordable = (IRecordable)task;
        var returns = new List<double>();
        task.Reset(observation, 7);
        for (int episode = 0; episode < 3000; episode++)
        {
            double discount = 1, sum = 0;
            for (StepResult result = default; !result.Done; discount *= mdp.Discount)
            {
                recordable.CopyRow(row);
                int action = 0;
                while (policy.At((int)row[0])[action] == 0)
                {
                    action++;
                }

                result = task.Step([action], observation);
                sum += discount * result.Reward;
            }

            returns.Add(sum);
            task.Reset(observation);
        }

        double mean = returns.Average(), error = Math.Sqrt(returns.Average(x => (x - mean) * (x - mean)) / returns.Count);
        Assert.True(Math.Abs(mean - expected) <= (4.5 * error) + 1e-9, $"{mean} +- {error}, expected {expected}");
    }

    [Fact]
    public void A_replay_draws_a_cell_for_each_state()
    {
        foreach ((string name, string rows, int width) in new[]
        {
            ("FrozenLake-v1", "S...\",\".H.H\",\"...H\",\"H..G", 4),
            ("CliffWalking-v1", "............\",\"............\",\"............\",\"SHHHHHHHHHHG", 12),
        })
        {
            using IEnvironment task = EnvironmentRegistry.Create(name);
            int states = task.ObservationSpace.Size;
            string cells = string.Join(',', Enumerable.Range(0, states).Select(state => $"[{state / width},{state % width}]"));
            Assert.Equal($$"""{"draw":"grid","rows":["{{rows}}"],"cells":[{{cells}}]}""", EnvironmentWrapper.Find<IRecordable>(task)!.Scene);
        }
    }

    [Fact]
    public void Rewards_on_ice_are_of_the_outcome_and_not_their_mean()
    {
        using IEnvironment task = EnvironmentRegistry.Create("FrozenLake-v1");
        double[] observation = new double[16];
        var rewards = new HashSet<double>();
        var stream = new RandomStream(1);
        task.Reset(observation, 1);
        for (int step = 0; step < 5000; step++)
        {
            StepResult result = task.Step([stream.Index(4)], observation);
            rewards.Add(result.Reward);
            Assert.Equal(1, observation.Sum());
            if (result.Done)
            {
                task.Reset(observation);
            }
        }

        Assert.Equal([0, 1], rewards.Order());
    }

    [Fact]
    public void Blackjack_is_the_game_of_cards()
    {
        // Hands as lists of cards, and the dealer plays at the end of each.
        Mdp mdp = Blackjack.Create().ToMdp(discount: 1);
        foreach (int threshold in new[] { 15, 20 })
        {
            var stream = new RandomStream(threshold);
            const int Games = 200_000;
            double sum = 0;
            for (int game = 0; game < Games; game++)
            {
                List<int> player = [Card(), Card()], dealer = [Card(), Card()];
                bool isNatural = Value(player) == 21, dealersNatural = Value(dealer) == 21;
                while (Value(player) < threshold)
                {
                    player.Add(Card());
                }

                while (Value(dealer) < 17)
                {
                    dealer.Add(Card());
                }

                int mine = Value(player), theirs = Value(dealer);
                sum += mine > 21 ? -1 : isNatural && !dealersNatural ? 1 : theirs > 21 || mine > theirs ? 1 : mine == theirs ? 0 : -1;
            }

            int Card() => Math.Min(stream.Index(13) + 1, 10);

            double[] logits = new double[mdp.Pairs];
            for (int state = 0; state < mdp.States - 1; state++)
            {
                logits[2 * state] = Blackjack.Shown(state)[0] >= threshold ? 1 : 0;
                logits[(2 * state) + 1] = 1 - logits[2 * state];
            }

            double expected = new PolicyEvaluation(mdp, TabularPolicy.Greedy(mdp, logits)).Return;
            Assert.InRange(sum / Games, expected - 0.01, expected + 0.01);
        }

        // The optimal play, as in figure 5.2 of the book.
        TabularPolicy best = DynamicProgramming.PolicyIteration(mdp).Policy;
        foreach ((int sum, int dealer, bool hasAce, int action) in new[]
        {
            (16, 10, false, 1), (16, 7, false, 1), (16, 6, false, 0), (13, 2, false, 0), (12, 3, false, 1), (12, 4, false, 0), (17, 1, false, 0),
            (11, 6, false, 1), (18, 9, true, 1), (18, 8, true, 0), (17, 6, true, 1), (19, 10, true, 0),
        })
        {
            int state = Enumerable.Range(0, mdp.States - 1).First(s => Blackjack.Shown(s).SequenceEqual([sum, 32 + dealer, hasAce ? 44 : 43]));
            Assert.True(best.At(state)[action] == 1, $"{sum} {dealer} {hasAce}");
        }

        static int Value(List<int> hand) => hand.Contains(1) && hand.Sum() <= 11 ? hand.Sum() + 10 : hand.Sum();
    }

    [Fact]
    public void The_best_walk_and_the_best_taxi_take_as_many_steps_as_they_must()
    {
        const double NearlyOne = 1 - 1e-9;
        Mdp cliff = CliffWalking.Create().ToMdp(NearlyOne);
        Assert.Equal(-13, DynamicProgramming.PolicyIteration(cliff).StateValue[36], 6);

        // 20 for the delivery less the steps of the shortest way.
        Mdp taxi = Taxi.Create().ToMdp(NearlyOne);
        Assert.InRange(new PolicyEvaluation(taxi, DynamicProgramming.PolicyIteration(taxi).Policy).Return, 7.9, 8.5);
    }

    [Fact]
    public void A_task_without_a_limit_asks_for_one_where_networks_learn()
    {
        Assert.Contains("--max-episode-steps", Assert.Throws<Dyad.Core.UserError>(() => TaskLocator.FindForAgents("CliffWalking-v1")).Message, StringComparison.Ordinal);
        Assert.Equal(50, TaskLocator.Find("CliffWalking-v1").WithLimit(50).RequireForAgents().MaxEpisodeSteps);
    }

    [Fact]
    public void Tables_see_the_states_of_the_MDP_and_wrapped_tasks_have_none()
    {
        LocatedTask task = TaskLocator.Find("Blackjack-v1");
        using IEnvironment plain = task.CreateForPolicies(), table = task.WithLimit(7).ForTables().CreateForPolicies();
        Assert.NotEqual(task.Mdp!.States, plain.ObservationSpace.Size);
        Assert.Equal(task.Mdp.States, table.ObservationSpace.Size);
        Assert.Equal(7, EnvironmentWrapper.Find<TimeLimit>(table)!.Limit);
        LocatedTask wrapped = TaskLocator.Find("Blackjack-v1+reward_scale=2");
        Assert.Null(wrapped.Mdp);
        Assert.Same(wrapped, wrapped.ForTables());
    }
}
