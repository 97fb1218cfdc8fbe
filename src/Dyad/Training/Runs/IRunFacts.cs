namespace Dyad.Training;

/// <summary>What a learner knows of its run that no configuration tells; written to <c>run.json</c>.</summary>
internal interface IRunFacts
{
    /// <summary>The simulator or interpreter behind the task, with its version: <c>MuJoCo 2.2.2</c>; empty where Dyad is all there is.</summary>
    string Software { get; }

    /// <summary>What happened to the run that a reader of its numbers must know, in sentences.</summary>
    IEnumerable<string> Facts { get; }
}
