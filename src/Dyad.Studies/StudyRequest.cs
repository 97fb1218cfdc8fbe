using Dyad.Training;

namespace Dyad.Studies;

/// <summary>What a caller wants of a study.</summary>
/// <param name="Scale">How large.</param>
/// <param name="Seeds">Seeds of each variant; the study's own number if null.</param>
/// <param name="Jobs">Runs at the same time.</param>
/// <param name="Output">Folder that holds <c>STUDY/LABEL/ENVIRONMENT/seed-N</c>.</param>
/// <param name="Command">The command that repeats the study, for the report.</param>
/// <param name="Steps">Steps of each run, measured as often; the study's own number if null. Runs of fewer steps are lengthened, of longer ones as many are read.</param>
/// <param name="Only">Labels of the variants that are run; all if null.</param>
public sealed record StudyRequest(
    StudyScale Scale, int? Seeds, int Jobs, string Output, string Command, long? Steps = null, IReadOnlyCollection<string>? Only = null)
{
    /// <summary>Name of the scale in results.</summary>
    public string ScaleName { get; init; } = Scale == StudyScale.Quick ? "quick" : "paper";

    /// <summary>What computes the runs' updates; null for the processor. It is the caller's.</summary>
    internal ITrainingDevice? Device { get; init; }

    /// <summary>Whether nothing is run: what is there is summarised, and what is not is told as if it had failed.</summary>
    public bool ReadsOnly { get; init; }

    /// <summary>A folder of finished seeds, from which those come that have no folder yet, and to which new ones go; null for none.</summary>
    public string? Kept { get; init; }
}
