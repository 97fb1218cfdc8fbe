using Dyad.Algorithms;
using static Dyad.Tests.Unit.Algorithms.OnPolicyPlay;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>What on-policy methods do to their parameters is what their equations say, computed in double by other means.</summary>
[Trait("Category", "unit")]
public sealed class OnPolicyUpdateTests
{
    private const double Gamma = 0.9, Lambda = 0.8, Rate = 0.01, CriticRate = 0.02;

    // Parameters are floats: a step of Rate times a gradient is known to about one in 10,000.
    private const double Tolerance = 2e-3;

    private static readonly (string, string)[] Small =
    [
        ("hidden_width", "5"), ("last_hidden_width", "4"), ("optimizer", "sgd"), ("discount", "0.9"), ("actor_learning_rate", "0.01"),
        ("critic_learning_rate", "0.02"), ("initial_log_deviation", "-3"),
    ];

    [Theory]
    [InlineData(12, true, "v", "monte-carlo", "gae", false)]
    [InlineData(12, false, "v", "monte-carlo", "gae", true)]
    [InlineData(12, true, "v", "lambda-return", "returns", true)]
    [InlineData(12, true, "v", "bootstrapped", "critic", false)]
    [InlineData(12, true, "q", "monte-carlo", "gae", true)]
    [InlineData(12, true, "q", "bootstrapped", "critic", false)]
    [InlineData(12, false, "q", "monte-carlo", "critic", false)]
    [InlineData(150, true, "v", "monte-carlo", "gae", true)]
    public void An_epoch_of_the_actor_critic(int calls, bool discrete, string critic, string target, string direct, bool discounted)
    {
        OnPolicyReference reference = Reference(discrete);
        var agent = (EpochAgent)Create("ac", reference,
        [
            .. Small, ("environments", "2"), ("steps_per_epoch", $"{2 * calls}"), ("critic_updates", "1"), ("gae_lambda", "0.8"),
            ("normalize_advantages", "false"), ("critic", critic), ("critic_target", target), ("direct_term", direct),
            ("discounted_visits", discounted ? "true" : "false"),
        ]);
        double[] theta = Doubles(agent.Policy), w = Doubles(agent.Critic);
        List<OnPolicyStep>[] steps = Play(agent, reference, calls);
        double[] thetaAfter = Doubles(agent.Policy), wAfter = Doubles(agent.Critic);

        double Taken(double[] w, OnPolicyStep step) => critic == "v" ? reference.Network(w, step.S, 1)[0]
            : discrete ? reference.Network(w, step.S, reference.Action)[(int)step.A[0]]
            : reference.Network(w, [.. step.S, .. step.A], 1)[0];

        // Only of a V critic and of a Q critic of finitely many actions: the only ones without noise of their own.
        double Value(double[] w, double[] s) => critic == "v" ? reference.Network(w, s, 1)[0]
            : reference.Probabilities(theta, s).Zip(reference.Network(w, s, reference.Action), (p, q) => p * q).Sum();
        double Next(double[] w, OnPolicyStep step) => step.Terminated ? 0 : Value(w, step.Next);
        bool noisy = critic == "q" && !discrete;
        OnPolicyRow[] all = noisy
            ? [.. steps.SelectMany(one => one).Select(step => new OnPolicyRow(step, 0, 0, 0, 0))]
            : OnPolicyPlay.Rows(steps, x => Value(w, x), Gamma, Lambda);

        if (!noisy)
        {
            double[] expected = OnPolicyReference.Gradient(x => all.Average(row => Math.Pow(Taken(x, row.Step) - target switch
            {
                "monte-carlo" => row.Return,
                "bootstrapped" => row.Step.R + (Gamma * Next(w, row.Step)),
                _ => row.Advantage + Value(w, row.Step.S),
            }, 2)), w);
            Near.Equal(expected, Slope(w, wAfter, -CriticRate), Tolerance, "critic");
        }

        double[] policyGradient = OnPolicyReference.Gradient(x => all.Average(row =>
            (discounted ? Math.Pow(Gamma, row.Step.Time) : 1) * reference.LogProbability(x, row.Step.S, row.Step.A) * direct switch
            {
                "gae" => row.Advantage,
                "returns" => row.Return,
                _ => critic == "q" ? Taken(wAfter, row.Step) : row.Step.R + (Gamma * Next(wAfter, row.Step)),
            }), theta);
        Near.Equal(policyGradient, Slope(theta, thetaAfter, Rate), Tolerance, "actor");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void An_episode_of_reinforce(bool discrete, bool stepByStep)
    {
        OnPolicyReference reference = Reference(discrete);
        var agent = (Reinforce)Create("reinforce", reference, [.. Small, ("step_by_step", stepByStep ? "true" : "false")]);
        double[] theta = Doubles(agent.Policy), w = Doubles(agent.Baseline);
        List<OnPolicyStep> episode = Play(agent, reference, calls: 5)[0];
        Assert.True(episode[^1].Done);

        double[] returns = new double[episode.Count];
        double toGo = episode[^1].Terminated ? 0 : reference.Network(w, episode[^1].Next, 1)[0];
        for (int t = returns.Length - 1; t >= 0; t--)
        {
            returns[t] = toGo = episode[t].R + (Gamma * toGo);
        }

        int rows = stepByStep ? 1 : episode.Count;
        for (int first = 0; first < episode.Count; first += rows)
        {
            IEnumerable<int> piece = Enumerable.Range(first, rows);
            (double[] x, double[] y) = (theta, w);
            double[] dw = OnPolicyReference.Gradient(v => piece.Average(t => Math.Pow(reference.Network(v, episode[t].S, 1)[0] - returns[t], 2)) / 2, y);
            double[] dtheta = OnPolicyReference.Gradient(p => piece.Average(t => Math.Pow(Gamma, t)
                * (returns[t] - reference.Network(y, episode[t].S, 1)[0]) * reference.LogProbability(p, episode[t].S, episode[t].A)), x);
            w = [.. w.Zip(dw, (a, b) => a - (CriticRate * b))];
            theta = [.. theta.Zip(dtheta, (a, b) => a + (Rate * b))];
        }

        Near.Equal(w, Doubles(agent.Baseline), 1e-6, "baseline");
        Near.Equal(theta, Doubles(agent.Policy), 1e-6, "actor");
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    public void A_step_of_the_one_step_actor_critic(bool discrete, int environments)
    {
        OnPolicyReference reference = Reference(discrete);
        var agent = (OneStepActorCritic)Create("one-step-ac", reference, [.. Small, ("environments", $"{environments}")]);
        double[] theta = Doubles(agent.Policy), w = Doubles(agent.Critic);
        OnPolicyStep[] steps = [.. Play(agent, reference, calls: 1).Select(one => one[0])];
        double[] deltas = [.. steps.Select(step =>
            step.R + (step.Terminated ? 0 : Gamma * reference.Network(w, step.Next, 1)[0]) - reference.Network(w, step.S, 1)[0])];
        double Mean(Func<int, double> f) => Enumerable.Range(0, environments).Average(f);
        double[] dw = OnPolicyReference.Gradient(v => Mean(i => deltas[i] * reference.Network(v, steps[i].S, 1)[0]), w);
        double[] dtheta = OnPolicyReference.Gradient(p => Mean(i => deltas[i] * reference.LogProbability(p, steps[i].S, steps[i].A)), theta);
        Near.Equal([.. w.Zip(dw, (a, b) => a + (CriticRate * b))], Doubles(agent.Critic), 1e-6, "critic");
        Near.Equal([.. theta.Zip(dtheta, (a, b) => a + (Rate * b))], Doubles(agent.Policy), 1e-6, "actor");
    }

    [Fact]
    public void Normalised_advantages_do_not_depend_on_the_unit_of_the_reward()
    {
        double[] Learned(double unit)
        {
            OnPolicyReference reference = Reference(discrete: true);
            var agent = (EpochAgent)Create("ac", reference,
            [
                .. Small, ("environments", "2"), ("steps_per_epoch", "24"), ("critic_updates", "0"), ("direct_term", "returns"), ("critic_target", "monte-carlo"),
            ]);
            agent.Critic.Values.Clear();
            Play(agent, reference, calls: 12, unit);
            return Doubles(agent.Policy);
        }

        Near.Equal(Learned(1), Learned(1000), 1e-5);
    }
}
