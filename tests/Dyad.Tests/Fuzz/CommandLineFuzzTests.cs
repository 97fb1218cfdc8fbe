using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Tests.EndToEnd;
using Dyad.Tests.Unit;
using Dyad.Tests.Unit.Cli;

namespace Dyad.Tests.Fuzz;

/// <summary>
/// Changed command lines: every one is understood or refused in one sentence; those of commands that compute little are carried out too.
/// </summary>
[Trait("Category", "unit")]
[Collection(InProcess.Name)]
public sealed class CommandLineFuzzTests : IDisposable
{
    private const int Short = 400;

    // Words in place of others; no large number, with which a sound command would run long.
    private static readonly string[] Words =
    [
        "", "-", "--", "---", "--json", "--json=maybe", "--no-such", "-o", "--out", "--help", "-h", "-?", "/?", "--version", "@words", "@", "=", "0", "-1", "1e400", "NaN", "1,5", "0x10", "1.5",
        "99999999999999999999", "-9223372036854775808", "1e-400", "１", "ü", "𝒳", "\ud800", "a\nb", "\u001b[2J", "\u202e", "*", "$HOME", "a;b", "%s%n", "{0}", "[red]x[/]", "nowhere",
        "/dev/null", "nosuch.dll:Type", ".dll:", "map.txt", "sac", "Pendulum-v1", "list", "tabular", "true", "null", "x=y", "=x", "--gamma=", "--gamma=0.5", "--set", "discount=2",
    ];

    private static readonly string[] Cheap = ["list", "tabular", "status", "report", "evaluate", "inspect", "gap", "nosuch"];

    private readonly TempFolder _folder = new();

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("DYAD_FUZZ_SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : 17;

    private static double Minutes =>
        double.TryParse(Environment.GetEnvironmentVariable("DYAD_FUZZ_MINUTES"), CultureInfo.InvariantCulture, out double minutes) ? minutes / 10 : 0;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_changed_command_line_is_understood_or_refused_in_one_sentence()
    {
        string map = _folder.PathOf("map.txt");
        File.WriteAllText(map, "#####\n#S.G#\n#####\n");
        string[][] valid =
        [
            ["list", "options", "sac", "Pendulum-v1", "--json"], ["tabular", map, "--gamma", "0.9", "--policy", "soft", "--critic", "sweeps:3", "--json"],
            ["status", _folder.FullPath], ["report", _folder.FullPath, "-o", _folder.PathOf("p.html")], ["evaluate", _folder.FullPath, "--episodes", "2", "--last"],
            ["inspect", _folder.FullPath, "--leader", "actor", "--batch", "3"], ["gap", _folder.FullPath, "--rollouts", "5", "--trust", _folder.FullPath],
            ["train", "sac", "Pendulum-v1", "--steps", "10", "--set", "hidden_width=8", "--seeds", "2"], ["reproduce", "wen2021/fig1", "--scale", "quick", "--out", _folder.FullPath],
            ["suggest-clip", "Pendulum-v1", "--steps", "100"], ["check-env", "CartPole-v1", "--max-episode-steps", "5"], ["bench", "kernels"], ["doctor", "--json"], ["demo", "--jobs", "2"],
        ];
        var clock = Stopwatch.StartNew();
        for (int count = 0; Minutes > 0 ? clock.Elapsed < TimeSpan.FromMinutes(Minutes) : count < Short; count++)
        {
            var mutator = new Mutator(unchecked((Seed * 999_983) + count));
            List<string> words = [.. mutator.OneOf(valid)];
            for (int i = mutator.Below(3); i >= 0; i--)
            {
                Change(words, mutator, mutator.OneOf(valid));
            }

            string where = $"seed {Seed}, line {count}: {Shell.Command(words)}";
            try
            {
                Try([.. words], where);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException(where, e);
            }
        }
    }

    private static void Change(List<string> words, Mutator mutator, string[] other)
    {
        int at = words.Count == 0 ? 0 : mutator.Below(words.Count);
        switch (words.Count == 0 ? 1 : mutator.Below(6))
        {
            case 0:
                words.RemoveAt(at);
                break;
            case 1:
                words.Insert(at, mutator.OneOf(Words));
                break;
            case 2:
                words[at] = mutator.OneOf(Words);
                break;
            case 3:
                words.Insert(at, words[mutator.Below(words.Count)]);
                break;
            case 4:
                words[at] = new string('x', 3000);
                break;
            default:
                words.AddRange(other[mutator.Below(other.Length)..]);
                break;
        }
    }

    private static void Try(string[] words, string where)
    {
        Command root = Program.Root();
        NumberArguments.Apply(root);
        ParseResult parsed = root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        string? wrong = CommandLineErrors.First(parsed);
        bool isCheap = wrong is not null || Cheap.Contains(parsed.CommandResult.Command.Name) || words.Any(word => word is "--help" or "-h" or "-?" or "/?" or "--version");
        if (!isCheap)
        {
            return;
        }

        Outcome outcome = InProcess.Run(words);
        Assert.True(outcome.ExitCode is 0 or 2, $"{where}: exit code {outcome.ExitCode}: {outcome.Error}");
        if (outcome.ExitCode == 2)
        {
            Assert.Equal(("", 1), (outcome.Output, outcome.Sentences.Count));
            string sentence = outcome.Sentences[0];
            Assert.True(sentence.StartsWith("dyad: ", StringComparison.Ordinal) && sentence.Length <= OneLine.Longest + 10 && sentence == OneLine.Of(sentence, 5000)
                && !sentence.Contains("System.", StringComparison.Ordinal), $"{where}: {sentence}");
        }
    }
}
