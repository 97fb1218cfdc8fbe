namespace Dyad.Core;

/// <summary>Locks between processes: files that only one of them can have open.</summary>
internal static class FileLock
{
    /// <summary>Takes a lock.</summary>
    /// <param name="path">Its file, which stays: a lock on one that goes away would hold nobody back.</param>
    /// <returns>The lock, to be disposed of; null where another process has it.</returns>
    /// <exception cref="IOException">The file cannot be opened for another reason.</exception>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
    }

    // EAGAIN of Linux and macOS, ERROR_SHARING_VIOLATION of Windows.
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);
}
