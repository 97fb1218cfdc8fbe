using Dyad.Training;

namespace Dyad.Studies;

/// <summary>How one method is trained.</summary>
/// <param name="Changes">Options that differ from their defaults, by name.</param>
/// <param name="Steps">Steps of each run.</param>
/// <param name="MeasureEvery">Steps between two rows of metrics.</param>
/// <param name="FirstSeed">The first of consecutive seeds.</param>
/// <param name="EvaluationEpisodes">Episodes of one evaluation of a neural method.</param>
/// <param name="Preset">Preset of a neural method, on top of which the changes are made.</param>
/// <param name="Label">Name in folders and legends; by what is run if null.</param>
/// <param name="KeepsInterval">Whether runs that are there keep the interval that they are measured at.</param>
/// <param name="Stop">What ends a run before its last step; null for nothing.</param>
/// <param name="KeepPolicies">Policies of a neural method that are kept along a run.</param>
public sealed record TrainingRequest(
    IReadOnlyList<(string Name, string Value)> Changes,
    long Steps,
    long MeasureEvery,
    int FirstSeed,
    int EvaluationEpisodes = 10,
    string Preset = AgentPreset.Correct,
    string? Label = null,
    bool KeepsInterval = false,
    StopRule? Stop = null,
    int KeepPolicies = 0)
{
    /// <summary>Networks of a stored run that a neural method begins with; null where they are drawn.</summary>
    public StartingNetworks? From { get; init; }
}
