using Dyad.Core;

namespace Dyad.Environments.Wrappers;

/// <summary>
/// Actions in [-1, 1], stretched linearly to the task's action box: a = low + (x + 1)/2 (high - low). A component without two finite
/// bounds passes as it is.
/// </summary>
public sealed class RescaleAction : EnvironmentWrapper
{
    private readonly Box _box;
    private readonly double[] _stretched;

    /// <summary>The rescaling around an environment.</summary>
    /// <exception cref="UserError">The actions are discrete.</exception>
    public RescaleAction(IEnvironment inner) : base(inner)
    {
        _box = ActionBox(inner, nameof(RescaleAction));
        _stretched = new double[_box.Size];
        ActionSpace = _box.Normalized();
    }

    /// <inheritdoc/>
    public override Space ActionSpace { get; }

    /// <inheritdoc/>
    internal override bool Announce(ReadOnlySpan<double> action) => action.Length == _stretched.Length && Announce(Inner, Stretched(action));

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation) =>
        // An action of another size is the task's to refuse: it knows its name.
        Inner.Step(action.Length == _stretched.Length ? Stretched(action) : action, observation);

    private double[] Stretched(ReadOnlySpan<double> action)
    {
        for (int i = 0; i < _stretched.Length; i++)
        {
            _stretched[i] = _box.IsBoundedIn(i) ? _box.Low[i] + ((action[i] + 1) / 2 * (_box.High[i] - _box.Low[i])) : action[i];
        }

        return _stretched;
    }
}
