using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Environments.Gridworlds;

/// <summary>Finite MDPs in files that the user names: JSON, or a text map of a grid.</summary>
public static class TaskFile
{
    /// <summary>Reads a file; gamma and the goal's rule are those of a text map, JSON brings its own.</summary>
    /// <exception cref="UserError">It cannot be read, or holds neither; the sentence names the file.</exception>
    public static MdpDocument Read(string path, double gamma = FourRoom.Discount, GoalRule goal = GoalRule.Restart)
    {
        string text = ReadText(path);
        return IsJson(path, text)
            ? MdpReader.ReadFile(path)
            : Named(path, () => new MdpDocument(new GridMap(text).ToMdp(gamma, goal), null, null));
    }

    /// <summary>The grid of a file that <see cref="Read"/> reads; null where it holds an MDP in JSON.</summary>
    /// <exception cref="UserError">It cannot be read.</exception>
    public static GridMap? ReadMap(string path)
    {
        string text = ReadText(path);
        return IsJson(path, text) ? null : Named(path, () => new GridMap(text));
    }

    /// <summary>Reads a text file; one sentence where that fails.</summary>
    /// <exception cref="UserError">It cannot be read.</exception>
    public static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot read '{path}': {(Directory.Exists(path) ? "it is a folder" : e.Message)}", e);
        }
    }

    private static bool IsJson(string path, string text) =>
        text.TrimStart().StartsWith('{') || path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Puts a file's name before what is said about its content.</summary>
    /// <exception cref="UserError">Reading its content raised one.</exception>
    public static T Named<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (UserError e)
        {
            throw new UserError($"{path}: {e.Message}", e);
        }
    }
}
