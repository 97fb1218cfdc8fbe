using System.IO.Compression;
using System.Text.Json;
using Dyad.Core;
using Dyad.Studies;
using Dyad.Studies.Files;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Tests.Unit.Studies;

/// <summary>Finished seeds as small files, from which a study's summary is made where its runs are gone.</summary>
[Trait("Category", "unit")]
public sealed class KeptSeedsTests : IDisposable
{
    private const string Text = "environments: FourRoom\nmethods: [actor-o, policy-gradient]\nseeds: 2\nsteps: 300\nrows: 3\n";

    private readonly TempFolder _folder = new();

    private string Kept => _folder.PathOf("kept");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_summary_is_made_of_seeds_whose_runs_are_gone()
    {
        StudyResult first = Execute(Study(), "first");
        Assert.Equal(
            ["actor-o/FourRoom/seed-0.zip", "actor-o/FourRoom/seed-1.zip", "policy-gradient/FourRoom/seed-0.zip"],
            Directory.GetFiles(Kept, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Kept, path)).Order(StringComparer.Ordinal).Take(3));

        // Nothing is run: what is not kept would fail.
        StudyResult second = Execute(Study(), "second", readsOnly: true);
        Assert.Equal(Numbers(first), Numbers(second));
        Assert.Empty(Directory.GetFiles(_folder.PathOf("second"), "*.bin", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_summary_names_machine_and_version_of_each_seed()
    {
        Execute(Study(), "first");
        foreach (string file in Directory.GetFiles(Kept, "*.zip", SearchOption.AllDirectories))
        {
            Change(file, "run.json", text => text.Replace(Quoted(StudyRunner.Machine), Quoted("Elsewhere, 64 cores"), StringComparison.Ordinal)
                .Replace(Quoted(StudyRunner.Version), Quoted("0.0.1"), StringComparison.Ordinal));
        }

        StudyResult kept = Execute(Study(), "second", readsOnly: true);
        Assert.Equal(("Elsewhere, 64 cores", "0.0.1"), (kept.Machine, kept.Version));
        StudyResult both = Execute(Study(), "third", seeds: 3);
        Assert.Equal(($"Elsewhere, 64 cores; {StudyRunner.Machine}", $"0.0.1, {StudyRunner.Version}"), (both.Machine, both.Version));
    }

    [Fact]
    public void Seeds_add_up()
    {
        Execute(Study(), "first");
        byte[] seed = File.ReadAllBytes(Path.Combine(Kept, "actor-o/FourRoom/seed-0.zip"));
        StudyResult more = Execute(Study(), "second", seeds: 3);
        Assert.Equal([0, 1, 2], more.Groups[0].Seeds);
        Assert.Equal(seed, File.ReadAllBytes(Path.Combine(Kept, "actor-o/FourRoom/seed-0.zip")));
        Assert.True(File.Exists(Path.Combine(Kept, "actor-o/FourRoom/seed-2.zip")));

        // Two of them were not run again.
        Assert.Single(Directory.GetFiles(_folder.PathOf("second"), "*.bin", SearchOption.AllDirectories).Where(path => path.Contains("actor-o", StringComparison.Ordinal)).Select(Path.GetDirectoryName).Distinct());
    }

    [Fact]
    public void A_longer_run_takes_the_place_of_a_shorter_one()
    {
        Execute(Study(), "first");
        string Longer() => Text.Replace("300", "600", StringComparison.Ordinal);
        StudyResult longer = Execute(Study(Longer()), "second");
        Assert.Equal(600, new RunDirectory(_folder.PathOf("second", "study", "actor-o", "FourRoom", "seed-0")).ReadStatus()!["step"]!.GetValue<long>());
        Assert.Equal(Numbers(longer), Numbers(Execute(Study(Longer()), "third", readsOnly: true)));
    }

    [Fact]
    public void Runs_that_are_there_are_kept_without_being_run()
    {
        StudyRunner.Execute(Study(), Request("first"), _ => { }, _ => { }, CancellationToken.None);
        Assert.False(Directory.Exists(Kept));
        Execute(Study(), "first");
        Assert.True(File.Exists(Path.Combine(Kept, "actor-o/FourRoom/seed-1.zip")));
    }

    [Fact]
    public void What_is_of_another_configuration_or_damaged_is_refused_by_name()
    {
        Execute(Study(), "first");
        string file = Path.Combine(Kept, "actor-o/FourRoom/seed-1.zip");
        UserError Refused(string text, string output) => Assert.Throws<UserError>(() => Execute(Study(text), output));
        string other = Text.Replace("actor-o", "{ name: actor-o, method: actor-o, options: { critic_steps: 2 } }", StringComparison.Ordinal);
        Assert.Contains("seed-0.zip' holds a run with another configuration", Refused(other, "other").Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("other", "study", "actor-o", "FourRoom", "seed-0")));

        byte[] good = File.ReadAllBytes(file);
        File.WriteAllBytes(file, good[..(good.Length / 2)]);
        Assert.Contains($"'{file}' is no kept run, or is damaged", Refused(Text, "half").Message, StringComparison.Ordinal);
        File.WriteAllBytes(file, good);
        using (ZipArchive zip = ZipFile.Open(file, ZipArchiveMode.Update))
        {
            zip.GetEntry("metrics.jsonl")!.Delete();
        }

        Assert.Contains("is no kept run: it lacks metrics.jsonl", Refused(Text, "less").Message, StringComparison.Ordinal);
        File.WriteAllBytes(file, good);
        using (ZipArchive zip = ZipFile.Open(file, ZipArchiveMode.Update))
        {
            using var rows = new StreamWriter(zip.GetEntry("metrics.jsonl")!.Open());
            rows.Write("{\"step\": 0}\n");
        }

        // Its checksum is that of other rows, and nothing is unpacked that would stand in the way of a good one.
        Assert.Equal($"'{file}' is damaged: its metrics are not as the finished run left them; take that file away, and the run is done anew", Refused(Text, "changed").Message);
        File.WriteAllBytes(file, good);
        Assert.Null(Execute(Study(), "changed").Failures);
        File.WriteAllText(_folder.PathOf("file"), "");
        Assert.Contains("must be a folder", Assert.Throws<UserError>(() => StudyRunner.Execute(Study(), Request("first") with { Kept = _folder.PathOf("file") }, _ => { }, _ => { }, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"step\": 300", "\"step\": \"abc\"", "'step' is \"abc\"")]
    [InlineData("\"status\": \"done\"", "\"status\": [1]", "'status' is [1]")]
    [InlineData("\"status\": \"done\"", "\"status\": \"stopped\"", "its run is not done")]
    [InlineData("\"metrics_sha256\"", "\"metrics_sha257\"", "its metrics are not as the finished run left them")]
    [InlineData("\"machine\"", "\"device\": \"a card\", \"machine\"", "was computed on a GPU")]
    public void A_status_that_says_something_else_is_refused_before_anything_is_unpacked(string before, string after, string reason)
    {
        Execute(Study(), "first");
        string file = Path.Combine(Kept, "actor-o/FourRoom/seed-1.zip");
        Change(file, "run.json", text => text.Replace(before, after, StringComparison.Ordinal));
        UserError refused = Assert.Throws<UserError>(() => Execute(Study(), "second"));
        Assert.Contains($"'{file}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("second", "study", "actor-o", "FourRoom", "seed-1")));
    }

    [Fact]
    public void A_changed_byte_is_damage_wherever_it_is()
    {
        Execute(Study(), "first");
        string file = Path.Combine(Kept, "actor-o/FourRoom/seed-1.zip");
        byte[] good = File.ReadAllBytes(file);
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            byte[] bad = [.. good];
            bad[random.Next(good.Length / 2)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(file, bad);

            // A name, a time or a flag of the archive may be changed and nothing of the run with it.
            if (Record.Exception(() => Execute(Study(), $"second-{i}")) is { } refused)
            {
                Assert.IsType<UserError>(refused);
                Assert.Contains($"'{file}'", refused.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("this release", refused.Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(
                    File.ReadAllText(_folder.PathOf("first", "study", "actor-o", "FourRoom", "seed-1", "metrics.jsonl")),
                    File.ReadAllText(_folder.PathOf($"second-{i}", "study", "actor-o", "FourRoom", "seed-1", "metrics.jsonl")));
            }
        }
    }

    [Fact]
    public void Where_nothing_can_be_kept_nothing_is_run()
    {
        File.WriteAllText(_folder.PathOf("file"), "");
        string inFile = _folder.PathOf("file", "kept");
        UserError refused = Assert.Throws<UserError>(() => StudyRunner.Execute(Study(), Request("first") with { Kept = inFile }, _ => { }, _ => { }, CancellationToken.None));
        Assert.StartsWith($"cannot keep runs in '{inFile}': ", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("first")));
    }

    [Fact]
    public void What_cannot_be_kept_is_told_and_fails_no_run()
    {
        Directory.CreateDirectory(Path.Combine(Kept, "actor-o/FourRoom/seed-0.zip"));
        var failures = new List<string>();
        UserError told = Assert.Throws<UserError>(() => StudyRunner.Execute(
            Study(), Request("first") with { Kept = Kept }, progress => failures.AddRange(progress.Failure is { } failure ? [failure] : []), _ => { }, CancellationToken.None));
        Assert.Equal($"cannot keep the run in '{Path.Combine(Kept, "actor-o/FourRoom/seed-0.zip")}': it is a folder", told.Message);
        Assert.Empty(failures);
        StudyRunner.WithSummary(_folder.PathOf("first", "study"), result => Assert.Null(result.Failures));
        Assert.True(File.Exists(Path.Combine(Kept, "actor-o/FourRoom/seed-1.zip")));
    }

    [Fact]
    public void A_study_that_is_done_tells_what_cannot_be_kept_too()
    {
        StudyRunner.Execute(Study(), Request("first"), _ => { }, _ => { }, CancellationToken.None);
        Directory.CreateDirectory(Path.Combine(Kept, "actor-o/FourRoom/seed-0.zip"));
        Directory.CreateDirectory(Path.Combine(Kept, "actor-o/FourRoom/seed-1.zip"));
        UserError told = Assert.Throws<UserError>(() => Execute(Study(), "first"));
        Assert.EndsWith("it is a folder (and so 1 more); the runs are done, and stand in their folders", told.Message, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(Kept, "policy-gradient"), "*.zip", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Who_only_reads_takes_seeds_of_any_device()
    {
        StudyResult first = Execute(Study(), "first");
        foreach (string file in Directory.GetFiles(Kept, "*.zip", SearchOption.AllDirectories))
        {
            Change(file, "run.json", text => text.Replace("\"machine\"", "\"device\": \"a card\", \"machine\"", StringComparison.Ordinal));
        }

        Assert.Equal(Numbers(first with { Machine = $"{first.Machine}, with a card" }), Numbers(Execute(Study(), "second", readsOnly: true)));
        Assert.Contains("was computed on a GPU (a card)", Assert.Throws<UserError>(() => Execute(Study(), "third")).Message, StringComparison.Ordinal);
    }

    private static void Change(string file, string name, Func<string, string> change)
    {
        using ZipArchive zip = ZipFile.Open(file, ZipArchiveMode.Update);
        string before;
        using (var reader = new StreamReader(zip.GetEntry(name)!.Open()))
        {
            before = reader.ReadToEnd();
        }

        string after = change(before);
        Assert.NotEqual(before, after);
        zip.GetEntry(name)!.Delete();
        using var writer = new StreamWriter(zip.CreateEntry(name).Open());
        writer.Write(after);
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private FileStudy Study(string text = Text)
    {
        string path = _folder.PathOf("study.yaml");
        File.WriteAllText(path, text);
        return FileStudy.Open(path);
    }

    private StudyRequest Request(string output, int? seeds = null) => new(StudyScale.Paper, seeds, 1, _folder.PathOf(output), "command");

    private StudyResult Execute(FileStudy study, string output, int? seeds = null, bool readsOnly = false) => StudyRunner.Execute(
        study, Request(output, seeds) with { Kept = Kept, ReadsOnly = readsOnly }, _ => { }, _ => { }, CancellationToken.None).Result;

    private static string Numbers(StudyResult result) => JsonSerializer.Serialize(result with { WallSeconds = 0 }, SummaryFile.JsonOptions);
}
