using System.Numerics.Tensors;
using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>
/// A tabular learner whose actor and critic are held, at each row, against the exact policy gradient: for each estimator NAME
/// that the critic allows, <c>gap/NAME_cosine</c>, NaN while the critic is zero, and <c>gap/NAME_ratio</c> of the norms.
/// </summary>
internal sealed class ExactGapRun : IIterative
{
    private readonly ITabularLearner _learner;
    private readonly PolicyEvaluation _evaluation;

    public ExactGapRun(Mdp mdp, ITabularLearner learner)
    {
        _learner = learner;
        _evaluation = new PolicyEvaluation(mdp);
    }

    /// <summary>Legends of the estimators by name; <c>res_ac</c> only where there is a res-critic.</summary>
    public static IReadOnlyList<(string Name, string Legend)> Estimators { get; } =
    [
        ("actor_o", "Actor_o"), ("actor_g", "Actor_g"), ("res_ac", "Actor_g with q + w (Res-AC)"),
        ("stack_half", "Stackelberg, damping 0.5"), ("stack_small", "Stackelberg, damping 0.0001"),
        ("stack_own", "Stack-AC's own update"),
    ];

    public long Step => _learner.Step;

    public void Advance() => _learner.Advance();

    public void Measure(IMetrics metrics)
    {
        _learner.Measure(metrics);
        _evaluation.Evaluate(_learner.Policy);
        Record(metrics, _evaluation, _learner.Critic, _learner.ResCritic);
    }

    public void Serialize(StateArchive archive) => _learner.Serialize(archive);

    /// <summary>Records the gap of each estimator.</summary>
    /// <param name="metrics">Receives it.</param>
    /// <param name="evaluation">The policy's exact quantities.</param>
    /// <param name="critic">q.</param>
    /// <param name="resCritic">w; empty for none.</param>
    public static void Record(IMetrics metrics, PolicyEvaluation evaluation, ReadOnlySpan<double> critic, ReadOnlySpan<double> resCritic)
    {
        var gradients = new ExactGradients(evaluation, critic);
        double[] truth = gradients.PolicyGradient();
        Add("actor_o", gradients.ActorO());
        Add("actor_g", gradients.ActorG());
        if (!resCritic.IsEmpty)
        {
            double[] corrected = new double[critic.Length];
            TensorPrimitives.Add(critic, resCritic, corrected);
            Add("res_ac", new ExactGradients(evaluation, corrected).ActorG());
        }

        Add("stack_half", StackelbergGradients.Semi(evaluation, gradients, 0.5, differentiateWeights: false));
        Add("stack_small", StackelbergGradients.Semi(evaluation, gradients, 1e-4, differentiateWeights: false));

        Add("stack_own", StackelbergGradients.Algorithm3(evaluation, gradients, new StackelbergActorCriticOptions().Damping));

        void Add(string name, double[] estimate)
        {
            var gap = GradientGap.Of(name, estimate, truth);
            metrics.Record($"gap/{name}_cosine", gap.Cosine);
            metrics.Record($"gap/{name}_ratio", gap.Norm / TensorPrimitives.Norm<double>(truth));
        }
    }
}
