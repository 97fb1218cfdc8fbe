namespace Dyad.Environments.Wrappers;

/// <summary>Clips each component of an action to the action box before the task sees it.</summary>
public sealed class ClipAction : EnvironmentWrapper
{
    private readonly Box _box;
    private readonly double[] _clipped;

    /// <summary>The clip around an environment with continuous actions.</summary>
    /// <exception cref="Core.UserError">The actions are discrete.</exception>
    public ClipAction(IEnvironment inner) : base(inner)
    {
        _box = ActionBox(inner, nameof(ClipAction));
        _clipped = new double[_box.Size];
    }

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        // An action of another size is the task's to refuse: it knows its name.
        if (action.Length != _clipped.Length)
        {
            return Inner.Step(action, observation);
        }

        for (int i = 0; i < _clipped.Length; i++)
        {
            // An infinite component is a mistake, which a clip would hide.
            _clipped[i] = double.IsFinite(action[i]) ? Math.Clamp(action[i], _box.Low[i], _box.High[i]) : action[i];
        }

        return Inner.Step(_clipped, observation);
    }
}
