using System.Globalization;
using Dyad.Core;
using Dyad.Export;
using Dyad.Training;
using Parquet.Serialization;

namespace Dyad.Tests.Unit.Export;

/// <summary>Tables hold what the runs' own files hold, value by value.</summary>
[Trait("Category", "unit")]
public sealed class TidyTableTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public TidyTableTests() => SmallRuns.Write(_folder.PathOf("runs"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Links_that_lead_round_in_circles_bring_no_run_twice()
    {
        Directory.CreateSymbolicLink(_folder.PathOf("runs", "train", "round"), _folder.PathOf("runs"));
        Assert.Equal(2, SmallRuns.Read(_folder.PathOf("runs")).Count);
    }

    [Fact]
    public void Every_value_has_a_row_and_every_metric_a_last_value()
    {
        TidyTable.WriteCsv(new TargetFolder(_folder.PathOf("out")), SmallRuns.Read(_folder.PathOf("runs")));
        string[] lines = File.ReadAllLines(_folder.PathOf("out", "rows.csv"));
        Assert.Equal("study,label,method,environment,seed,step,metric,value", lines[0]);
        string[][] rows = [.. lines.Skip(1).Select(line => line.Split(','))];
        var read = rows.ToDictionary(row => (row[4], row[5], row[6]), row => double.Parse(row[7], CultureInfo.InvariantCulture));
        int expected = 0;
        foreach (string path in Directory.GetFiles(_folder.PathOf("runs"), "metrics.jsonl", SearchOption.AllDirectories))
        {
            string seed = Path.GetFileName(Path.GetDirectoryName(path)!)["seed-".Length..];
            IReadOnlyDictionary<string, double[]> metrics = MetricsLog.Read(path);
            foreach ((string name, double[] values) in metrics.Where(column => column.Key != "step"))
            {
                for (int i = 0; i < values.Length; i++)
                {
                    if (double.IsFinite(values[i]))
                    {
                        expected++;
                        Assert.Equal(values[i], read[(seed, $"{metrics["step"][i]}", name)]);
                    }
                }
            }
        }

        Assert.Equal(expected, rows.Length);
        Assert.All(rows, row => Assert.Equal(["train", "policy-gradient", "policy-gradient", "FourRoom"], row[..4]));
        string[][] final = [.. File.ReadAllLines(_folder.PathOf("out", "final.csv")).Skip(1).Select(line => line.Split(','))];
        Assert.Equal(rows.Select(row => (row[4], row[6])).Distinct().Count(), final.Length);
        Assert.All(final, row => Assert.Equal("60", row[5]));
    }

    [Fact]
    public async Task Parquet_has_the_same_rows()
    {
        IReadOnlyList<ExportedRun> runs = SmallRuns.Read(_folder.PathOf("runs"));
        IReadOnlyList<string> files = TidyTable.WriteParquet(new TargetFolder(_folder.PathOf("out")), runs);
        Assert.Equal("PAR1"u8.ToArray(), File.ReadAllBytes(files[0])[..4]);
        using FileStream file = File.OpenRead(files[0]);
        var read = await ParquetSerializer.DeserializeAsync<TidyRow>(file, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(TidyTable.All(runs), read.Data);
    }

    [Fact]
    public void One_run_is_its_folder_and_keeps_its_names()
    {
        string run = Directory.GetDirectories(_folder.PathOf("runs"), "seed-1", SearchOption.AllDirectories).Single();
        ExportedRun only = Assert.Single(SmallRuns.Read(run));
        Assert.Equal(("train", "policy-gradient", 1L), (only.Study, only.Label, only.Seed));
    }

    [Fact]
    public void Texts_with_commas_and_quotes_are_quoted()
    {
        ExportedRun run = SmallRuns.Read(_folder.PathOf("runs"))[0] with { Label = "a, \"b\"" };
        TidyTable.WriteCsv(new TargetFolder(_folder.PathOf("out")), [run]);
        Assert.StartsWith("train,\"a, \"\"b\"\"\",policy-gradient,", File.ReadAllLines(_folder.PathOf("out", "rows.csv"))[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_there_is_kept_unless_asked_for()
    {
        IReadOnlyList<ExportedRun> runs = SmallRuns.Read(_folder.PathOf("runs"));
        string old = _folder.PathOf("out", "final.csv");
        Directory.CreateDirectory(_folder.PathOf("out"));
        File.WriteAllText(old, "mine");
        UserError error = Assert.Throws<UserError>(() => TidyTable.WriteCsv(new TargetFolder(_folder.PathOf("out")), runs));
        Assert.Contains("--force", error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(old));
        TidyTable.WriteCsv(new TargetFolder(_folder.PathOf("out"), replace: true), runs);
        Assert.StartsWith("study,", File.ReadAllText(old), StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(_folder.PathOf("out")).Length);

        Assert.Contains("cannot be written", Assert.Throws<UserError>(() => TidyTable.WriteCsv(new TargetFolder(old), runs)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_goes_on_leaves_its_whole_rows()
    {
        string metrics = Directory.GetFiles(_folder.PathOf("runs"), "metrics.jsonl", SearchOption.AllDirectories)[0], run = Path.GetDirectoryName(metrics)!;
        int whole = MetricsLog.Read(metrics)["step"].Length;
        File.AppendAllText(metrics, "{\"step\":80,\"wall_s\":1,\"eval/re");
        string status = Path.Combine(run, "run.json");
        File.WriteAllText(status, File.ReadAllText(status).Replace("\"done\"", "\"running\"", StringComparison.Ordinal));
        var said = new List<string>();
        Assert.Equal(whole, Assert.Single(ExportSource.Runs(run, said.Add)).Steps.Length);
        Assert.Contains("is not finished", Assert.Single(said), StringComparison.Ordinal);

        File.WriteAllText(metrics, "");
        Assert.Contains("no rows yet", Assert.Throws<UserError>(() => ExportSource.Runs(run, said.Add)).Message, StringComparison.Ordinal);
        File.Delete(metrics);
        said.Clear();
        Assert.Single(ExportSource.Runs(_folder.PathOf("runs"), said.Add));
        Assert.Equal("one run has no rows yet and leaves nothing", Assert.Single(said));
    }

    [Fact]
    public void What_holds_no_runs_gets_one_sentence()
    {
        Directory.CreateDirectory(_folder.PathOf("empty"));
        Assert.Contains("holds no runs", Assert.Throws<UserError>(() => SmallRuns.Read(_folder.PathOf("empty"))).Message, StringComparison.Ordinal);
        Assert.Contains("there is no folder", Assert.Throws<UserError>(() => SmallRuns.Read(_folder.PathOf("nowhere"))).Message, StringComparison.Ordinal);
    }
}
