using Dyad.Networks;

namespace Dyad.Algorithms;

/// <summary>How the outputs of a policy's network become an action in [-1, 1], or one of finitely many.</summary>
public enum PolicyKind
{
    /// <summary>tanh of the outputs.</summary>
    Deterministic,

    /// <summary>A Gaussian squashed by tanh: means, then log standard deviations; the mean is tanh of the former.</summary>
    SquashedGaussian,

    /// <summary>A Gaussian whose deviation is the same in all states, clipped to the box.</summary>
    Gaussian,

    /// <summary>A softmax over finitely many actions; the most probable one is the best.</summary>
    Categorical,

    /// <summary>Values of finitely many actions, of which the largest is taken.</summary>
    GreedyValue,
}

/// <summary>What a policy's parameters do not say: what its network's outputs mean, and what is between the layers.</summary>
/// <param name="Kind">What the outputs mean.</param>
/// <param name="Activation">Function between layers.</param>
public sealed record PolicyHead(PolicyKind Kind, Activation Activation = Activation.Relu);
