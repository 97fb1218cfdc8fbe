using System.Numerics;
using Dyad.Autodiff;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>
/// Episodes, whole or cut, one step a row, as inputs of a program: a rollout whose <see cref="RolloutInputs{T}.Return"/> is G_t,
/// with what tells its episodes apart.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="steps">Number of steps of all episodes.</param>
/// <param name="episodes">Number of episodes.</param>
/// <param name="observationSize">Numbers in an observation.</param>
/// <param name="actionSize">Numbers in an action.</param>
internal sealed class EpisodeInputs<T>(Extent steps, Extent episodes, int observationSize, int actionSize = 1)
    : RolloutInputs<T>(steps, observationSize, actionSize)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// gamma^t G_t, steps x 1: discounted time times discounted return to go, or times an advantage, which has the same expectation
    /// with a score.
    /// </summary>
    public Input<T> DiscountedReturn { get; } = new("discounted return", steps, 1);

    /// <summary>Number of the episode that a step belongs to.</summary>
    public Indices Episode { get; } = new("episode", steps);

    /// <summary>Row of the first step of each episode.</summary>
    public Indices First { get; } = new("first step", episodes);

    /// <summary>The first row.</summary>
    public Indices VeryFirst { get; } = new("very first step", 1);

    /// <summary>The rows of first steps, episodes x columns.</summary>
    public Expression<T> OfFirst(Expression<T> perStep) => GatherRows(perStep, First);

    /// <summary>Sum over the steps of each episode, episodes x 1.</summary>
    /// <param name="perStep">steps x 1.</param>
    public Expression<T> SumOverSteps(Expression<T> perStep) => ScatterRows(perStep, Episode, episodes);
}
