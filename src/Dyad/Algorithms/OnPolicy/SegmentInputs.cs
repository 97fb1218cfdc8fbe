using System.Numerics;
using Dyad.Autodiff;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>
/// Steps of one environment in the order of time, one a row, which an older policy drew: a rollout whose
/// <see cref="RolloutInputs{T}.Return"/> is what the critic regresses on and whose <see cref="RolloutInputs{T}.Weight"/> is A_t as the
/// plain actor sees it, with what a leader needs beside them.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="steps">Number of steps.</param>
/// <param name="observationSize">Numbers in an observation.</param>
/// <param name="actionSize">Numbers in an action.</param>
internal sealed class SegmentInputs<T>(Extent steps, int observationSize, int actionSize = 1)
    : RolloutInputs<T>(steps, observationSize, actionSize)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// A_t of the critic that <see cref="RolloutInputs{T}.Return"/> is of, steps x 1: not normalised, but without their mean where the
    /// plain actor's are normalised, which changes no expectation with a score.
    /// </summary>
    public Input<T> Advantage { get; } = new("advantage", steps, 1);

    /// <summary>What <see cref="RolloutInputs{T}.Weight"/> was divided by, 1 x 1.</summary>
    public Input<T> AdvantageUnit { get; } = new("advantage unit", 1, 1);

    /// <summary>1 where the next row goes on in the same episode, else 0, steps x 1.</summary>
    public Input<T> Continues { get; } = new("continues", steps, 1);

    /// <summary>1 / (t + 1), t counting rows, steps x 1: turns a sum over the rows so far into their mean.</summary>
    public Input<T> PerRow { get; } = new("per row", steps, 1);

    /// <summary>1, steps x 1.</summary>
    public Input<T> One { get; } = new("one", steps, 1);

    /// <summary>
    /// Generalised advantages (Schulman et al. 2016, eq. 16) as a function of the critic, steps x 1; the sum ends with the rows.
    /// </summary>
    /// <param name="value">V(s), steps x 1.</param>
    /// <param name="nextValue">V(s'), steps x 1.</param>
    /// <param name="discount">gamma.</param>
    /// <param name="lambda">lambda.</param>
    public Expression<T> Advantages(Expression<T> value, Expression<T> nextValue, double discount, double lambda) =>
        SumOfFollowing(Target(discount, nextValue) - value, Continues, discount * lambda);

    /// <summary>Fills what counts rows.</summary>
    public void Number()
    {
        AdvantageUnit.Set(1);
        Span<T> perRow = PerRow.Values;
        One.Values.Fill(T.One);
        for (int t = 0; t < perRow.Length; t++)
        {
            perRow[t] = T.One / T.CreateChecked(t + 1);
        }
    }
}
