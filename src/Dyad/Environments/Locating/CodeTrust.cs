using Dyad.Core;
using Dyad.Environments.Python;

namespace Dyad.Environments.Locating;

/// <summary>
/// Which code may run because a stored file names it. A run's folder is data and may be somebody else's: a library that its
/// <c>config.json</c> names runs only where the user names the library too, or trusts the folder that it lies in.
/// </summary>
public sealed class CodeTrust
{
    private readonly string[] _folders;

    /// <summary>What the user trusts.</summary>
    /// <param name="task">The task to take in place of the stored one, as <see cref="TaskLocator.Find"/> reads it; null for the stored one.</param>
    /// <param name="folders">Folders whose libraries may be loaded, with those below.</param>
    /// <exception cref="UserError">There is no such folder.</exception>
    public CodeTrust(string? task = null, params IEnumerable<string> folders)
    {
        Task = task;
        _folders = [.. folders.Select(folder => Directory.Exists(folder)
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))
            : throw new UserError($"there is no folder '{folder}' to trust"))];
    }

    /// <summary>Nothing but Dyad's own code.</summary>
    public static CodeTrust None { get; } = new();

    /// <summary>The task in place of the stored one; null for the stored one.</summary>
    public string? Task { get; }

    /// <summary>The same trust for the task that is stored, where that may be found; this one otherwise.</summary>
    /// <param name="stored">Its name.</param>
    public CodeTrust OfStored(string stored) => new CodeTrust(null, _folders) is var own && own.Refused(stored) is null ? own : this;

    /// <summary>The library that a stored name would load without leave, by its full path, and the type in it; null where there is none.</summary>
    /// <param name="stored">The name.</param>
    public (string File, string Type)? Refused(string stored)
    {
        if (Task is not null)
        {
            return null;
        }

        stored = TaskWrappers.Bare(stored);
        if (PythonTarget.Names(stored))
        {
            // A name of Gymnasium's registry is code of the user's own Python; MODULE:NAME would import a module first.
            var target = PythonTarget.Parse(stored);
            string module = target.Target[..(target.Target.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? colon : 0)];
            string path = Path.Combine(target.Folder.Length > 0 ? target.Folder : "Python's path", module);
            return module.Length == 0 || IsTrusted(path) ? null : (path, target.Target[(module.Length + 1)..]);
        }

        if (!TaskLibrary.Names(stored))
        {
            return null;
        }

        string full = TaskLibrary.FullText(stored), type = TaskLibrary.TypeOf(stored), file = full[..^(type.Length + 1)];
        return IsTrusted(file) ? null : (file, type);
    }

    private bool IsTrusted(string file) => _folders.Any(folder => file.StartsWith(
        folder.EndsWith(Path.DirectorySeparatorChar) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    /// <summary>Finds the task of a stored name.</summary>
    /// <param name="stored">The name.</param>
    /// <exception cref="UserError">Its code is not trusted, or there is no such task.</exception>
    public LocatedTask Find(string stored) => Refused(stored) is var (file, type)
        ? throw new UserError($"the code of {type} in '{file}' would be run because a stored file names it: give leave with a {nameof(CodeTrust)} of that folder or task")
        : TaskLocator.Find(Task ?? stored);
}
