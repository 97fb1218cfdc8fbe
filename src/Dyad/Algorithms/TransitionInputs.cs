using System.Numerics;
using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Networks;

namespace Dyad.Algorithms;

/// <summary>A batch of transitions (s, a, r, s', d) as inputs of a program.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="batch">Number of transitions.</param>
/// <param name="observationSize">Numbers in an observation.</param>
/// <param name="actionSize">Numbers in an action.</param>
/// <param name="hasDiscounts">Whether each transition has a discount of its own.</param>
public class TransitionInputs<T>(Extent batch, int observationSize, int actionSize, bool hasDiscounts = false)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Input<T>? _start;

    /// <summary>s, batch x observation size.</summary>
    public Input<T> Observation { get; } = new("observation", batch, observationSize);

    /// <summary>a, batch x action size.</summary>
    public Input<T> Action { get; } = new("action", batch, actionSize);

    /// <summary>r, batch x 1.</summary>
    public Input<T> Reward { get; } = new("reward", batch, 1);

    /// <summary>s', batch x observation size.</summary>
    public Input<T> NextObservation { get; } = new("next observation", batch, observationSize);

    /// <summary>d, batch x 1: 1 where the episode terminated (not where it was cut), else 0.</summary>
    public Input<T> Terminated { get; } = new("terminated", batch, 1);

    /// <summary>gamma^m, batch x 1: what discounts that which follows s' m steps after s; null where that is gamma in each.</summary>
    public Input<T>? Discount { get; } = hasDiscounts ? new("discount", batch, 1) : null;

    /// <summary>States that episodes began in, batch x observation size: an input of its own, which is there once it is asked for.</summary>
    public Input<T> StartObservation => _start ??= new Input<T>("start observation", batch, observationSize);

    /// <summary>Whether a cost depends on <see cref="StartObservation"/>.</summary>
    public bool HasStarts => _start is not null;

    /// <summary>Where all of it lies.</summary>
    internal IEnumerable<PinnedMemory<T>> Memory =>
        new[] { Observation, Action, Reward, NextObservation, Terminated, Discount, _start }.OfType<Input<T>>().Select(input => input.Memory);

    /// <summary>r + gamma (1 - d) v, batch x 1.</summary>
    /// <param name="discount">gamma, in [0, 1].</param>
    /// <param name="nextValue">v: what follows s', batch x 1.</param>
    public Expression<T> Target(double discount, Expression<T> nextValue) => Reward + (Future(discount) * nextValue);

    /// <summary>Q1(s, a) against a target, and Q2(s, a) where there is one.</summary>
    /// <param name="critic">Q1 and Q2.</param>
    /// <param name="y">What they regress on, batch x 1.</param>
    internal IReadOnlyList<SquaredError<T>> Errors(TwinActionValue<T> critic, Expression<T> y) =>
        [.. critic.Critics.Select(q => new SquaredError<T>(q.Value(Observation, Action), y))];

    /// <summary>gamma (1 - d), batch x 1; gamma^m (1 - d) where the transitions have discounts of their own.</summary>
    /// <param name="discount">gamma, in [0, 1].</param>
    public Expression<T> Future(double discount) => Discount is null ? discount * (1 - Terminated) : Discount * (1 - Terminated);
}
