using Dyad.Training;

namespace Dyad.Studies.Running;

/// <summary>A run that a study asks for, and the folder that holds it.</summary>
/// <param name="Variant">What is run.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Directory">The folder: the study's own, or that of the same run of another study.</param>
/// <param name="Identity">What tells the run from others (<see cref="RunIdentity"/>).</param>
internal sealed record PlannedRun(Variant Variant, int Seed, RunDirectory Directory, string Identity)
{
    /// <summary>The folder of its own where another line of the study is the same run; null where there is none.</summary>
    public string? Pointer { get; init; }
}

/// <summary>How a planned run ended.</summary>
/// <param name="Run">The run.</param>
/// <param name="Failure">The sentence of a run that failed; null for one that is done.</param>
/// <param name="Cause">What it failed with.</param>
/// <param name="WasFinished">Whether it was finished before.</param>
internal sealed record RunOutcome(PlannedRun Run, string? Failure, Exception? Cause, bool WasFinished);
