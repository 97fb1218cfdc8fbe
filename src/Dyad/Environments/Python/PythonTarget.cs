using Dyad.Core;

namespace Dyad.Environments.Python;

/// <summary>
/// A task in Python by what a user writes: <c>gymnasium:NAME[?key=value&amp;...]</c> is what <c>gymnasium.make</c> makes, and
/// <c>py:[FOLDER/]package.module:factory[?key=value&amp;...]</c> what a class or function of a module makes.
/// </summary>
/// <param name="Kind"><c>gymnasium</c> or <c>py</c>.</param>
/// <param name="Folder">Where the module is looked for first, beside Python's own path; empty for the working directory.</param>
/// <param name="Target">The name in Gymnasium's registry, or <c>package.module:factory</c>.</param>
/// <param name="Query">Keyword arguments, <c>key=value</c> joined by an ampersand; values as Python writes them, or texts.</param>
internal sealed record PythonTarget(string Kind, string Folder, string Target, string Query)
{
    private const string Gymnasium = "gymnasium";
    private const string Module = "py";

    /// <summary>What finds the task again from any folder.</summary>
    public string Text => $"{Kind}:{(Folder.Length > 0 ? Folder.TrimEnd('/') + "/" : "")}{Target}{(Query.Length > 0 ? "?" + Query : "")}";

    /// <summary>Name for folders, legends and sentences: <c>gymnasium-CartPole-v1</c>.</summary>
    public string Name => FolderName.Of(
        (Kind == Gymnasium ? $"{Gymnasium}-{Target}" : Target.Replace(':', '.')) + (Query.Length > 0 ? "-" + Query.Replace('=', '-') : ""), "python-task");

    /// <summary>Whether a text names a task in Python.</summary>
    public static bool Names(string text) =>
        text.StartsWith(Gymnasium + ":", StringComparison.Ordinal) || text.StartsWith(Module + ":", StringComparison.Ordinal);

    /// <summary>Reads a name.</summary>
    /// <exception cref="UserError">It lacks a part.</exception>
    public static PythonTarget Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string kind = text[..colon], body = text[(colon + 1)..], query = "";
        int mark = body.IndexOf('?', StringComparison.Ordinal);
        if (mark >= 0)
        {
            (body, query) = (body[..mark], body[(mark + 1)..]);
        }

        if (kind == Gymnasium)
        {
            return body.Length > 0 ? new PythonTarget(kind, "", body, query)
                : throw new UserError($"'{text}' names no task; it must be gymnasium:NAME, as gymnasium:CartPole-v1");
        }

        int slash = body.LastIndexOfAny(['/', '\\']);
        string folder = slash < 0 ? "" : body[..Math.Max(slash, 1)], target = body[(slash + 1)..];
        int split = target.IndexOf(':', StringComparison.Ordinal);
        return split > 0 && split < target.Length - 1 && !target.EndsWith(".py", StringComparison.Ordinal) && !target[..split].EndsWith(".py", StringComparison.Ordinal)
            ? new PythonTarget(kind, folder.Length > 0 ? Path.GetFullPath(folder) : "", target, query)
            : throw new UserError($"'{text}' is no task in Python; it must be py:MODULE:FACTORY or py:FOLDER/MODULE:FACTORY, as py:tasks.pole:Pole for the class Pole of tasks/pole.py");
    }
}
