using Dyad.Core;
using Dyad.Environments.Wrappers;

namespace Dyad.Environments.Recording;

/// <summary>
/// Records each episode of a task that can be drawn; for an evaluation or a replay, as adding a row may allocate. A
/// recording is no part of a saved state.
/// </summary>
public sealed class EpisodeRecorder : EnvironmentWrapper
{
    private readonly IRecordable _source;
    private readonly string _task;
    private readonly double[] _row;

    /// <summary>A recorder around an environment.</summary>
    /// <param name="inner">The environment, wrapped or not.</param>
    /// <param name="task">The task's name.</param>
    /// <exception cref="UserError">The task cannot be drawn.</exception>
    public EpisodeRecorder(IEnvironment inner, string task) : base(inner)
    {
        _source = Find<IRecordable>(inner)
            ?? throw new UserError($"'{task}' cannot be recorded: it does not say what to draw (interface {nameof(IRecordable)})");
        _task = task;
        _row = new double[_source.Columns.Count];
        Recording = new EpisodeRecording(task, _source.TimeStep, _source.Columns, _source.Scene);
    }

    /// <summary>The episode that runs, or the last one.</summary>
    public EpisodeRecording Recording { get; private set; }

    /// <inheritdoc/>
    public override void Reset(Span<double> observation, long? seed = null)
    {
        Inner.Reset(observation, seed);
        Recording = new EpisodeRecording(_task, _source.TimeStep, _source.Columns, _source.Scene);
        Add(0);
    }

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = Inner.Step(action, observation);
        Add(result.Reward);
        Recording.End = result.Terminated ? RecordingEnd.Terminated : result.Truncated ? RecordingEnd.Truncated : RecordingEnd.Cut;
        return result;
    }

    private void Add(double reward)
    {
        _source.CopyRow(_row);
        Recording.Add(_row, reward);
    }
}
