using Dyad.Core;
using static Dyad.Tests.Unit.Algorithms.Tabular.TabularReplay;
using static Dyad.Tests.Unit.Algorithms.Tabular.TabularTruth;

namespace Dyad.Tests.Unit.Algorithms.Tabular;

/// <summary>What tabular learners are measured by is what the exact quantities of their policies and critics say.</summary>
[Trait("Category", "unit")]
public sealed class TabularMeasureTests
{
    private const double Tolerance = 1e-9, Damping = 0.07;
    private const int Length = 9;

    [Theory]
    [InlineData("actor-o")]
    [InlineData("actor-g")]
    [InlineData("stack-ac")]
    [InlineData("res-ac")]
    public void An_actor_critic(string name)
    {
        IIterative learner = Advanced(name,
        [
            ("actor_learning_rate", "0.3"), ("critic_learning_rate", "0.2"), .. name == "stack-ac" ? [("damping", "0.07")] : Array.Empty<(string, string)>(),
        ]);
        SavedState state = SavedState.Of(learner.Serialize);
        double[] theta = state.Doubles("logits"), q = state.Doubles("values"), pi = Softmax(theta);
        double[] corrected = name == "res-ac" ? [.. q.Zip(state.Doubles("values", 1), (x, w) => x + w)] : q;
        Recorder row = Recorder.Of(learner);
        Check(row, pi, name == "res-ac" ? [("critic", q), ("corrected", corrected)] : [("critic", q)]);

        // The mean of the actor's estimate, with the visits of an episode as they are expected.
        double[] visits = Visits(pi, Length, _ => 1.0 / Length), update = new double[Pairs], gradient = new double[Pairs];
        double[] truth = ActionValues(pi), discounted = Visits(pi), flow = new double[States];
        if (name == "stack-ac")
        {
            double[] frequency = [.. pi.Select((p, i) => visits[i / Actions] * p)];
            flow = Flow([.. frequency.Select(f => 2 * Gamma * f * f / ((2 * f) + Damping))]);
        }

        for (int s = 0; s < States; s++)
        {
            AddMeanScore(update, theta, s, corrected, name is "actor-o" or "stack-ac" ? Initial[s] + flow[s] : visits[s]);
            AddMeanScore(gradient, theta, s, truth, discounted[s]);
        }

        double Product(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
        Assert.Equal(Product(update, gradient) / Math.Sqrt(Product(update, update) * Product(gradient, gradient)), row["gap/cosine"], Tolerance);
    }

    [Fact]
    public void Q_learning_by_its_greedy_policy()
    {
        IIterative learner = Advanced("q-learning");
        double[] q = SavedState.Of(learner.Serialize).Doubles("values");
        Check(Recorder.Of(learner), Greedy(q), ("critic", q));
    }

    [Theory]
    [InlineData("tabular-reinforce")]
    [InlineData("tabular-one-step-ac")]
    public void A_policy_gradient_method(string name)
    {
        IIterative learner = Advanced(name);
        Check(Recorder.Of(learner), Softmax(SavedState.Of(learner.Serialize).Doubles("logits")));
    }

    [Theory]
    [InlineData("actor-g", "bellman-residual")]
    [InlineData("greedy", "temporal-difference")]
    [InlineData("policy-gradient", "exact")]
    public void A_learner_that_knows_the_model(string actor, string critic)
    {
        IIterative learner = Learner("policy-gradient", ("actor", actor), ("critic", critic));
        Advance(learner);
        SavedState state = SavedState.Of(learner.Serialize);
        double[] q = state.Doubles("critic"), pi = state.Doubles("policy"), mean = StateMeans(pi, q), visits = Visits(pi);
        Recorder row = Recorder.Of(learner);
        Check(row, pi, critic == "exact" ? [] : [("critic", q)]);
        double objective = Enumerable.Range(0, Pairs).Sum(i => 0.5 * visits[i / Actions] * pi[i] * Math.Pow(Reward[i] + (Gamma * Expect(i, mean)) - q[i], 2));
        Assert.Equal(critic == "exact" ? [] : [Math.Round(objective, 9)], row.Values.Where(x => x.Name == "eval/critic_objective").Select(x => Math.Round(x.Value, 9)));
    }

    private static IIterative Advanced(string name, params (string, string)[] options)
    {
        IIterative learner = Learner(name, [("episode_length", $"{Length}"), .. options]);
        Advance(learner);
        return learner;
    }

    private static void Advance(IIterative learner)
    {
        for (int i = 0; i < 6; i++)
        {
            learner.Advance();
        }
    }

    // The return and objective of the policy, then what each critic predicts and how far off it is, so far as it is measured.
    private static void Check(Recorder row, double[] pi, params (string Name, double[] Values)[] critics)
    {
        double[] truth = ActionValues(pi), visits = Visits(pi);
        Assert.Equal(StartMean(pi, truth), row["eval/return"], Tolerance);
        Assert.Equal((1 - Gamma) * StartMean(pi, truth), row["eval/objective"], Tolerance);
        foreach ((string name, double[] q) in critics)
        {
            Assert.Equal(StartMean(pi, q), row[$"eval/{name}_return"], Tolerance);
            double square = Enumerable.Range(0, Pairs).Sum(i => visits[i / Actions] * pi[i] * Math.Pow(q[i] - truth[i], 2));
            Assert.Equal(Math.Sqrt(square), row[$"eval/{name}_error"], Tolerance);
        }
    }
}
