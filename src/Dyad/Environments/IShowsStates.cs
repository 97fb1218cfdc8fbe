namespace Dyad.Environments;

/// <summary>A task whose states are numbered as those of a finite MDP, and that can show each.</summary>
internal interface IShowsStates
{
    /// <summary>States in which steps begin: 0 to one less. A termination that no step begins in may follow them.</summary>
    int States { get; }

    /// <summary>Writes the observation of a state.</summary>
    /// <param name="state">Its number.</param>
    /// <param name="observation">Receives it, as long as the space of observations is.</param>
    void Show(int state, Span<double> observation);
}
