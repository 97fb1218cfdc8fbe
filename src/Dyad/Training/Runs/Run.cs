using Dyad.Core;

namespace Dyad.Training;

/// <summary>One run: what advances, and how far.</summary>
/// <param name="Config">Everything that determines the run but its length; written to <c>config.json</c>.</param>
/// <param name="Create">Makes the learner at its start.</param>
/// <param name="Steps">Steps to do; a run that did fewer goes on, one that did more has them.</param>
/// <param name="Export">Writes what others read from the run's folder, a policy for example; called with every checkpoint.</param>
public sealed record Run(RunConfig Config, Func<IIterative> Create, long Steps, Action<IIterative, string>? Export = null)
{
    /// <summary>Steps between two rows of metrics; the start and the end are measured as well.</summary>
    public long MeasureEvery => Config.Measuring.Every;

    /// <summary>The folder of the run whose networks it begins with, for <c>run.json</c>; null where they are drawn.</summary>
    public string? Origin { get; init; }

    /// <summary>What ends it before its last step; null for nothing. No part of its identity, as its length is none.</summary>
    public StopRule? Stop { get; init; }

    /// <summary>Policies that are kept along the way, one for each equal part of the steps.</summary>
    public int KeepPolicies { get; init; }

    /// <summary>Writes the policy as it is into a file of the run's folder; null where the learner has none.</summary>
    public Action<IIterative, string, string>? KeepPolicy { get; init; }
}

/// <summary>How far a run is, told after each row of metrics.</summary>
/// <param name="Step">Steps done, at most those to do.</param>
/// <param name="Steps">Steps to do.</param>
/// <param name="WallSeconds">Seconds of computing so far, stops left out.</param>
/// <param name="Row">The row of metrics; empty for a run that was finished before.</param>
public sealed record RunProgress(long Step, long Steps, double WallSeconds, IReadOnlyList<(string Name, double Value)> Row);
