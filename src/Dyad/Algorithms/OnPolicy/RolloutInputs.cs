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
    private readonly int _actionSize = actionSize;
    private readonly Extent _steps = steps;
    private readonly List<Indices> _choices = [];

    /// <summary>a_t where there are finitely many actions, one action number a step.</summary>
    public Indices Choice => ChoicesOf(1)[0];

    /// <summary>a_t where it is several choices, one number a step for each: inputs that are there once they are asked for.</summary>
    /// <param name="count">How many choices.</param>
    public IReadOnlyList<Indices> ChoicesOf(int count)
    {
        while (_choices.Count < count)
        {
            _choices.Add(new Indices($"choice {_choices.Count}", _steps));
        }

        return _choices;
    }

    /// <summary>Sets the choices that are asked for from actions.</summary>
    /// <param name="actions">steps x action size.</param>
    /// <param name="first">Step that the first of them is.</param>
    internal void SetChoices(ReadOnlySpan<float> actions, int first = 0)
    {
        int count = actions.Length / _actionSize;
        for (int k = 0; k < _choices.Count; k++)
        {
            Span<int> values = _choices[k].Values.Slice(first, count);
            for (int i = 0; i < count; i++)
            {
                values[i] = (int)actions[(i * _actionSize) + k];
            }
        }
    }

    /// <summary>What the score of a step is weighted by, steps x 1: gamma^t, or an advantage.</summary>
    public Input<T> Weight { get; } = new("weight", steps, 1);

    /// <summary>What the critic's value of a step is compared with, steps x 1: G_t, for example.</summary>
    public Input<T> Return { get; } = new("return", steps, 1);

    /// <summary>log pi(a_t|s_t) of the policy that drew a_t, steps x 1, where a method compares with it.</summary>
    public Input<T> OldLogProbability { get; } = new("old log probability", steps, 1);

    /// <summary>V(s_t) of the critic at that time, steps x 1, where a method compares with it.</summary>
    public Input<T> OldValue { get; } = new("old value", steps, 1);
}
