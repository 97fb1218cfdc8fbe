namespace Dyad.Environments;

/// <summary>A task that can be told its next action ahead of the step, which it then takes together with others.</summary>
internal interface IForetold
{
    /// <summary>Tells the next action; nothing happens yet.</summary>
    /// <returns>Whether it will be taken together with others, should they hear theirs too.</returns>
    bool Announce(ReadOnlySpan<double> action);
}
