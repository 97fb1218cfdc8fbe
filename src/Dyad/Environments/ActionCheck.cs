using System.Diagnostics.CodeAnalysis;
using Dyad.Core;

namespace Dyad.Environments;

/// <summary>What every task does with an action first: refuse what is none, in one sentence with the task and the value.</summary>
public static class ActionCheck
{
    /// <summary>The number of a discrete action.</summary>
    /// <param name="task">The task's name, for the sentence.</param>
    /// <param name="action">One number.</param>
    /// <param name="count">Actions are 0 .. count - 1.</param>
    /// <exception cref="UserError">The action is not one whole number in range.</exception>
    public static int Discrete(string task, ReadOnlySpan<double> action, int count)
    {
        if (action.Length != 1)
        {
            ThrowSize(task, action.Length, 1);
        }

        int number = (int)action[0];
        if (number != action[0] || (uint)number >= (uint)count)
        {
            ThrowDiscrete(task, action[0], count);
        }

        return number;
    }

    /// <summary>Refuses an action that is not one number of each of several choices.</summary>
    /// <param name="task">The task's name, for the sentence.</param>
    /// <param name="action">A number for each choice.</param>
    /// <param name="counts">Choice i is one of 0 .. counts[i] - 1.</param>
    /// <exception cref="UserError">The action has another size, or a number of it is not whole or not in range.</exception>
    public static void MultiDiscrete(string task, ReadOnlySpan<double> action, ReadOnlySpan<int> counts)
    {
        if (action.Length != counts.Length)
        {
            ThrowSize(task, action.Length, counts.Length);
        }

        for (int i = 0; i < counts.Length; i++)
        {
            int number = (int)action[i];
            if (number != action[i] || (uint)number >= (uint)counts[i])
            {
                ThrowChoice(task, action[i], i, counts[i]);
            }
        }
    }

    /// <summary>Refuses an action of another size or with a component that is not finite. Values outside the box pass.</summary>
    /// <param name="task">The task's name, for the sentence.</param>
    /// <param name="action">The action.</param>
    /// <param name="size">Components that it must have.</param>
    /// <exception cref="UserError">The action has another size, or a component is not finite.</exception>
    public static void Box(string task, ReadOnlySpan<double> action, int size)
    {
        if (action.Length != size)
        {
            ThrowSize(task, action.Length, size);
        }

        for (int i = 0; i < action.Length; i++)
        {
            if (!double.IsFinite(action[i]))
            {
                ThrowValue(task, action[i], i);
            }
        }
    }

    [DoesNotReturn]
    private static void ThrowSize(string task, int actual, int expected) =>
        throw new UserError($"{task}: the action has {actual} numbers; it must have {expected}");

    [DoesNotReturn]
    private static void ThrowDiscrete(string task, double value, int count) => throw new UserError(
        FormattableString.Invariant($"{task}: the action is {value}; it must be a whole number from 0 to {count - 1}"));

    [DoesNotReturn]
    private static void ThrowChoice(string task, double value, int index, int count) => throw new UserError(
        FormattableString.Invariant($"{task}: choice {index} of the action is {value}; it must be a whole number from 0 to {count - 1}"));

    [DoesNotReturn]
    private static void ThrowValue(string task, double value, int index) => throw new UserError(
        FormattableString.Invariant($"{task}: component {index} of the action is {value}; it must be finite"));
}
