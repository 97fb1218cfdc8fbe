using System.IO.Compression;
using System.Text.Json;
using Dyad.Core;
using Dyad.Export;
using Dyad.Report;
using Dyad.Studies;
using Dyad.Studies.Results;

namespace Dyad.Tests.Unit.Export;

/// <summary>A supplement draws the page again when the runs are gone.</summary>
[Trait("Category", "unit")]
public sealed class BundleTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_page_is_drawn_again_without_the_runs()
    {
        (IReadOnlyList<StoredStudy> studies, string file) = Write();
        string before = Page([.. studies.Select(study => study.Result)]);
        Directory.Delete(_folder.PathOf("runs"), recursive: true);
        Assert.Equal(before, Page(Bundle.Read(file)));

        static string Page(IReadOnlyList<StudyResult> results) => ReportPage.Render("Supplement", "", results);
    }

    [Fact]
    public void It_holds_configurations_rows_builds_and_commands()
    {
        (_, string file) = Write();
        using ZipArchive zip = ZipFile.OpenRead(file);
        foreach (string name in new[] { "config.json", "run.json", "metrics.jsonl" })
        {
            Assert.NotNull(zip.GetEntry($"runs/train/policy-gradient/FourRoom/seed-1/{name}"));
        }

        using var reader = new StreamReader(zip.GetEntry("bundle.json")!.Open());
        JsonElement index = JsonDocument.Parse(reader.ReadToEnd()).RootElement;
        Assert.Equal(StudyRunner.Build.Sources, index.GetProperty("build").GetProperty("sources").GetString());
        Assert.Equal("./dyad train policy-gradient FourRoom", index.GetProperty("studies")[0].GetProperty("command").GetString());
        Assert.DoesNotContain(zip.Entries, entry => entry.FullName.Contains("checkpoint", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_study_gives_the_same_bytes()
    {
        (_, string file) = Write();
        byte[] first = File.ReadAllBytes(file);
        Bundle.Write(new TargetFolder(_folder.FullPath), "again.zip", ExportSource.Studies(_folder.PathOf("runs")), SmallRuns.Read(_folder.PathOf("runs")));
        Assert.Equal(first, File.ReadAllBytes(_folder.PathOf("again.zip")));
    }

    [Fact]
    public void What_is_no_bundle_gets_one_sentence()
    {
        (_, string file) = Write();
        byte[] good = File.ReadAllBytes(file);
        string bad = _folder.PathOf("bad.zip");
        File.WriteAllText(bad, "not a zip");
        Assert.Contains("is no bundle", Assert.Throws<UserError>(() => Bundle.Read(bad)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(bad, good[..(good.Length / 2)]);
        Assert.Equal($"'{bad}' is no bundle, or is damaged: it is no whole zip file", Assert.Throws<UserError>(() => Bundle.Read(bad)).Message);

        // Whole but for the list of what is in it, which begins with PK\1\2.
        byte[] unlisted = [.. good];
        unlisted[unlisted.AsSpan().IndexOf("PK\u0001\u0002"u8)] = 0;
        File.WriteAllBytes(bad, unlisted);
        Assert.Equal($"'{bad}' is no bundle, or is damaged: it is no whole zip file", Assert.Throws<UserError>(() => Bundle.Read(bad)).Message);
        Assert.Throws<UserError>(() => Bundle.Read(_folder.PathOf("nowhere.zip")));
        File.WriteAllBytes(bad, good);
        Replace(bad, "summaries/0/summary.json", "{}");
        Assert.Contains(bad, Assert.Throws<UserError>(() => Bundle.Read(bad)).Message, StringComparison.Ordinal);
        Replace(bad, "bundle.json", "{\"format\": 2}");
        Assert.Contains("another format", Assert.Throws<UserError>(() => Bundle.Read(bad)).Message, StringComparison.Ordinal);
    }

    private static void Replace(string path, string name, string text)
    {
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Update);
        zip.GetEntry(name)!.Delete();
        using var writer = new StreamWriter(zip.CreateEntry(name).Open());
        writer.Write(text);
    }

    private (IReadOnlyList<StoredStudy> Studies, string File) Write()
    {
        SmallRuns.Write(_folder.PathOf("runs"));
        var studies = ExportSource.Studies(_folder.PathOf("runs"));
        return (studies, Bundle.Write(new TargetFolder(_folder.FullPath), "paper.zip", studies, SmallRuns.Read(_folder.PathOf("runs"))));
    }
}
