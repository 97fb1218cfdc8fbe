using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Tests.Unit.Training;
using Dyad.Training;

namespace Dyad.Tests.Unit.Diagnostics;

/// <summary>The gap of agents on small tasks.</summary>
[Trait("Category", "unit")]
public sealed class MeasuredGapTests
{
    private static readonly GapOptions Small = new() { Rollouts = 40, Batches = 6, Horizon = 12 };

    [Theory]
    [InlineData("sac", new[] { "plain", "stackelberg" }, false)]
    [InlineData("res-sac", new[] { "plain", "residual", "stackelberg" }, false)]
    [InlineData("stsac-al", new[] { "plain", "stackelberg" }, true)]
    [InlineData("stack-sac", new[] { "plain", "stackelberg" }, true)]
    [InlineData("stsac-cl", new[] { "plain", "stackelberg" }, false)]
    [InlineData("res-ddpg", new[] { "plain", "residual", "stackelberg" }, false)]
    [InlineData("stddpg-al", new[] { "plain", "stackelberg" }, true)]
    [InlineData("res-td3", new[] { "plain", "residual", "stackelberg" }, false)]
    [InlineData("td3", new[] { "plain", "stackelberg" }, false)]
    [InlineData("sac-discrete", new[] { "plain", "stackelberg" }, false)]
    [InlineData("res-sac-discrete", new[] { "plain", "residual", "stackelberg" }, false)]
    public void An_agent_is_measured_and_left_as_it_was(string method, string[] estimators, bool isOwnRule)
    {
        using AgentTraining training = Trained(method);
        byte[] before = StateArchive.Save(training.Serialize);
        MeasuredGap gap = Measure(training, Small, SmallTasks.ClassicOf(method));
        Assert.Equal(before, StateArchive.Save(training.Serialize));
        Assert.Equal(estimators, gap.Estimators.Select(estimator => estimator.Name));
        Assert.Equal(isOwnRule, gap.IsOwnRule);
        Assert.Equal(method.Contains("sac", StringComparison.Ordinal), gap.Rollouts.Entropy);
        Assert.All(gap.Estimators, estimator =>
        {
            Assert.True(estimator.NormSquared + estimator.Variance > 0);
            Assert.True(double.IsFinite(estimator.Derivative!.Full.Mean) && estimator.Derivative.Full.HalfWidth > 0);
        });

        // With a target policy in the target the players of TD3 do not meet; elsewhere each estimator is its own.
        MeasuredGap again = Measure(training, Small, SmallTasks.ClassicOf(method));
        double[] norms = [.. gap.Estimators.Select(estimator => estimator.NormSquared)];
        Assert.Equal(norms, again.Estimators.Select(estimator => estimator.NormSquared));
        Assert.Equal(gap.Estimators.Select(x => x.Derivative!.Full), again.Estimators.Select(x => x.Derivative!.Full));
        Assert.Equal(gap.Random.Full, again.Random.Full);
        Assert.Equal(method is "td3" or "res-td3" or "res-ddpg" ? norms.Length - 1 : norms.Length, norms.Distinct().Count());
    }

    [Fact]
    public void A_leader_with_a_correction_has_four_estimators()
    {
        using AgentTraining training = Trained("stsac-al", ("residual", "true"), ("independent_batches", "true"));
        Assert.Equal(
            ["plain", "residual", "stackelberg", "residual-stackelberg"], Measure(training, Small).Estimators.Select(estimator => estimator.Name));
    }

    [Fact]
    public void An_untrained_res_critic_changes_nothing()
    {
        using AgentTraining training = Trained("res-sac", steps: 150);
        IReadOnlyList<EstimatorGap> estimators = Measure(training, Small).Estimators;
        Assert.Equal(estimators[0].NormSquared, estimators[1].NormSquared);
        Assert.Equal(estimators[0].Derivative!.Full, estimators[1].Derivative!.Full);
        Assert.Equal(new Estimate(0, 0), estimators[1].Gain);
        Assert.True(estimators[1].CosineToPlain is 1 or double.NaN);
    }

    [Fact]
    public void A_good_critics_gradient_points_up_and_the_whole_gradient_agrees()
    {
        // Rewards of a single step, and an actor that stays far from the best: the critic is soon right, and its gradient that of J.
        using AgentTraining training = Trained(
            "sac", SmallTasks.Identity, 2500, ("hidden_width", "16"), ("discount", "0"), ("actor_learning_rate", "1e-9"),
            ("critic_learning_rate", "3e-3"), ("tune_entropy_weight", "false"), ("entropy_weight", "0.05"));
        MeasuredGap gap = Measure(training, Small with { Rollouts = 400, Batches = 40, FullCosine = true, Horizon = null }, SmallTasks.Identity);
        Assert.Equal(1, gap.Rollouts.Horizon);
        Assert.True(gap.Parameters <= MeasuredGap.LargestFullGradient);
        EstimatorGap plain = gap.Estimators[0];
        Assert.True(plain.Derivative!.Full.Low > 0, $"{plain.Derivative.Full}");
        Assert.True(plain.FullCosine!.Value.Mean > 0.9, $"{plain.FullCosine}");

        // Derivatives along unit vectors are at most |grad J|.
        Assert.True(plain.Derivative.Full.Low <= Math.Sqrt(gap.GradientNormSquared!.Value));
        Assert.True(Math.Abs(gap.Random.Full.Mean) < plain.Derivative.Full.Mean);
    }

    [Fact]
    public void Entropy_belongs_to_J_where_it_is_asked_for()
    {
        using AgentTraining training = Trained("sac");
        Estimate counted = Measure(training, Small with { Entropy = true }).Objective;
        Assert.Equal(counted, Measure(training, Small).Objective);
        Assert.NotEqual(counted, Measure(training, Small with { Entropy = false }).Objective);
    }

    [Fact]
    public void What_cannot_be_measured_is_told()
    {
        using AgentTraining large = Trained("sac");
        Assert.Contains("parameters", Assert.Throws<UserError>(() => Measure(large, Small with { FullCosine = true })).Message, StringComparison.Ordinal);
        using AgentTraining ddpg = Trained("ddpg");
        Assert.Contains("no entropy", Assert.Throws<UserError>(() => Measure(ddpg, Small with { Entropy = true })).Message, StringComparison.Ordinal);
        using AgentTraining fresh = Trained("sac", steps: 0);
        Assert.Contains("no transition", Assert.Throws<UserError>(() => Measure(fresh, Small)).Message, StringComparison.Ordinal);
    }

    private static MeasuredGap Measure(AgentTraining training, GapOptions options, Func<IEnvironment>? task = null)
    {
        double last = 0;
        var gap = MeasuredGap.Of(
            (GameAgent)training.Agent, task ?? SmallTasks.Pendulum, options, new RandomStream(3), fraction => Assert.True((last = fraction) <= 1 + 1e-12));
        Assert.Equal(1, last, 1e-12);
        return gap;
    }

    private static AgentTraining Trained(string method, params (string, string)[] changes) => Trained(method, 300, changes);

    private static AgentTraining Trained(string method, int steps, params (string, string)[] changes) =>
        Trained(method, SmallTasks.ClassicOf(method), steps, changes);

    private static AgentTraining Trained(string method, Func<IEnvironment> task, int steps, params (string, string)[] changes)
    {
        AgentTraining training = SmallTasks.Train(method, task, episodes: 1, changes: [.. SmallTasks.Small, .. changes]);
        while (training.Step < steps)
        {
            training.Advance();
        }

        return training;
    }
}
