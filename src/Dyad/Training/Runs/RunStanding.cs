using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>Where a run stands, from its status and from who advances it.</summary>
/// <param name="Status"><c>done</c>, <c>running</c>, <c>stopped</c>, <c>killed</c> or <c>failed</c>.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps to do; null where nobody says.</param>
/// <param name="WallSeconds">Seconds of computing so far.</param>
/// <param name="StepsPerSecond">Its speed: of the last minute where it goes on, else of all; 0 where none is known.</param>
/// <param name="LeftSeconds">Seconds that are left at this speed; null where it is done or nothing is known.</param>
/// <param name="Error">What it failed with.</param>
/// <param name="EndedBy">What ended it before its last step.</param>
/// <param name="Owner">Who advances it; null where nobody does.</param>
/// <param name="HeardSeconds">Seconds since the owner was heard of.</param>
internal sealed record RunStanding(
    string Status, long Step, long? Steps, double WallSeconds, double StepsPerSecond, double? LeftSeconds, string? Error, string? EndedBy, RunOwner? Owner, double HeardSeconds)
{
    /// <summary>Reads a run's folder.</summary>
    /// <param name="directory">The folder, with a <c>run.json</c>.</param>
    /// <param name="clock">Tells whether an owner is still alive.</param>
    /// <exception cref="UserError">The status is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static RunStanding Of(RunDirectory directory, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(clock);
        JsonObject status = directory.ReadStatus() ?? throw new UserError($"'{directory.FullPath}' has no run.json");
        RunOwner? owner = RunOwner.Last(directory.CheckpointPath);
        DateTimeOffset now = clock.GetUtcNow();
        bool isAlive = owner?.IsAlive(ProcessIdentity.Current, now) == true;
        string told = (string?)status["status"] ?? "unknown";
        bool live = isAlive && owner!.Steps > 0;
        long step = live ? owner!.Step : (long?)status["step"] ?? 0;
        long? steps = live ? owner!.Steps : (long?)status["steps"];
        double seconds = live ? owner!.WallSeconds : (double?)status["wall_s"] ?? 0;
        double speed = live && owner!.StepsPerSecond > 0 ? owner.StepsPerSecond : seconds > 0 ? step / seconds : 0;
        return new RunStanding(
            isAlive ? "running" : told != "running" ? told : owner is { HasLeft: false } ? "killed" : "stopped",
            step,
            steps,
            seconds,
            speed,
            (isAlive || told is "running" or "stopped") && speed > 0 && steps > step ? (steps.Value - step) / speed : null,
            isAlive ? null : (string?)status["error"],
            isAlive ? null : (string?)status["ended_by"],
            isAlive ? owner : null,
            isAlive ? Math.Max(0, (now - owner!.Heartbeat).TotalSeconds) : 0);
    }
}
