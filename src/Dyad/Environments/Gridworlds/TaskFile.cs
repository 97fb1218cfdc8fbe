using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Environments.Gridworlds;

/// <summary>Finite MDPs in files that the user names: JSON, or a text map of a grid.</summary>
internal static class TaskFile
{
    /// <summary>Reads a file; gamma, the goal's rule and the slip are those of a text map, JSON brings its own.</summary>
    /// <exception cref="UserError">It cannot be read, or holds neither; the sentence names the file.</exception>
    public static MdpDocument Read(string path, double gamma = FourRoom.Discount, GoalRule goal = GoalRule.Restart, double slip = 0) =>
        Read(path, out _, gamma, goal, slip);

    /// <summary>The same with the grid that a text map is of; null where the file holds JSON.</summary>
    /// <inheritdoc cref="Read(string, double, GoalRule, double)"/>
    public static MdpDocument Read(string path, out GridMap? map, double gamma = FourRoom.Discount, GoalRule goal = GoalRule.Restart, double slip = 0)
    {
        string text = ReadText(path);
        if (text.TrimStart().StartsWith('{') || path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            map = null;
            return Named(path, () => MdpReader.Parse(text));
        }

        GridMap grid = map = Named(path, () => new GridMap(text));
        return Named(path, () => new MdpDocument(grid.ToMdp(gamma, goal, slip), null, null));
    }

    /// <summary>Reads a text file; one sentence where that fails.</summary>
    /// <exception cref="UserError">It cannot be read.</exception>
    public static string ReadText(string path) => TextFile.Read(path, TextFile.Large);

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
