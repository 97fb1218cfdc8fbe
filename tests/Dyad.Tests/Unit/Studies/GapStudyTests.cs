using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Numerics;
using Dyad.Studies;
using Dyad.Studies.Definitions.Runs;
using Dyad.Tabular;
using Dyad.Tests.Unit.Algorithms;

namespace Dyad.Tests.Unit.Studies;

/// <summary>What the studies of the gap record.</summary>
[Trait("Category", "unit")]
public sealed class GapStudyTests
{
    [Fact]
    public void An_exact_res_critic_closes_the_gap_on_FourRoom_and_Actor_g_has_one()
    {
        Mdp mdp = FourRoom.Create();
        double[] logits = new double[mdp.Pairs], critic = new double[mdp.Pairs], rest = new double[mdp.Pairs];
        new RandomStream(1).Normal<double>(logits);
        new RandomStream(2).Normal<double>(critic);
        var evaluation = new PolicyEvaluation(mdp, TabularPolicy.Softmax(mdp, logits));
        TensorPrimitives.Subtract(evaluation.ActionValue, critic, rest);
        var metrics = new Recorder();
        ExactGapRun.Record(metrics, evaluation, critic, rest);
        Assert.Equal(1, metrics["gap/res_ac_cosine"], 1e-9);
        Assert.Equal(1, metrics["gap/res_ac_ratio"], 1e-9);
        Assert.InRange(metrics["gap/actor_g_cosine"], -0.9, 0.9);

        // Without damping the semi-gradient with fixed weights is Actor_g; with much of it, Actor_o.
        Assert.InRange(metrics["gap/stack_half_cosine"] - metrics["gap/actor_o_cosine"], -0.05, 0.05);
        var exact = new Recorder();
        ExactGapRun.Record(exact, evaluation, evaluation.ActionValue, []);
        Assert.Equal(1, exact["gap/actor_g_cosine"], 1e-9);
    }

    // Stack-AC's class computes the same from visit frequencies: with those of d, and by single sums here.
    [Fact]
    public void Stack_ACs_own_update_has_the_factors_that_its_class_follows()
    {
        Mdp mdp = FourRoom.Create();
        double[] logits = new double[mdp.Pairs], critic = new double[mdp.Pairs];
        new RandomStream(3).Normal<double>(logits);
        new RandomStream(4).Normal<double>(critic);
        var policy = TabularPolicy.Softmax(mdp, logits);
        var evaluation = new PolicyEvaluation(mdp, policy);
        double[] expected = new double[mdp.Pairs], flow = new double[mdp.States];
        double[] weights = [.. evaluation.Occupancy.ToArray().Select(d => d * (2 * mdp.Discount) * (d / ((2 * d) + 0.5)))];
        policy.AddGradient(mdp.Initial, critic, expected);
        mdp.FlowToNext(weights, flow);
        policy.AddGradient(flow, critic, expected);
        double[] actual = StackelbergGradients.Algorithm3(evaluation, new ExactGradients(evaluation, critic), 0.5);
        Assert.True(TensorPrimitives.Distance<double>(expected, actual) < 1e-12 * TensorPrimitives.Norm<double>(expected));

        var metrics = new Recorder();
        ExactGapRun.Record(metrics, evaluation, critic, []);
        Assert.Equal(GradientGap.Of("", expected, new ExactGradients(evaluation, critic).PolicyGradient()).Cosine, metrics["gap/stack_own_cosine"], 1e-12);
        Assert.NotEqual(metrics["gap/stack_half_cosine"], metrics["gap/stack_own_cosine"], 1e-3);
    }

    [Fact]
    public void Each_row_of_a_learner_has_the_estimators_that_its_critics_allow()
    {
        foreach (Variant variant in StudyCatalog.Find("gap/fourroom").Variants(StudyScale.Quick))
        {
            IIterative learner = variant.Create(0);
            learner.Advance();
            var row = Recorder.Of(learner);
            Assert.Equal(variant.Label.StartsWith("res-ac", StringComparison.Ordinal), row.Values.Exists(entry => entry.Name == "gap/res_ac_cosine"));
            Assert.InRange(row["gap/actor_g_cosine"], -1, 1);
            Assert.True(row["gap/stack_small_ratio"] > 0);
        }
    }

    [Fact]
    public void Measuring_the_gap_does_not_disturb_training()
    {
        Variant variant = StudyCatalog.Find("gap/pendulum").Variants(StudyScale.Quick)[0];
        IIterative measured = variant.Create(0), left = variant.Create(0);
        for (int i = 0; i < 520; i++)
        {
            measured.Advance();
            left.Advance();
        }

        var row = Recorder.Of(measured);
        foreach (string estimator in new[] { "plain", "residual", "stackelberg" })
        {
            Assert.True(double.IsFinite(row[$"gap/{estimator}_derivative"]));
            Assert.Contains(row.Values, entry => entry.Name == $"gap/{estimator}_cosine");
        }

        measured.Advance();
        left.Advance();
        Assert.Equal(((GapTraining)left).Training.Agent.Policy.Values.ToArray(), ((GapTraining)measured).Training.Agent.Policy.Values.ToArray());
    }
}
