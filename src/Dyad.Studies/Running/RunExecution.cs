using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Studies.Running;

/// <summary>Does one run of a study, on the processor or with its learner in a seat of a device.</summary>
internal static class RunExecution
{
    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromSeconds(5);

    /// <summary>Does what is left of a run.</summary>
    /// <param name="planned">The run.</param>
    /// <param name="store">Remembers where it is.</param>
    /// <param name="progress">Is told after each row of metrics.</param>
    /// <param name="say">Receives sentences about what was passed over.</param>
    /// <param name="saidOfFinished">Receives those of a run that was finished before.</param>
    /// <param name="cancellation">Stops the run, which can go on later.</param>
    /// <param name="request">What is wanted of its study; null where that is the run alone, on whatever computed it.</param>
    /// <param name="alike">Runs of its kind, itself among them, which a device computes together.</param>
    /// <returns>Whether it was finished before.</returns>
    /// <exception cref="UserError">It failed, or nothing is to be run and it is not done.</exception>
    public static bool Do(
        PlannedRun planned, RunStore store, Action<RunProgress> progress, Action<string> say, ConcurrentDictionary<string, bool> saidOfFinished, CancellationToken cancellation, StudyRequest? request = null, int alike = 1)
    {
        bool wasFinished = false, isRegistered = false;
        var sentences = new List<string>();
        Run run = planned.Variant.Run(planned.Seed);
        bool readsOnly = request?.ReadsOnly == true;
        if (readsOnly && !RunLoop.HasFinished(planned.Directory, run))
        {
            JsonObject? status = planned.Directory.ReadStatus();
            throw new UserError(status is null ? "it has not begun" : planned.Directory.Status == RunStatus.Failed ? (string?)status["error"] ?? "it failed" : $"it is not done, but at step {status["step"]} of {run.Steps}");
        }

        ITrainingDevice? device = request?.Device;
        IDisposable? place = null;
        if (device is not null)
        {
            Func<IIterative> create = run.Create;
            run = run with
            {
                Create = () =>
                {
                    IIterative learner = create();
                    place = device.Seat(learner, alike);
                    return learner;
                },
            };
        }

        var loop = new RunLoop(TimeProvider.System, BuildOf(device), StudyRunner.Machine, device?.CheckpointInterval(alike) ?? CheckpointInterval) { Device = device?.Name, TakesAnyDevice = readsOnly || request is null };
        try
        {
            loop.Execute(planned.Directory, run, Progressed, Told, cancellation);
        }
        finally
        {
            place?.Dispose();
        }

        if (wasFinished)
        {
            sentences.ForEach(sentence => saidOfFinished.TryAdd(sentence, true));
        }

        return wasFinished;

        void Progressed(RunProgress progressed)
        {
            // Not before: a folder with another run is refused, and nothing changes.
            if (!isRegistered)
            {
                store.Register(planned);
                isRegistered = true;
            }

            wasFinished |= progressed.Row.Count == 0;
            progress(progressed);
        }

        void Told(string sentence)
        {
            sentences.Add(sentence);
            say(sentence);
        }
    }

    private static BuildIdentity BuildOf(ITrainingDevice? device) =>
        device is null ? StudyRunner.Build : BuildIdentity.Of(typeof(StudyRunner).Assembly, device.GetType().Assembly);
}
