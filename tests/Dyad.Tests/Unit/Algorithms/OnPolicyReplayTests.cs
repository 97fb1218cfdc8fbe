using Dyad.Algorithms;
using Dyad.Core;
using static Dyad.Tests.Unit.Algorithms.OnPolicyReplay;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>REINFORCE and the one-step actor-critic replayed in double over many updates (lecture on soft actor-critic, algorithms 1 and 3).</summary>
[Trait("Category", "unit")]
public sealed class OnPolicyReplayTests
{
    private const double Tolerance = 3e-6, Rate = 0.05, ValueRate = 0.08;

    private static readonly ReferenceNetwork Value = Critic(Observation, 1);

    private double[] _w = [];

    [Theory]
    [InlineData(true, 1, false, true, "sgd")]
    [InlineData(false, 3, false, true, "sgd")]
    [InlineData(true, 2, true, true, "sgd")]
    [InlineData(false, 1, true, false, "sgd")]
    [InlineData(true, 2, false, false, "adam")]
    [InlineData(true, 1, false, true, "sgd", 0.2, 40)]
    [InlineData(false, 2, false, false, "adam", 0.3)]
    [InlineData(false, 1, true, true, "sgd", 0, 60)]
    public void Episodes_of_reinforce(
        bool discrete, int episodesPerUpdate, bool stepByStep, bool discounted, string optimizer, double bound = 0, int length = 0)
    {
        var replay = new OnPolicyReplay(discrete, environments: 1);
        IAgent agent = Create(replay, "reinforce", discounted, optimizer,
            [("episodes_per_update", $"{episodesPerUpdate}"), ("step_by_step", stepByStep ? "true" : "false"), .. StepChanges(bound, length)]);
        _w = Read(agent, "baseline");
        (ReferenceStep actorStep, ReferenceStep baselineStep) = (new(optimizer, Rate), new(optimizer, ValueRate));
        int episodes = 0, updates = 0, before = 0;
        var costs = new List<(double Critic, double Actor, double Entropy)>();
        for (int call = 0; call < 50; call++)
        {
            episodes += replay.Step(agent);
            if (episodes >= episodesPerUpdate && replay.Count > 0)
            {
                ReplayedStep[] all = replay.Take();
                double[] returns = new double[all.Length];
                for (int t = all.Length - 1; t >= 0; t--)
                {
                    // G_t = r_t + gamma G_{t+1}; after a cut V goes on, after a termination nothing does.
                    returns[t] = all[t].R + (Gamma * (!all[t].Last ? returns[t + 1] : all[t].Terminated ? 0 : V(all[t].Next)));
                }

                int rows = stepByStep ? 1 : all.Length;
                for (int first = 0; first < all.Length; first += rows)
                {
                    int[] piece = [.. Enumerable.Range(first, rows)];
                    double[] deltas = [.. all.Select((step, t) => returns[t] - V(step.S))];
                    double[] baseline = ValueGradient(piece.Select(t => (all[t].S, -deltas[t] / rows)));
                    (ReplayedStep, double)[] weighted = [.. piece.Select(t => (all[t], (discounted ? Math.Pow(Gamma, all[t].Time) : 1) * deltas[t] / rows))];
                    costs.Add((piece.Average(t => 0.5 * deltas[t] * deltas[t]),
                        -weighted.Sum(x => x.Item2 * replay.LogProbability(x.Item1)), piece.Average(t => replay.Entropy(all[t]))));
                    double[] actor = replay.Scores(weighted.Select(x => (x.Item1, -x.Item2)));
                    _w = baselineStep.Descend(_w, baseline, Left(before, length), bound);
                    replay.Theta = actorStep.Descend(replay.Theta, actor, Left(before, length), bound);
                    updates++;
                }

                episodes = 0;
                before = call + 1;
            }

            Check(replay, agent, "baseline", updates, costs, bound > 0 ? (actorStep.Clips, baselineStep.Clips) : null);
        }

        Assert.True(updates >= 3 && (discrete || replay.Clipped > 0));
    }

    [Theory]
    [InlineData(true, 1, false, "sgd")]
    [InlineData(false, 1, true, "sgd")]
    [InlineData(true, 3, true, "sgd")]
    [InlineData(true, 3, false, "adam")]
    [InlineData(false, 1, false, "sgd", 0.5, 30)]
    [InlineData(true, 3, false, "adam", 0.3, 200)]
    public void Steps_of_the_one_step_actor_critic(
        bool discrete, int environments, bool discounted, string optimizer, double bound = 0, int length = 0)
    {
        var replay = new OnPolicyReplay(discrete, environments);
        IAgent agent = Create(replay, "one-step-ac", discounted, optimizer, [("environments", $"{environments}"), .. StepChanges(bound, length)]);
        _w = Read(agent, "critic");
        (ReferenceStep actorStep, ReferenceStep criticStep) = (new(optimizer, Rate), new(optimizer, ValueRate));
        int updates = 0;
        var costs = new List<(double Critic, double Actor, double Entropy)>();
        for (int call = 0; call < 40; call++)
        {
            replay.Step(agent);
            ReplayedStep[] all = replay.Take();
            if (all.Length > 0)
            {
                // Both players move by delta = r + gamma V(s') - V(s), and V = 0 after a termination.
                (ReplayedStep Step, double Delta)[] errors =
                    [.. all.Select(step => (step, step.R + (step.Terminated ? 0 : Gamma * V(step.Next)) - V(step.S)))];
                (ReplayedStep Step, double Weight)[] weighted =
                    [.. errors.Select(x => (x.Step, (discounted ? Math.Pow(Gamma, x.Step.Time) : 1) * x.Delta / all.Length))];
                costs.Add((errors.Average(x => 0.5 * x.Delta * x.Delta),
                    -weighted.Sum(x => x.Weight * replay.LogProbability(x.Step)), all.Average(replay.Entropy)));
                double[] critic = ValueGradient(errors.Select(x => (x.Step.S, -x.Delta / all.Length)));
                double[] actor = replay.Scores(weighted.Select(x => (x.Step, -x.Weight)));
                double left = Left(call * environments, length);
                _w = criticStep.Descend(_w, critic, left, bound);
                replay.Theta = actorStep.Descend(replay.Theta, actor, left, bound);
                updates++;
            }

            Check(replay, agent, "critic", updates, costs, bound > 0 && updates > 0 ? (actorStep.Clips, criticStep.Clips) : null);
        }
    }

    private static IAgent Create(OnPolicyReplay replay, string method, bool discounted, string optimizer, params (string, string)[] options) =>
        replay.Create(method,
        [
            ("actor_learning_rate", "0.05"), ("critic_learning_rate", "0.08"), ("discounted_visits", discounted ? "true" : "false"),
            ("optimizer", optimizer), .. options,
        ]);

    private static (string, string)[] StepChanges(double bound, int length) =>
    [
        ("gradient_clip", NumberText.Of(bound)), ("rate_schedule", length > 0 ? "linear" : "constant"), ("schedule_steps", $"{length}"),
        ("schedule_end", "0.2"),
    ];

    // From 1 to a fifth on a straight line, where there is a schedule.
    private static double Left(int step, int length) => length == 0 ? 1 : 1 - (0.8 * Math.Min(1, step / (double)length));

    private double V(double[] s) => Value.Value(_w, s)[0];

    // sum of weight times grad V(s)
    private double[] ValueGradient(IEnumerable<(double[] S, double Weight)> states)
    {
        double[] gradient = new double[_w.Length];
        foreach ((double[] s, double weight) in states)
        {
            Value.AddGradient(gradient, _w, s, [1], weight);
        }

        return gradient;
    }

    // Goes on from the agent's own floats, so that rounding does not add up.
    private void Check(OnPolicyReplay replay, IAgent agent, string critic, int updates, List<(double Critic, double Actor, double Entropy)> costs,
        (int Actor, int Critic)? clips)
    {
        (double[] theta, double[] w) = (Read(agent, "actor"), Read(agent, critic));
        Compare(_w, w, critic, Tolerance);
        Compare(replay.Theta, theta, "theta", Tolerance);
        (replay.Theta, _w) = (theta, w);
        var row = new Recorder();
        agent.Measure(row);
        Assert.Equal(updates, row["train/updates"]);
        if (clips is not null && updates > 0)
        {
            Assert.Equal(((double)clips.Value.Actor, (double)clips.Value.Critic), (row["train/actor_gradient_clips"], row["train/critic_gradient_clips"]));
        }

        if (costs.Count > 0)
        {
            Assert.Equal(costs.Average(x => x.Critic), row["train/critic_loss"], 1e-4);
            Assert.Equal(costs.Average(x => x.Actor), row["train/actor_loss"], 1e-4);
            Assert.Equal(costs.Average(x => x.Entropy), row["train/entropy"], 1e-4);
            costs.Clear();
        }
    }
}
