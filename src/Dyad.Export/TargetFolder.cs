using Dyad.Core;

namespace Dyad.Export;

/// <summary>
/// Where files go. A file is written under another name and moved, so that a reader sees all of it or nothing; one that is there is
/// replaced only where that was asked for.
/// </summary>
/// <param name="path">The folder, which need not exist yet.</param>
/// <param name="replace">Whether files that are there are replaced.</param>
public sealed class TargetFolder(string path, bool replace = false)
{
    /// <summary>The folder.</summary>
    public string FullPath { get; } = Path.GetFullPath(path);

    /// <summary>The path of a file, whose folder is made.</summary>
    /// <exception cref="UserError">The file is there, or its folder cannot be made.</exception>
    public string PathOf(string name)
    {
        string file = Path.GetFullPath(Path.Combine(FullPath, name));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"the folder '{path}' cannot be written: {IoSentence.Of(e)}", e);
        }

        return Directory.Exists(file) ? throw new UserError($"'{file}' is a folder, and a file of that name is to be written")
            : File.Exists(file) && !replace ? throw new UserError($"'{file}' is there already: name another place, or replace it with --force")
            : file;
    }

    /// <summary>Writes a file.</summary>
    /// <param name="name">Its name under the folder.</param>
    /// <param name="write">Writes its content to a path.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="UserError">It is there, or cannot be written.</exception>
    public string Write(string name, Action<string> write)
    {
        string file = PathOf(name), partial = $"{file}.{Environment.ProcessId}.partial";
        try
        {
            try
            {
                write(partial);
                File.Move(partial, file, overwrite: true);
            }
            finally
            {
                File.Delete(partial);
            }
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"'{file}' cannot be written: {IoSentence.Of(e)}", e);
        }

        return file;
    }

    /// <summary>A file of its own as a target: its folder, and its name there.</summary>
    /// <exception cref="UserError">The path names no file.</exception>
    public static (TargetFolder Folder, string Name) OfFile(string path, bool replace)
    {
        string full = Path.GetFullPath(path), name = Path.GetFileName(full);
        return name.Length > 0 ? (new TargetFolder(Path.GetDirectoryName(full)!, replace), name) : throw new UserError($"'{path}' names no file");
    }
}
