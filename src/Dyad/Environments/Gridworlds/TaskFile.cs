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
        string text = TextFile.Read(path, TextFile.Large);
        if (text.TrimStart().StartsWith('{') || path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            map = null;
            return TextFile.Named(path, () => MdpReader.Parse(text));
        }

        GridMap grid = map = TextFile.Named(path, () => new GridMap(text));
        return TextFile.Named(path, () => new MdpDocument(grid.ToMdp(gamma, goal, slip), null, null));
    }
}
