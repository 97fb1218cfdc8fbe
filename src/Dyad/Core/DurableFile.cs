namespace Dyad.Core;

/// <summary>Files of which a reader sees the old content or the new one, never a half, also after the machine lost its power.</summary>
internal static class DurableFile
{
    /// <summary>Writes a file beside its place, flushes it to disk, and moves it there. One writer at a time.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes its content.</param>
    /// <param name="flush">Whether it must outlive the machine; what is renewed all the time need not.</param>
    /// <exception cref="IOException">There is no room, or no such folder; the old content is as it was.</exception>
    public static void Write(string path, Action<Stream> write, bool flush = true) => Write(path, path + ".partial", write, flush);

    /// <summary>The same with a name of one's own for the file beside its place.</summary>
    /// <param name="path">The file.</param>
    /// <param name="partial">What it is called until it is whole.</param>
    /// <param name="write">Writes its content.</param>
    /// <param name="flush">Whether it must outlive the machine.</param>
    /// <exception cref="IOException">There is no room, or no such folder; the old content is as it was.</exception>
    public static void Write(string path, string partial, Action<Stream> write, bool flush)
    {
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                write(file);
                file.Flush(flushToDisk: flush);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            // On a full disk, half a file takes the room that others need.
            Remove(partial);
            throw;
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            // What it was written for is told by the caller.
        }
    }
}
