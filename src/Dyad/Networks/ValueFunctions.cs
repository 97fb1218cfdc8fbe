using System.Numerics;
using Dyad.Autodiff;
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

/// <summary>Q(s, a) of a network on (observation, action).</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="network">Observations and actions to one output.</param>
public sealed class ActionValue<T>(Mlp<T> network)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Values, rows x 1.</summary>
    public Expression<T> Value(Expression<T> observation, Expression<T> action) => network.Apply(Concatenate(observation, action));
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

    /// <summary>min(Q1, Q2), rows x 1; Q1 of a single critic.</summary>
    public Expression<T> Smaller(Expression<T> observation, Expression<T> action) => Second is null
        ? First.Value(observation, action)
        : Min(First.Value(observation, action), Second.Value(observation, action));
}
