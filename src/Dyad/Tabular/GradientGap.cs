using System.Numerics.Tensors;

namespace Dyad.Tabular;

/// <summary>How far an estimator of the policy gradient is from it.</summary>
/// <param name="Estimator">What was held against the true gradient.</param>
/// <param name="Norm">Euclidean norm of the estimator.</param>
/// <param name="Bias">Euclidean norm of its difference to the true gradient.</param>
/// <param name="RelativeBias">The same divided by the norm of the true gradient; NaN where that is 0.</param>
/// <param name="Cosine">Cosine of the angle between the two; NaN where one of them is 0.</param>
public sealed record GradientGap(string Estimator, double Norm, double Bias, double RelativeBias, double Cosine)
{
    /// <summary>Holds an estimator against the true gradient.</summary>
    /// <param name="estimator">Its name.</param>
    /// <param name="actual">What it gives.</param>
    /// <param name="truth">The true gradient, as long.</param>
    public static GradientGap Of(string estimator, ReadOnlySpan<double> actual, ReadOnlySpan<double> truth)
    {
        double norm = TensorPrimitives.Norm(actual);
        double reference = TensorPrimitives.Norm(truth);
        double bias = TensorPrimitives.Distance(actual, truth);
        double cosine = norm > 0 && reference > 0 ? TensorPrimitives.Dot(actual, truth) / (norm * reference) : double.NaN;
        return new GradientGap(estimator, norm, bias, reference > 0 ? bias / reference : double.NaN, Math.Clamp(cosine, -1, 1));
    }

    /// <summary>
    /// The gaps of every estimator of Wen et al. (2021) at one policy and critic: Actor_o and Actor_g with and without their
    /// corrections (theorem 1), and the Stackelberg gradients with the weights differentiated (theorem 3), held fixed as from
    /// samples, and damped.
    /// </summary>
    /// <param name="evaluation">The policy's exact quantities.</param>
    /// <param name="gradients">The game at the policy and the critic; its temperature chooses the objective.</param>
    /// <param name="damping">eta of the damped rows; positive.</param>
    public static IReadOnlyList<GradientGap> Table(PolicyEvaluation evaluation, ExactGradients gradients, double damping)
    {
        double[] truth = gradients.PolicyGradient();
        var rows = new List<GradientGap>();
        void Add(string estimator, double[] actual) => rows.Add(Of(estimator, actual, truth));

        Add("policy gradient", truth);
        Add("Actor_o", gradients.ActorO());
        Add("Actor_o + correction", Sum(gradients.ActorO(), gradients.CorrectionO()));
        Add("Actor_g", gradients.ActorG());
        Add("Actor_g + correction (exact res-critic)", Sum(gradients.ActorG(), gradients.CorrectionG()));
        if (StackelbergGradients.NeverVisited(evaluation) is null)
        {
            Add("Stackelberg", StackelbergGradients.Full(evaluation, gradients));
            Add("Stackelberg, semi-gradient", StackelbergGradients.Semi(evaluation, gradients));
            Add("Stackelberg, weights held fixed", StackelbergGradients.Full(evaluation, gradients, 0, differentiateWeights: false));
        }

        Add(
            FormattableString.Invariant($"Stackelberg, semi-gradient, weights held fixed, damping {damping}"),
            StackelbergGradients.Semi(evaluation, gradients, damping, differentiateWeights: false));
        return rows;
    }

    private static double[] Sum(double[] a, double[] b)
    {
        TensorPrimitives.Add(a, b, a);
        return a;
    }
}
