using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>
/// Who advances a run, and how far it is, as <c>checkpoint/owner-N.json</c> tells: N counts the owners that a run has had, and the
/// last one counts (<see cref="RunLease"/>).
/// </summary>
/// <param name="Number">N.</param>
/// <param name="Process">The process; null where the file does not say, being written or cut off.</param>
/// <param name="Heartbeat">When it was last heard of.</param>
/// <param name="HasLeft">Whether it has said that it is done.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps to do.</param>
/// <param name="WallSeconds">Seconds of computing so far.</param>
/// <param name="StepsPerSecond">Its speed over the last minute; 0 where none is known yet.</param>
internal sealed record RunOwner(
    long Number, ProcessIdentity? Process, DateTimeOffset Heartbeat, bool HasLeft = false,
    long Step = 0, long Steps = 0, double WallSeconds = 0, double StepsPerSecond = 0)
{
    // Of a file that does not tell: half a second.
    private const int Looks = 60;

    /// <summary>Time between two heartbeats.</summary>
    public static TimeSpan BeatsEvery => TimeSpan.FromSeconds(5);

    /// <summary>An owner on another machine is taken for dead when it was not heard of for so long.</summary>
    public static TimeSpan StaleAfter => TimeSpan.FromSeconds(60);

    /// <summary>Whether the run is its own: it has not left, and is not known or taken to be dead.</summary>
    /// <param name="here">The process that asks.</param>
    /// <param name="now">Its time.</param>
    public bool IsAlive(ProcessIdentity here, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(here);

        // Of a process beside this one the system knows; one that sleeps will go on.
        return !HasLeft && (Process is not null && Process.IsBeside(here) ? Process.Runs() : now - Heartbeat <= StaleAfter);
    }

    /// <inheritdoc/>
    public override string ToString() => Process?.ToString() ?? "another process";

    /// <summary>The last owner of a run; null where it never had one.</summary>
    /// <param name="folder">The folder of its checkpoints.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static RunOwner? Last(string folder)
    {
        // The file of an owner goes when another one comes, and is empty for a moment before it tells whose it is.
        for (int attempt = 0; ; attempt++)
        {
            long number = Numbers(folder).DefaultIfEmpty(0).Max();
            if (number == 0)
            {
                return null;
            }

            try
            {
                string path = PathOf(folder, number);
                if (Parse(number, File.ReadAllText(path)) is { } owner)
                {
                    return owner;
                }

                if (attempt >= Looks)
                {
                    return new RunOwner(number, null, File.GetLastWriteTimeUtc(path));
                }
            }
            catch (FileNotFoundException) when (attempt < Looks)
            {
            }

            Thread.Sleep(attempt < 10 ? 0 : 10);
        }
    }

    internal static string PathOf(string folder, long number) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"owner-{number}.json"));

    internal static IEnumerable<long> Numbers(string folder) => !Directory.Exists(folder) ? [] : Directory.EnumerateFiles(folder, "owner-*.json")
        .Select(path => Path.GetFileNameWithoutExtension(path)["owner-".Length..])
        .Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0);

    internal string ToText() => new JsonObject
    {
        ["host"] = Process?.Host,
        ["place"] = Process?.Place,
        ["process"] = Process?.Id,
        ["started"] = Process?.Started,
        ["heartbeat"] = Heartbeat.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        ["has_left"] = HasLeft,
        ["step"] = Step,
        ["steps"] = Steps,
        ["wall_s"] = Math.Round(WallSeconds, 3),
        ["steps_per_s"] = Math.Round(StepsPerSecond, 3),
    }.ToJsonString() + "\n";

    private static RunOwner? Parse(long number, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            JsonElement file = document.RootElement;
            string Text(string name) => file.GetProperty(name).GetString() ?? "";
            return new RunOwner(
                number,
                new ProcessIdentity(Text("host"), Text("place"), file.GetProperty("process").GetInt32(), Text("started")),
                DateTimeOffset.Parse(Text("heartbeat"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                file.GetProperty("has_left").GetBoolean(),
                file.GetProperty("step").GetInt64(),
                file.GetProperty("steps").GetInt64(),
                file.GetProperty("wall_s").GetDouble(),
                file.GetProperty("steps_per_s").GetDouble());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
