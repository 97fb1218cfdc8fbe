namespace Dyad.Core;

/// <summary>Writes a file that the user named, whole: a reader sees the old content or the new one, never a half.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Writes a file; its folder is made where there is none. A link stays, and what it leads to is replaced; a device or a pipe is
    /// written to and never replaced.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It cannot be written; what was there is there still.</exception>
    /// <exception cref="UnauthorizedAccessException">There is no permission.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full) ?? full);
        if (Special(full) is { } special)
        {
            using (special)
            {
                write(special);
            }

            return;
        }

        string target = new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
        DurableFile.Write(target, $"{target}.{Environment.ProcessId}.tmp", write, flush: true);
    }

    // What is there and has no length of its own, open; null for a plain file, or nothing.
    private static FileStream? Special(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            return null;
        }

        try
        {
            if (file.CanSeek)
            {
                file.SetLength(file.Length);
                file.Dispose();
                return null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // A device seeks, and takes no length.
        }

        return file;
    }
}
