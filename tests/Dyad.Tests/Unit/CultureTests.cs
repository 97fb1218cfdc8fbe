using System.Globalization;
using System.Text.RegularExpressions;
using Dyad.Algorithms.Catalog;
using Dyad.Environments.Gridworlds;
using Dyad.Environments.Locating;
using Dyad.Report;
using Dyad.Studies;
using Dyad.Studies.Results;
using Dyad.Tabular;
using Dyad.Tests.Fuzz;
using Dyad.Tests.Unit.Cli;

namespace Dyad.Tests.Unit;

/// <summary>Everything stored and printed is the same under every culture, in a program that sets one as on the command line.</summary>
[Trait("Category", "unit")]
[Collection(InProcess.Name)]
public sealed partial class CultureTests : IDisposable
{
    private static readonly CultureInfo[] Foreign = [.. Cultures.All];

    private readonly CultureInfo? _default = CultureInfo.DefaultThreadCurrentCulture;

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Foreign.Length)];

    public void Dispose() => CultureInfo.DefaultThreadCurrentCulture = _default;

    [Fact]
    public void The_cultures_write_numbers_in_other_ways() =>
        Assert.All(Foreign.Where(culture => culture.NumberFormat.NumberDecimalSeparator != "."), culture => Assert.NotEqual("-1.5", (-1.5).ToString(culture)));

    [Theory]
    [MemberData(nameof(Indices))]
    public void Runs_summaries_and_pages_are_the_same(int index)
    {
        IReadOnlyDictionary<string, string> plain = Stored(CultureInfo.InvariantCulture), foreign = Stored(Foreign[index]);
        Assert.Equal(plain.Keys, foreign.Keys);
        Assert.All(plain, file => Assert.Equal(file.Value, foreign[file.Key]));
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Readers_read_the_same_and_commands_print_the_same(int index)
    {
        using var folder = new TempFolder();
        string map = folder.PathOf("map.txt"), mdp = folder.PathOf("mdp.json");
        File.WriteAllText(map, "#####\n#S.G#\n#####\n");
        File.WriteAllText(mdp, Tabular.MdpReaderTests.Dense);
        string[][] commands =
        [
            ["tabular", map, "--gamma", "0.95", "--temperature", "0.5"], ["tabular", mdp, "--json"], ["tabular", map, "--gamma", "-1.5"], ["list", "options", "sac", "Pendulum-v1"],
            ["list", "options", "ac", "--json"], ["train", "sac", "Pendulum-v1", "--set", "discount=1.5"], ["check-env", "Pendulum-v1", "--json"],
        ];
        foreach (string[] command in commands)
        {
            (int, string, string) plain = Printed(CultureInfo.InvariantCulture, command);
            Assert.Equal(plain, Printed(Foreign[index], command));
        }

        using var culture = new Culture(Foreign[index]);
        Assert.Equal(0.9, MdpReader.ReadFile(mdp).Mdp.Discount);
        Assert.Equal(3, TaskFile.Read(map).Mdp.States);
        Assert.Equal("q-learning,discount=0.5", LabelOf(("exploration", "0.5")).Replace("exploration", "discount", StringComparison.Ordinal));
    }

    private static (int, string, string) Printed(CultureInfo culture, string[] command)
    {
        using var _ = new Culture(culture);
        CultureInfo.DefaultThreadCurrentCulture = culture;
        EndToEnd.Outcome outcome = InProcess.Run(command);
        return (outcome.ExitCode, outcome.Output, outcome.Error);
    }

    private static string LabelOf(params (string, string)[] changes) => TrainingStudy.Tabular(
        MethodCatalog.Tabular("q-learning"), TaskLocator.Find("FourRoom"), new TrainingRequest(changes, 400, 100, 0)).Variants(StudyScale.Quick)[0].Label;

    // All files of some small runs by their path, without what tells times, and what a page says of them.
    private static SortedDictionary<string, string> Stored(CultureInfo culture)
    {
        using var _ = new Culture(culture);
        CultureInfo.DefaultThreadCurrentCulture = culture;
        using var folder = new TempFolder();
        Study[] studies =
        [
            TrainingStudy.Agent(
                MethodCatalog.Agent("sac"), TaskLocator.Find("Pendulum-v1"),
                new TrainingRequest([("hidden_width", "4"), ("update_after", "100"), ("random_steps", "50"), ("update_every", "50"), ("discount", "0.95")], 400, 100, 0, 1)),
            TrainingStudy.Tabular(MethodCatalog.Tabular("res-ac"), TaskLocator.Find("FourRoom"), new TrainingRequest([("residual_deviation", "0.5")], 4, 1, 0)),
            StudyCatalog.Find("lecture/soft-policy-iteration"),
            StudyCatalog.Find("wen2021/table1"),
        ];
        foreach (Study study in studies)
        {
            string results = StudyRunner.Execute(
                study, new StudyRequest(StudyScale.Quick, 2, 2, folder.FullPath, "", Steps: study is TrainingStudy ? null : 3), _ => { }, _ => { }, CancellationToken.None).Folder;
            ReportWriter.Write(Path.Combine(results, "report.html"), "Title", "Lead", [SummaryFile.Read(results)]);
        }

        return new SortedDictionary<string, string>(
            Directory.GetFiles(folder.FullPath, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) is not ("odd.bin" or "even.bin" or "owner-1.json" or "summary.stamp")).ToDictionary(
                path => Path.GetRelativePath(folder.FullPath, path),
                path => Times().Replace(Convert.ToBase64String(File.ReadAllBytes(path)) is var bytes && path.EndsWith(".json", StringComparison.Ordinal)
                    || path.EndsWith(".jsonl", StringComparison.Ordinal) || path.EndsWith(".html", StringComparison.Ordinal) ? File.ReadAllText(path) : bytes, "time")),
            StringComparer.Ordinal);
    }

    // Digits of any kind and what stands between them, but not what comes behind the value.
    [GeneratedRegex("(?<=\"(wall_s|cpu_s|wall_seconds|cpu_seconds|steps_per_s)\": ?)[0-9.eE+-]+|(?<=\"metrics_sha256\": \")[0-9a-f]{64}|(?<=\"(started|updated)\": \")20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z|(less than a|[0-9.,]+) (second|minute|hour)s? of computing")]
    private static partial Regex Times();
}
