using System.Numerics;
using Dyad.Autodiff;

namespace Dyad.Algorithms;

/// <summary>Steps of a rollout, one a row, as inputs of a program: transitions, and what is known of what followed.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="steps">Number of steps.</param>
/// <param name="observationSize">Numbers in an observation.</param>
/// <param name="actionSize">Numbers in an action.</param>
public class RolloutInputs<T>(Extent steps, int observationSize, int actionSize)
    : TransitionInputs<T>(steps, observationSize, actionSize)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>a_t where there are finitely many actions, one action number a step.</summary>
    public Indices Choice { get; } = new("choice", steps);

    /// <summary>What the score of a step is weighted by, steps x 1: gamma^t, or an advantage.</summary>
    public Input<T> Weight { get; } = new("weight", steps, 1);

    /// <summary>What the critic's value of a step is compared with, steps x 1: G_t, for example.</summary>
    public Input<T> Return { get; } = new("return", steps, 1);

    /// <summary>log pi(a_t|s_t) of the policy that drew a_t, steps x 1, where a method compares with it.</summary>
    public Input<T> OldLogProbability { get; } = new("old log probability", steps, 1);

    /// <summary>V(s_t) of the critic at that time, steps x 1, where a method compares with it.</summary>
    public Input<T> OldValue { get; } = new("old value", steps, 1);
}
