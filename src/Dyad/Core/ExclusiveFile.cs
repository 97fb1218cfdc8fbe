using System.Runtime.InteropServices;

namespace Dyad.Core;

/// <summary>Files that one of many comes to create, and that nobody sees before they are whole.</summary>
internal static partial class ExclusiveFile
{
    // EEXIST, the same on Linux and macOS.
    private const int IsThere = 17;

    /// <summary>Creates a file with its content.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">All of it.</param>
    /// <returns>Whether it was created; false where there is one already.</returns>
    /// <exception cref="IOException">It cannot be written; nothing of it is left.</exception>
    public static bool TryCreate(string path, byte[] content)
    {
        if (!OperatingSystem.IsWindows() && Linked(path, content) is bool created)
        {
            return created;
        }

        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }

        try
        {
            using (file)
            {
                file.Write(content);
            }
        }
        catch (IOException)
        {
            File.Delete(path);
            throw;
        }

        return true;
    }

    // A second name for a file that is whole: who is killed in between leaves no empty one. Null where the file system has no second names.
    private static bool? Linked(string path, byte[] content)
    {
        string whole = $"{path}.{Environment.MachineName}-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}.coming";
        try
        {
            File.WriteAllBytes(whole, content);
            return Link(whole, path) == 0 ? true : Marshal.GetLastPInvokeError() == IsThere ? false : null;
        }
        finally
        {
            File.Delete(whole);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string there, string created);
}
