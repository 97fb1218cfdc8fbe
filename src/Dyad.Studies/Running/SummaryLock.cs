using Dyad.Core;

namespace Dyad.Studies.Running;

/// <summary>
/// Summaries of one folder are made one after the other, by however many calls: the last one reads all runs that are done.
/// </summary>
internal static class SummaryLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until no other call makes a summary; null where the folder cannot be written, which the summary itself tells, or nobody lets go.</summary>
    /// <param name="folder">The folder of the summary, which is created.</param>
    public static IDisposable? Hold(string folder)
    {
        for (long started = Environment.TickCount64; Environment.TickCount64 - started < Patience.TotalMilliseconds; Thread.Sleep(20))
        {
            try
            {
                Directory.CreateDirectory(folder);
                if (FileLock.TryTake(Path.Combine(folder, "summary.lock")) is { } held)
                {
                    return held;
                }
            }
            catch (Exception e) when (IoSentence.Tells(e))
            {
                return null;
            }
        }

        return null;
    }
}
