using Dyad.Training;

namespace Dyad.Studies;

/// <summary>How far a study is, told after each row of metrics of one of its runs.</summary>
/// <param name="Fraction">Share of all steps that is done.</param>
/// <param name="Label">Label of the run.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Run">How far the run is.</param>
public sealed record StudyProgress(double Fraction, string Label, int Seed, RunProgress Run)
{
    /// <summary>Task of the run.</summary>
    public string Environment { get; init; } = "";

    /// <summary>Folder of the run.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Runs that are done.</summary>
    public int Done { get; init; }

    /// <summary>All runs.</summary>
    public int Runs { get; init; }

    /// <summary>Time that is left of all runs; null where nothing is known yet.</summary>
    public TimeSpan? Left { get; init; }

    /// <summary>The sentence of a run that failed just now.</summary>
    public string? Failure { get; init; }
}
