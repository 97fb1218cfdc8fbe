using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>
/// Advances a run in its folder from wherever it stands to its last step. A finished run is left alone; a stopped one goes on
/// from its newest checkpoint, to the same bits as a run never stopped. A run that is lengthened goes on from its end, to the same
/// bits as a run that was longer from the start: a last row off the grid of measurements is no part of the checkpoint.
/// <para>
/// What is damaged is never passed over in silence, and nothing that is there is given up for it: of two checkpoints the newest one
/// that is whole, with its replay, goes on; where none is, or the rows before it have changed, the run is refused and stays as it is.
/// </para>
/// </summary>
public sealed class RunLoop
{
    private readonly TimeProvider _clock;
    private readonly BuildIdentity _build;
    private readonly string _machine;
    private readonly TimeSpan _checkpointInterval;
    private readonly ProcessIdentity _process;

    /// <summary>A loop.</summary>
    /// <param name="clock">Tells wall times, which go to metrics and status and influence nothing else.</param>
    /// <param name="build">The build that computes, written to <c>run.json</c>.</param>
    /// <param name="machine">The machine, likewise.</param>
    /// <param name="checkpointInterval">Wall time between two checkpoints.</param>
    /// <param name="process">The process that owns the runs; this one if null.</param>
    public RunLoop(TimeProvider clock, BuildIdentity build, string machine, TimeSpan checkpointInterval, ProcessIdentity? process = null)
    {
        _clock = clock;
        _build = build;
        _machine = machine;
        _checkpointInterval = checkpointInterval;
        _process = process ?? ProcessIdentity.Current;
    }

    /// <summary>What computes beside the processor; null for nothing.</summary>
    internal string? Device { get; init; }

    /// <summary>Whether runs of any device are taken as they are, because nothing is computed.</summary>
    internal bool TakesAnyDevice { get; init; }

    /// <summary>Does what is left of a run.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="run">The run.</param>
    /// <param name="progress">Is told after each row of metrics.</param>
    /// <param name="warn">Receives a sentence about each thing that was passed over, and where another build computed what is there.</param>
    /// <param name="cancellation">Stops the run at the next step, after a checkpoint.</param>
    /// <exception cref="OperationCanceledException">The run was stopped and can go on.</exception>
    /// <exception cref="UserError">
    /// The folder holds another run, is damaged, or cannot be written; another process is at work on it; or the run's numbers overflowed.
    /// </exception>
    public void Execute(RunDirectory directory, Run run, Action<RunProgress> progress, Action<string> warn, CancellationToken cancellation)
    {
        using IDisposable culture = InvariantCulture.Begin();
        try
        {
            directory.Require(run.Config);
            RequireDevice(directory);
            if (HasFinished(directory, run))
            {
                RequireMetrics(directory);
                if (Others(directory) is var (what, others, own))
                {
                    warn($"finished runs of {what} are shown as they are: they are of {others}, and this is {own}");
                }

                progress(new RunProgress(run.Steps, run.Steps, 0, []));
                return;
            }

            using var lease = RunLease.Acquire(directory.FullPath, directory.CheckpointPath, _process, _clock, warn);
            directory.Claim(run.Config);
            var store = new CheckpointStore(directory.CheckpointPath);
            var position = new RunPosition();
            IIterative learner = Start(directory, run);
            using var owned = learner as IDisposable;
            bool goesOn = Load(store, directory, run.Config, learner, position, warn);
            if (goesOn && Others(directory) is var (before, found, mine))
            {
                warn($"runs of {before} went on with this one, to bits that need not be those of either: they are of {found}, and this is {mine}");
            }

            BuildIdentity[] earlier = goesOn ? [.. directory.ReadBuilds().Where(build => build != _build).Distinct()] : [];
            using var session = new RunSession(directory, run, learner, position, store, lease, _clock, new RunStamp(_build, earlier, _machine) { Device = Device });
            session.Advance(_checkpointInterval, progress, cancellation);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot write the run '{directory.FullPath}': {IoSentence.Of(e)}", e);
        }
        catch (InvalidDataException e)
        {
            throw OtherVersion(directory, e);
        }
    }

    /// <summary>Brings a learner to where the newest checkpoint of a run has it, to be looked at.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="learner">The run's learner at its start.</param>
    /// <param name="warn">Receives a sentence about each thing that was passed over.</param>
    /// <returns>Whether there is a checkpoint.</returns>
    /// <exception cref="UserError">No checkpoint is whole, or it is of another run or version.</exception>
    public static bool Restore(RunDirectory directory, IIterative learner, Action<string> warn)
    {
        try
        {
            return directory.ReadConfig() is { } config
                && Load(new CheckpointStore(directory.CheckpointPath), directory, config, learner, new RunPosition(), warn);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot read the run '{directory.FullPath}': {IoSentence.Of(e)}", e);
        }
        catch (InvalidDataException e)
        {
            throw OtherVersion(directory, e);
        }
    }

    /// <summary>Whether a run is done: it has the steps, or has ended before for the reason that would end it again.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="run">The run as it is asked for.</param>
    /// <exception cref="UserError">The folder is damaged.</exception>
    public static bool HasFinished(RunDirectory directory, Run run)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(run);
        return directory.Status == RunStatus.Done && directory.ReadStatus() is { } status
            && ((long?)status["step"] >= run.Steps || ((string?)status["ended_by"] is string reason && run.Stop?.Gives(reason) == true));
    }

    // Bits of a GPU are not those of the processor: no run, and no line of a study, has some of both.
    private void RequireDevice(RunDirectory directory)
    {
        if (TakesAnyDevice || directory.Status == RunStatus.None || (long?)directory.ReadStatus()?["step"] is null or 0)
        {
            return;
        }

        RequireDevice((string?)directory.ReadStatus()!["device"], Device, $"the run '{directory.FullPath}'", "--out");
    }

    /// <summary>Holds a finished or begun run to the kind of device that is asked for.</summary>
    /// <param name="stored">The device that computed it; null for the processor.</param>
    /// <param name="wanted">The device that is asked for, likewise.</param>
    /// <param name="run">The run, for errors.</param>
    /// <param name="option">The option that another place for runs is given by, for errors.</param>
    /// <exception cref="UserError">They are of different kinds.</exception>
    internal static void RequireDevice(string? stored, string? wanted, string run, string option)
    {
        if ((stored is null) != (wanted is null))
        {
            throw new UserError(stored is null
                ? $"{run} was computed on the processor, and its numbers are not mixed with those of a GPU: leave out --device gpu, or give another {option}"
                : $"{run} was computed on a GPU ({OneLine.Of(stored, 100)}), and its numbers are not mixed with those of the processor: give --device gpu, or another {option}");
        }
    }

    // A learner at its start; where its task cannot be made or started, the run has failed.
    private IIterative Start(RunDirectory directory, Run run)
    {
        try
        {
            return run.Create();
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException))
        {
            JsonObject content = directory.ReadStatus() ?? new JsonObject
            {
                ["step"] = 0,
                ["steps"] = run.Steps,
                ["started"] = RunSession.TimeOf(_clock),
                ["wall_s"] = 0.0,
                ["build"] = _build.ToJson(),
                ["machine"] = _machine,
            };
            if (Device is not null)
            {
                content["device"] = Device;
            }

            content["status"] = "failed";
            content["updated"] = RunSession.TimeOf(_clock);
            content["error"] = e.Message;
            directory.WriteStatus(content);
            throw;
        }
    }

    // The newest checkpoint that is whole, with its rows; false where the run has not come to one.
    private static bool Load(
        CheckpointStore store, RunDirectory directory, RunConfig config, IIterative learner, RunPosition position, Action<string> warn)
    {
        var damaged = new List<string>();
        foreach (Checkpoint checkpoint in store.Load(damaged))
        {
            var its = RunConfig.FromJson(checkpoint.Config, directory.CheckpointPath);
            if (its.Difference(config) is string difference)
            {
                throw new UserError(
                    $"'{directory.CheckpointPath}' holds a checkpoint of another run ({difference}): put the run's own back, or give another --out");
            }

            StateArchive.Load(checkpoint.State, archive =>
            {
                position.Serialize(archive);
                learner.Serialize(archive);
            });
            try
            {
                (learner as IAppendOnlyState)?.LoadRows(directory.CheckpointPath);
            }
            catch (InvalidDataException e)
            {
                damaged.Add($"{e.Message}, and the checkpoint that needs it was passed over");
                continue;
            }

            store.Choose(checkpoint);
            damaged.ForEach(warn);
            return true;
        }

        if (damaged.Count > 0)
        {
            throw new UserError(
                $"no checkpoint of '{directory.FullPath}' is whole ({string.Join("; ", damaged)}): what is there stays as it is; give another --out, or move that folder, to start anew");
        }

        if (directory.ReadStatus()?["pruned"] is not null)
        {
            throw new UserError($"the checkpoints of '{directory.FullPath}' were taken away by 'prune': it can be read, and not gone on with or looked into; give another --out to start anew");
        }

        return (long?)directory.ReadStatus()?["checkpoint_step"] is not long saved ? false : throw new UserError(
            $"the run '{directory.FullPath}' has no checkpoint any more, where there was one at step {saved}: what is there stays as it is; give another --out to start anew");
    }

    // Late damage is told here and not when all other runs are done.
    private static void RequireMetrics(RunDirectory directory)
    {
        if ((string?)directory.ReadStatus()!["metrics_sha256"] is not string expected)
        {
            MetricsLog.Read(directory.MetricsPath);
        }
        else if (Convert.ToHexStringLower(MetricsLog.ChecksumOf(directory.MetricsPath)) != expected)
        {
            throw new UserError($"'{directory.MetricsPath}' is not as the finished run left it: put the file back, or give another --out");
        }
    }

    // What computed what is there and may give other bits than this build, and the same of this; null where there is none.
    private (string What, string Others, string Own)? Others(RunDirectory directory)
    {
        IReadOnlyList<BuildIdentity> builds = directory.ReadBuilds();
        BuildIdentity[] others = [.. builds.Where(build => !build.ComputesLike(_build)).Distinct()];
        return builds.Count == 0 ? ("another build", "an unknown one", $"{_build}")
            : others.Length == 0 ? null
            : others.All(build => build.Sources.Length > 0 && build.Sources == _build.Sources)
                ? ("another instruction set", string.Join(" and ", others.Select(Vectors).Distinct()), Vectors(_build))
            : ("another build", string.Join(" and ", others.AsEnumerable()), $"{_build}");
    }

    private static string Vectors(BuildIdentity build) => $"vectors of {build.VectorWidth} bits";

    private static UserError OtherVersion(RunDirectory directory, InvalidDataException e) => new(
        $"the checkpoint of '{directory.FullPath}' is of another version of Dyad ({e.Message}), from which this one does not go on; its metrics and policies can be read as before: give another --out to start anew, or go on with the version that wrote it", e);
}
