using Dyad.Core;

namespace Dyad.Environments.Wrappers;

/// <summary>Several choices as one: the number of their combination, the last choice changing first. For methods that have a value for each action.</summary>
public sealed class CombineChoices : EnvironmentWrapper
{
    private readonly int[] _counts;
    private readonly Discrete _space;
    private readonly double[] _choices;

    /// <summary>One choice around an environment with several.</summary>
    /// <exception cref="UserError">The actions are not several choices, or there are too many combinations for a number.</exception>
    public CombineChoices(IEnvironment inner) : base(inner)
    {
        _counts = inner.ActionSpace is MultiDiscrete several ? several.Counts
            : throw new UserError($"{nameof(CombineChoices)} needs actions that are several choices at once");
        int combinations = ((MultiDiscrete)inner.ActionSpace).Combinations;
        _space = combinations < int.MaxValue ? new Discrete(combinations)
            : throw new UserError($"{nameof(CombineChoices)} cannot number the combinations of {_counts.Length} choices: they are too many");
        _choices = new double[_counts.Length];
    }

    /// <inheritdoc/>
    public override Space ActionSpace => _space;

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        // What is no combination is the task's to refuse, since it knows its name, but for what it would take for one of its own.
        if (!_space.Contains(action))
        {
            return action.Length == _counts.Length
                ? throw new UserError($"an action of {action.Length} numbers was given, and that of combined choices is one")
                : Inner.Step(action.Length == 1 ? [.. Enumerable.Repeat(action[0], _counts.Length)] : action, observation);
        }

        int number = (int)action[0];
        for (int i = _counts.Length - 1; i >= 0; i--)
        {
            _choices[i] = number % _counts[i];
            number /= _counts[i];
        }

        return Inner.Step(_choices, observation);
    }
}
