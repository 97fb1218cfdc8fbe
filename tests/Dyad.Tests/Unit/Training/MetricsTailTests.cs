using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>Rows of a run's metrics as they come.</summary>
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
        Assert.Equal(2, tail.Table.Rows);
        Assert.Equal([1, double.NaN], tail.Table.ByName["eval/return"]);
        Assert.Equal([double.NaN, 2], tail.Table.ByName["train/x"]);
        File.AppendAllText(path, "/return\":3}\n");
        Assert.True(tail.Read());
        Assert.Equal([1, double.NaN, 3], tail.Table.ByName["eval/return"]);
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
        Assert.Equal([0, 10, 30, 40], tail.Table.ByName["step"]);
        File.WriteAllText(path, "{\"step\":0}\n");
        Assert.True(tail.Read());
        Assert.Equal([0], tail.Table.ByName["step"]);
        Assert.Equal(2, tail.Beginnings);
        File.Delete(path);
        Assert.True(tail.Read());
        Assert.Equal(0, tail.Table.Rows);
    }

    [Fact]
    public void A_damaged_row_ends_what_is_shown_and_nothing_doubles()
    {
        string path = _folder.PathOf("metrics.jsonl");
        var tail = new MetricsTail(path);
        File.WriteAllText(path, "{\"step\":0,\"a/b\":1}\n{\"step\":10,\"a/b\"\n{\"step\":20}\n");
        tail.Read();
        tail.Read();
        Assert.Equal(1, tail.Table.Rows);
        Assert.Equal([1.0], tail.Table.ByName["a/b"]);
    }
}
