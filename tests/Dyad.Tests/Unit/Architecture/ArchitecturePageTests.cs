using System.Globalization;
using System.Text.RegularExpressions;
using Dyad.Studies;

namespace Dyad.Tests.Unit.Architecture;

/// <summary>docs/architecture.md against what is there: counts, projects and what they refer to, folders. Files it names are held by the tests of all pages.</summary>
[Trait("Category", "unit")]
public sealed partial class ArchitecturePageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "architecture.md"));

    private static readonly Dictionary<string, Func<int>> Counts = new()
    {
        ["rooms"] = () => RoomTable.Parse(Page).Rooms.Count,
        ["projects"] = () => Projects().Count(),
        ["commands"] = () => Program.Root().Subcommands.Count(command => !command.Hidden),
        ["studies"] = () => StudyCatalog.All.Count,
    };

    [Fact]
    public void Counts_are_those_of_what_is_there()
    {
        Match[] counts = Count().Matches(Page).ToArray();
        Assert.Equal(Counts.Keys.Order(), counts.Select(count => count.Groups[1].Value).Order());
        Assert.All(counts, count => Assert.Equal(
            $"{count.Groups[1].Value}: {Counts[count.Groups[1].Value]().ToString(CultureInfo.InvariantCulture)}", $"{count.Groups[1].Value}: {count.Groups[2].Value}"));
    }

    [Fact]
    public void Projects_refer_to_what_the_table_says()
    {
        var told = Project().Matches(Page).ToDictionary(
            row => row.Groups[1].Value, row => row.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries).Order().ToArray());
        Assert.Equal(Projects().Order(), told.Keys.Order());
        Assert.All(told, row => Assert.Equal(References(row.Key).Order(), row.Value));
    }

    [Fact]
    public void Folders_that_are_named_are_there()
    {
        string[] roots = ["", "src/Dyad", "src/Dyad/Algorithms", "src/Dyad/Environments", "src/Dyad/Training", "src/Dyad/Games", .. Projects().Select(project => $"src/{project}"), "src/Dyad.Studies/Definitions"];
        string[] folders = [.. Folder().Matches(Page).Select(folder => folder.Groups[1].Value).Where(folder => !folder.StartsWith("artifacts", StringComparison.Ordinal))];
        Assert.True(folders.Length > 30, $"only {folders.Length} folders");
        Assert.All(folders, folder => Assert.True(roots.Any(root => Directory.Exists(Repository.PathOf(root, folder))), $"there is no folder {folder}"));
    }

    [Fact]
    public void Folders_inside_a_room_are_named()
    {
        HashSet<string> named = [.. Folder().Matches(Page).Select(folder => folder.Groups[1].Value)];
        string[] rooms = [.. RoomTable.Parse(Page).Rooms.Select(room => Repository.PathOf("src", "Dyad", room)), Repository.PathOf("src", "Dyad.Studies")];
        string[] inner = [.. rooms.SelectMany(Directory.GetDirectories).Where(folder => Directory.EnumerateFiles(folder, "*.cs").Any()).Select(path => Path.GetFileName(path))];
        Assert.True(inner.Length > 20, $"only {inner.Length} folders");
        Assert.Empty(inner.Except([.. named, "obj", "bin"]));
    }

    // Those around the library.
    private static IEnumerable<string> Projects() => Directory.GetFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
        .Select(path => Path.GetFileNameWithoutExtension(path)).Where(name => name != "Dyad");

    // Among the sources: the command line takes in the benchmarks too.
    private static IEnumerable<string> References(string project) => Reference()
        .Matches(File.ReadAllText(Repository.PathOf("src", project, $"{project}.csproj"))).Select(reference => reference.Groups[1].Value)
        .Where(name => Directory.Exists(Repository.PathOf("src", name)));

    [GeneratedRegex(@"<!-- count: (\w+) -->(\d+)")]
    private static partial Regex Count();

    [GeneratedRegex(@"^\| `(Dyad\.\w+)` \|.*\| ([\w., ]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Project();

    [GeneratedRegex(@"`([\w./-]+)/`")]
    private static partial Regex Folder();

    [GeneratedRegex("ProjectReference Include=\"[^\"]*/([\\w.]+)\\.csproj\"")]
    private static partial Regex Reference();
}
