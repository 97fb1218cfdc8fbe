using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dyad.Cli.Commands;
using Dyad.Cli.Terminal;
using Dyad.Studies;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Documents;

/// <summary>What pages name is there: files and headings behind links, commands and their options, members beside equations.</summary>
[Trait("Category", "unit")]
public sealed partial class PageTests
{
    public static TheoryData<string> Pages =>
    [
        "README.md", "CONTRIBUTING.md", "examples/README.md", "src/Dyad/package.md", "src/Dyad.Cli/package.md",
        .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.PathOf(), path).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_to_files_and_headings(string page)
    {
        string folder = Path.GetDirectoryName(Repository.PathOf(page))!;
        foreach (Match link in Link().Matches(WithoutCode(Read(page))))
        {
            string target = link.Groups[1].Value;
            if (target.Contains("://", StringComparison.Ordinal))
            {
                continue;
            }

            string[] parts = target.Split('#', 2);
            string path = parts[0].Length == 0 ? Repository.PathOf(page) : Path.GetFullPath(Path.Combine(folder, parts[0]));
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{page}: nothing is at {target}");
            if (parts.Length == 2)
            {
                Assert.True(Anchors(File.ReadAllText(path)).Contains(parts[1]), $"{page}: there is no heading for {target}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_are_accepted(string page)
    {
        Command root = Root();
        foreach (string line in Commands(Read(page)))
        {
            // A letter alone stands for a number.
            string[] words = [.. CommandLineParser.SplitCommandLine(line).Select(word => word is [>= 'A' and <= 'Z'] ? "1" : word)];
            if (IsName(root, words))
            {
                continue;
            }

            ParseResult parsed = root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
            Assert.True(CommandLineErrors.First(parsed) is null, $"{page}: '{line}': {CommandLineErrors.First(parsed)}");
        }
    }

    [Fact]
    public void Pages_have_commands_and_wrong_ones_are_found_out()
    {
        Assert.True(Pages.Sum(page => Commands(Read(page)).Count()) > 100);
        Assert.Equal(
            ["train sac Pendulum-v1 --stepz 3", "evaluate RUN"],
            Commands("```\n./dyad train sac Pendulum-v1 --stepz 3     with a remark\n```\nand `./dyad evaluate RUN` or `./dyad list a|b`."));
        Assert.NotNull(CommandLineErrors.First(Root().Parse("train sac Pendulum-v1 --stepz 3")));
    }

    [Fact]
    public void Every_member_beside_an_equation_exists()
    {
        Type[] types = [.. new[] { typeof(Mdp).Assembly, typeof(StudyRunner).Assembly }.SelectMany(assembly => assembly.GetTypes())];
        int members = 0;
        foreach (Match row in Row().Matches(Read("docs/equations.md")))
        {
            foreach (string name in Code().Matches(row.Groups[1].Value).Select(code => code.Groups[1].Value))
            {
                if (name.Contains('/', StringComparison.Ordinal))
                {
                    Assert.True(Directory.Exists(Repository.PathOf(name)) || File.Exists(Repository.PathOf(name)), name);
                    continue;
                }

                string[] parts = name.Split('.');
                Type[] found = [.. types.Where(type => type.Name.Split('`')[0] == parts[0])];
                Assert.True(found.Length > 0, $"there is no type {parts[0]}");
                Assert.True(
                    parts.Length == 1 || found.Any(type => type.GetMember(parts[1], BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance).Length > 0),
                    $"there is no member {name}");
                members++;
            }
        }

        Assert.True(members > 60);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Files_that_are_named_exist(string page)
    {
        string[] roots = ["", "src/Dyad", "src/Dyad.Studies", "tests/Dyad.Tests", "src", "src/Dyad/Algorithms"];
        foreach (string name in Code().Matches(Read(page)).Select(code => code.Groups[1].Value).Where(name => SourceFile().IsMatch(name)))
        {
            Assert.True(roots.Any(root => File.Exists(Repository.PathOf(root, name))), $"{page}: there is no file {name}");
        }
    }

    [Fact]
    public void The_reference_of_commands_is_that_of_the_commands() =>
        Assert.True(ReferenceCommand.Page(Root()) == Read("docs/cli.md"), "docs/cli.md is not what the commands are: run scripts/reference.sh");

    [Fact]
    public void Every_page_can_be_found_from_the_first()
    {
        string start = Read("docs/README.md");
        foreach (string path in Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Select(path => Path.GetFileName(path)).Where(name => name != "README.md"))
        {
            Assert.Contains($"({path})", start, StringComparison.Ordinal);
        }
    }

    /// <summary>What the soak's page says is what its file holds, and the file says that nothing grew.</summary>
    [Fact]
    public void The_numbers_of_the_soak_are_stored()
    {
        using var stored = JsonDocument.Parse(Read("docs/soak/soak.json"));
        JsonElement root = stored.RootElement;
        string page = Read("docs/soak/README.md");
        Assert.True(root.GetProperty("flat").GetBoolean());
        Assert.Contains(root.GetProperty("command").GetString()!, page, StringComparison.Ordinal);
        foreach (string name in new[] { "trainings", "evaluations", "actions", "mujoco_episodes" })
        {
            Assert.Contains(root.GetProperty("done").GetProperty(name).GetInt64().ToString("N0", CultureInfo.InvariantCulture), page, StringComparison.Ordinal);
        }

        foreach (JsonProperty growth in root.GetProperty("growth").EnumerateObject())
        {
            Assert.Contains($"| {growth.Value.GetDouble().ToString("+0.##;-0.##", CultureInfo.InvariantCulture)}", page, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    public void Completion_knows_commands_options_and_methods(string shell)
    {
        string script = CompletionCommand.Script(Root(), shell);
        foreach (string word in new[] { "reproduce", "--evaluation-episodes", "stsac-al", "Pendulum-v1", "wen2021/fig1", "as-published" })
        {
            Assert.Contains(word, script, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("reference)", script, StringComparison.Ordinal);
        Assert.Equal(shell == "zsh", script.Contains("bashcompinit", StringComparison.Ordinal));
    }

    private static Command Root()
    {
        Command root = Program.Root();
        NumberArguments.Apply(root);
        return root;
    }

    // A command that is spoken of, without arguments.
    private static bool IsName(Command root, string[] words)
    {
        Command? command = root;
        foreach (string word in words)
        {
            command = command?.Subcommands.FirstOrDefault(sub => sub.Name == word);
        }

        return command is not null && command != root;
    }

    private static string Read(string page) => File.ReadAllText(Repository.PathOf(page));

    // In blocks a command is a line, up to a remark behind two blanks; in sentences a piece of code. Forms with brackets, bars or dots
    // are no commands.
    private static IEnumerable<string> Commands(string text)
    {
        IEnumerable<string> lines = Fence().Matches(text).SelectMany(block => block.Groups[1].Value.Split('\n'))
            .Concat(Code().Matches(Fence().Replace(text, "")).Select(code => code.Groups[1].Value));
        foreach (string line in lines)
        {
            Match match = DyadCommand().Match(line);
            if (match.Success && !NoCommand().IsMatch(match.Groups[1].Value))
            {
                yield return match.Groups[1].Value.Trim();
            }
        }
    }

    private static string WithoutCode(string text) => Code().Replace(Fence().Replace(text, ""), "");

    private static HashSet<string> Anchors(string text) => [.. Heading().Matches(Fence().Replace(text, "")).Select(heading =>
        Marks().Replace(heading.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```[a-z]*\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex Marks();

    [GeneratedRegex(@"^(?:taskset -c 1 )?(?:\./)?dyad ((?:(?!  |\s#).)+)")]
    private static partial Regex DyadCommand();

    [GeneratedRegex(@"\.\.\.|[|\[\]<>$]|^--|^\S*:| && ")]
    private static partial Regex NoCommand();

    [GeneratedRegex(@"^\|[^|]*\|[^|]*\|(.*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^[\w./-]+/[\w.-]+\.(cs|sh|yaml|md)$")]
    private static partial Regex SourceFile();
}
