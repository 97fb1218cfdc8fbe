using System.Numerics;
using Dyad.Autodiff;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Networks;

/// <summary>V(s).</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="network">Observations to one output.</param>
public sealed class StateValue<T>(Mlp<T> network)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Values, rows x 1.</summary>
    public Expression<T> Value(Expression<T> observation) => network.Apply(observation);
}

/// <summary>Q(s, a) of a network on (observation, action), or of several that are added.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="networks">Observations and actions to one output each; observations to one output an action where these are finitely many.</param>
public sealed class ActionValue<T>(params IReadOnlyList<Mlp<T>> networks)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<Mlp<T>> _networks = networks;

    /// <summary>
    /// Whether actions are finitely many: an action is then a row of weights, 1 at the one that is taken, or pi(.|s), of which the value is
    /// the expectation.
    /// </summary>
    public bool OfChoices { get; init; }

    /// <summary>Values, rows x 1.</summary>
    public Expression<T> Value(Expression<T> observation, Expression<T> action) => OfChoices
        ? SumColumns(action * Values(observation))
        : Sum(network => network.Apply(Concatenate(observation, action)));

    /// <summary>Values of all actions, rows x actions, where they are finitely many.</summary>
    public Expression<T> Values(Expression<T> observation) => Sum(network => network.Apply(observation));

    /// <summary>This value and another one: Q + W.</summary>
    public ActionValue<T> Plus(ActionValue<T> other) => new([.. _networks, .. other._networks]) { OfChoices = OfChoices };

    private Expression<T> Sum(Func<Mlp<T>, Expression<T>> value) => _networks.Select(value).Aggregate((x, y) => x + y);
}

/// <summary>Q(s, a) of finitely many actions, of a network on observations with one output an action.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="network">Observations to one output an action.</param>
public sealed class DiscreteActionValue<T>(Mlp<T> network)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Values of all actions, rows x actions.</summary>
    public Expression<T> Values(Expression<T> observation) => network.Apply(observation);

    /// <summary>Values of one action a row, rows x 1.</summary>
    public Expression<T> Value(Expression<T> observation, Indices action) => GatherColumns(Values(observation), action);
}

/// <summary>Makes twin action values.</summary>
public static class TwinActionValue
{
    /// <summary>Critics whose weights are drawn from streams of their own.</summary>
    /// <param name="player">The critic.</param>
    /// <param name="sizes">Inputs, hidden layers, 1, or the number of actions where they are finitely many.</param>
    /// <param name="random">Stream of both.</param>
    /// <param name="twins">Two critics, or one.</param>
    /// <param name="startsAtZero">Whether their last layers are zero, so that they are 0 everywhere.</param>
    /// <param name="ofChoices">Whether actions are finitely many.</param>
    public static TwinActionValue<T> Drawn<T>(
        Parameters<T> player, IReadOnlyList<int> sizes, RandomStream random, bool twins = true, bool startsAtZero = false, bool ofChoices = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Both are part of the player before its numbers are drawn.
        Mlp<T> first = new(player, "q1", sizes);
        Mlp<T>? second = twins ? new(player, "q2", sizes) : null;
        first.Initialize(random.Split("q1"));
        second?.Initialize(random.Split("q2"));
        if (startsAtZero)
        {
            first.ClearLast();
            second?.ClearLast();
        }

        return new TwinActionValue<T>(Value(first), second is null ? null : Value(second));

        ActionValue<T> Value(Mlp<T> network) => new(network) { OfChoices = ofChoices };
    }
}

/// <summary>Two action values that are learned side by side, against overestimation (Fujimoto et al. 2018).</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="First">Q1.</param>
/// <param name="Second">Q2; null for a single critic.</param>
public sealed record TwinActionValue<T>(ActionValue<T> First, ActionValue<T>? Second)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Twin networks as parts of one player.</summary>
    /// <param name="player">The critic.</param>
    /// <param name="sizes">Inputs, hidden layers, 1.</param>
    /// <param name="activation">Function between layers.</param>
    public TwinActionValue(Parameters<T> player, IReadOnlyList<int> sizes, Activation activation = Activation.Relu)
        : this(new ActionValue<T>(new Mlp<T>(player, "q1", sizes, activation)), new ActionValue<T>(new Mlp<T>(player, "q2", sizes, activation)))
    {
    }

    /// <summary>Q1, and Q2 where there is one.</summary>
    public IEnumerable<ActionValue<T>> Critics => Second is null ? [First] : [First, Second];

    /// <summary>min(Q1, Q2), rows x 1, of finitely many actions the expectation of the smaller; Q1 of a single critic.</summary>
    public Expression<T> Smaller(Expression<T> observation, Expression<T> action) => Second is null ? First.Value(observation, action)
        : First.OfChoices ? SumColumns(action * SmallerValues(observation))
        : Min(First.Value(observation, action), Second.Value(observation, action));

    /// <summary>min(Q1, Q2) of all actions, rows x actions, where they are finitely many.</summary>
    public Expression<T> SmallerValues(Expression<T> observation) => Second is null
        ? First.Values(observation)
        : Min(First.Values(observation), Second.Values(observation));

    /// <summary>Both values with those of another pair added: Q1 + W1 and Q2 + W2.</summary>
    /// <param name="other">As many as here.</param>
    public TwinActionValue<T> Plus(TwinActionValue<T> other) => new(First.Plus(other.First), Second?.Plus(other.Second!));

    /// <summary>mean (Q1 - y)^2 + mean (Q2 - y)^2, 1 x 1; the first term alone for a single critic.</summary>
    /// <param name="observation">s, rows x inputs.</param>
    /// <param name="action">a, rows x actions.</param>
    /// <param name="y">What the critics regress on, rows x 1.</param>
    public Expression<T> SquaredError(Expression<T> observation, Expression<T> action, Expression<T> y)
    {
        Expression<T> error = Mean(Square(First.Value(observation, action) - y));
        return Second is null ? error : error + Mean(Square(Second.Value(observation, action) - y));
    }
}
