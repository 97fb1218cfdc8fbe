using Dyad.Algorithms;
using Dyad.Core;
using static Dyad.Tests.Unit.Algorithms.OnPolicyPlay;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>The on-policy actor-critic whose actor follows a corrected Q critic.</summary>
[Trait("Category", "unit")]
public sealed class EpochResidualTests
{
    private const double Gamma = 0.9, Lambda = 0.8, Rate = 0.01, ResidualRate = 0.05;
    private const int Calls = 12;

    private static readonly (string, string)[] Small =
    [
        ("hidden_width", "5"), ("last_hidden_width", "4"), ("optimizer", "sgd"), ("discount", "0.9"), ("gae_lambda", "0.8"),
        ("actor_learning_rate", "0.01"), ("critic_learning_rate", "0.02"), ("initial_log_deviation", "-3"), ("environments", "2"),
        ("steps_per_epoch", "24"), ("critic_updates", "1"), ("critic", "q"), ("direct_term", "critic"), ("normalize_advantages", "false"),
        ("residual_learning_rate", "0.05"),
    ];

    [Theory]
    [InlineData("0.3", false)]
    [InlineData("1000", true)]
    public void An_epoch(string clip, bool bootstrapped)
    {
        double c = double.Parse(clip, System.Globalization.CultureInfo.InvariantCulture);
        OnPolicyReference reference = Reference(discrete: true);
        var agent = (EpochAgent)Create("ac", reference,
            [.. Small, ("residual", "true"), ("residual_clip", clip), ("critic_target", bootstrapped ? "bootstrapped" : "monte-carlo")]);
        double[] theta = Doubles(agent.Policy), psi = Doubles(agent.ResCritic!);
        OnPolicyRow[] rows = Rows(Play(agent, reference, Calls), _ => 0, Gamma, Lambda);
        double[] w = Doubles(agent.Critic), psiAfter = Doubles(agent.ResCritic!);

        double Taken(double[] network, OnPolicyStep step) => reference.Network(network, step.S, reference.Action)[(int)step.A[0]];
        double Next(double[] network, OnPolicyStep step) => step.Terminated ? 0
            : reference.Probabilities(theta, step.Next).Zip(reference.Network(network, step.Next, reference.Action), (p, q) => p * q).Sum();
        double Reward(OnPolicyStep step) => Math.Clamp(step.R + (Gamma * Next(w, step)) - Taken(w, step), -c, c);

        // An untrained res-critic is 0 everywhere.
        Assert.All(rows, row => Assert.Equal(0, Taken(psi, row.Step)));
        double[] expected = OnPolicyReference.Gradient(
            x => rows.Average(row => Math.Pow(Taken(x, row.Step) - (Reward(row.Step) + (Gamma * Next(psi, row.Step))), 2)) / 2, psi);
        Near.Equal(expected, Slope(psi, psiAfter, -ResidualRate), 2e-3, "res-critic");
        double[] followed = OnPolicyReference.Gradient(x => rows.Average(row =>
            reference.LogProbability(x, row.Step.S, row.Step.A) * (Taken(w, row.Step) + Taken(psiAfter, row.Step))), theta);
        Near.Equal(followed, Slope(theta, Doubles(agent.Policy), Rate), 2e-3, "actor");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void With_a_clip_of_zero_it_is_the_plain_method_to_the_bit(bool discrete)
    {
        Assert.Equal(Moved(discrete, []), Moved(discrete, [("residual", "true"), ("residual_clip", "0")]));
        Assert.NotEqual(Moved(discrete, []), Moved(discrete, [("residual", "true"), ("residual_clip", "5")]));
        Assert.NotEqual(Moved(discrete, []), Moved(discrete, [("residual", "true"), ("residual_clip", "0"), ("residual_start", "random")]));
    }

    [Theory]
    [InlineData("critic=v")]
    [InlineData("direct_term=gae")]
    [InlineData("rule=stackelberg")]
    public void What_has_no_Q_critic_to_correct_is_refused(string change)
    {
        UserError error = Assert.Throws<UserError>(() =>
            Create("ac", Reference(discrete: true), [.. Small, ("residual", "true"), (change.Split('=')[0], change.Split('=')[1])]));
        Assert.Contains("critic=q, direct_term=critic", error.Message, StringComparison.Ordinal);
    }

    private static double[] Moved(bool discrete, (string, string)[] changes)
    {
        OnPolicyReference reference = Reference(discrete);
        IAgent agent = Create("ac", reference, [.. Small, .. changes]);
        Play(agent, reference, 4 * Calls);
        return Doubles(agent.Policy);
    }
}
