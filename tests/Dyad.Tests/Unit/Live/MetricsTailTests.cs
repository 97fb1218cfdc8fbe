using System.Net;
using Dyad.Core;
using Dyad.Live;

namespace Dyad.Tests.Unit.Live;

/// <summary>What the live view reads of runs, and from whom it takes orders.</summary>
[Trait("Category", "unit")]
public sealed class MetricsTailTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Only_whole_rows_count_and_only_new_ones_are_read()
    {
        string path = _folder.PathOf("metrics.jsonl");
        var tail = new MetricsTail(path);
        Assert.False(tail.Read());
        File.WriteAllText(path, "{\"step\":0,\"eval/return\":1}\n{\"step\":10,\"eval/return\":null,\"train/x\":2}\n{\"step\":20,\"eval");
        Assert.True(tail.Read());
        Assert.False(tail.Read());
        Assert.Equal(2, tail.Rows);
        Assert.Equal([1, double.NaN], tail.Columns["eval/return"]);
        Assert.Equal([double.NaN, 2], tail.Columns["train/x"]);
        File.AppendAllText(path, "/return\":3}\n");
        Assert.True(tail.Read());
        Assert.Equal([1, double.NaN, 3], tail.Columns["eval/return"]);
    }

    [Fact]
    public void A_file_that_was_cut_back_or_begun_anew_is_read_anew()
    {
        string path = _folder.PathOf("metrics.jsonl");
        var tail = new MetricsTail(path);
        File.WriteAllText(path, "{\"step\":0}\n{\"step\":10}\n{\"step\":20}\n");
        tail.Read();

        // As long as before, with other rows.
        File.WriteAllText(path, "{\"step\":0}\n{\"step\":10}\n{\"step\":30}\n{\"step\":40}\n");
        Assert.True(tail.Read());
        Assert.Equal([0, 10, 30, 40], tail.Columns["step"]);
        File.WriteAllText(path, "{\"step\":0}\n");
        Assert.True(tail.Read());
        Assert.Equal([0], tail.Columns["step"]);
        File.Delete(path);
        Assert.True(tail.Read());
        Assert.Equal(0, tail.Rows);
    }

    [Fact]
    public void A_damaged_row_ends_what_is_shown_and_nothing_doubles()
    {
        string path = _folder.PathOf("metrics.jsonl");
        var tail = new MetricsTail(path);
        File.WriteAllText(path, "{\"step\":0,\"a/b\":1}\n{\"step\":10,\"a/b\"\n{\"step\":20}\n");
        tail.Read();
        tail.Read();
        Assert.Equal(1, tail.Rows);
        Assert.Equal([1.0], tail.Columns["a/b"]);
    }

    [Fact]
    public void Trouble_is_told_by_what_the_metrics_say()
    {
        Dictionary<string, List<double>> metrics = new()
        {
            ["train/negative_curvatures"] = [0, 3],
            ["train/failures"] = [0, 0],
            ["eval/failures"] = [1, 1],
            ["train/residual_clipped"] = [0.1, 0.75],
            ["train/critic_loss"] = [double.NaN, 1, 2, 1, 1e6],
            ["train/actor_loss"] = [double.NaN, 1, 2, 1, 3],
        };
        Assert.Equal(
            ["negative curvature met by the solver: 3", "failed evaluation episodes: 2", "residual at its clip in 75 % of the samples", "train/critic_loss diverges"],
            RunWarnings.Of(metrics));
        metrics["train/actor_loss"][^1] = double.NaN;
        Assert.Contains("train/actor_loss diverges", RunWarnings.Of(metrics));
        Assert.Empty(RunWarnings.Of(new Dictionary<string, List<double>>()));
    }

    [Fact]
    public void Another_address_than_loopback_needs_a_token()
    {
        string[] arguments = [_folder.FullPath, "0.0.0.0", "80", "fixed"];
        Assert.Contains("token", Assert.Throws<UserError>(() => LiveSettings.Read(arguments, _ => "short")).Message, StringComparison.Ordinal);
        Assert.Equal(IPAddress.Any, LiveSettings.Read(arguments, _ => "0123456789abcdef").Address);
        arguments[1] = "127.0.0.1";
        Assert.Equal("", LiveSettings.Read(arguments, _ => null).Token);
        Assert.Contains("'dyad watch'", Assert.Throws<UserError>(() => LiveSettings.Read(["."], _ => null)).Message, StringComparison.Ordinal);
    }
}
