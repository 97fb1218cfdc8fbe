using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class MetricsLogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string File => _folder.PathOf("metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_are_read_as_they_were_written()
    {
        double[] values = [1.0 / 3, -0.0, 1e-310, double.MaxValue, 0.1 + 0.2];
        using (var log = MetricsLog.Open(File, 0))
        {
            for (int i = 0; i < values.Length; i++)
            {
                log.Append(10 * i, i / 3.0, 0.5, [("eval/return", values[i])]);
            }
        }

        IReadOnlyDictionary<string, double[]> columns = MetricsLog.Read(File);
        Assert.Equal(values.Select(BitConverter.DoubleToInt64Bits), columns["eval/return"].Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal([0, 10, 20, 30, 40], columns["step"]);
        Assert.Equal([0, 0.333, 0.667, 1, 1.333], columns["wall_s"]);
    }

    [Fact]
    public void A_row_that_is_being_written_counts_when_it_is_whole()
    {
        System.IO.File.WriteAllText(File, "{\"step\":0,\"a\":1}\n{\"step\":1,\"a\":2}\n{\"step\":2,\"a\"");
        Assert.Equal([1, 2], MetricsLog.Read(File, mayGrow: true)["a"]);
        Assert.Contains("(row 3)", Assert.Throws<UserError>(() => MetricsLog.Read(File)).Message, StringComparison.Ordinal);

        // A damage before is none that time mends.
        System.IO.File.WriteAllText(File, "{\"step\":0,\"a\"\n{\"step\":1,\"a\":2}\n");
        Assert.Contains("(row 1)", Assert.Throws<UserError>(() => MetricsLog.Read(File, mayGrow: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_finite_is_null_and_read_as_missing()
    {
        Write(("a", double.NaN), ("b", double.PositiveInfinity), ("c", double.NegativeInfinity), ("d", 1));
        Assert.Equal("""{"step":0,"wall_s":0,"cpu_s":0.5,"a":null,"b":null,"c":null,"d":1}""" + "\n", System.IO.File.ReadAllText(File));
        IReadOnlyDictionary<string, double[]> columns = MetricsLog.Read(File);
        Assert.All(new[] { "a", "b", "c" }, name => Assert.Equal([double.NaN], columns[name]));
    }

    [Fact]
    public void Columns_that_come_late_or_end_early_are_missing_elsewhere()
    {
        using (var log = MetricsLog.Open(File, 0))
        {
            log.Append(0, 0, 0.5, [("early", 1)]);
            log.Append(1, 0, 0.5, []);
            log.Append(2, 0, 0.5, [("late", 3)]);
        }

        IReadOnlyDictionary<string, double[]> columns = MetricsLog.Read(File);
        Assert.Equal([1, double.NaN, double.NaN], columns["early"]);
        Assert.Equal([double.NaN, double.NaN, 3], columns["late"]);
        Assert.All(columns.Values, column => Assert.Equal(3, column.Length));
    }

    [Fact]
    public void Of_a_name_that_a_row_has_twice_the_last_value_counts()
    {
        System.IO.File.WriteAllText(File, "{\"step\":0,\"a\":1,\"a\":2}\n{\"step\":1,\"a\":3}\n");
        Assert.Equal([2, 3], MetricsLog.Read(File)["a"]);
    }

    [Fact]
    public void A_log_is_cut_back_to_where_the_checkpoint_was()
    {
        long length;
        using (var log = MetricsLog.Open(File, 0))
        {
            length = log.Append(0, 0, 0.5, [("x", 1)]);
            log.Append(1, 0, 0.5, [("x", 2)]);
        }

        System.IO.File.AppendAllText(File, "{\"step\": 2, \"x\"");
        using (var log = MetricsLog.Open(File, length))
        {
            Assert.True(log.Append(7, 0, 0.5, [("x", 3)]) > length);
        }

        Assert.Equal([1, 3], MetricsLog.Read(File)["x"]);
        MetricsLog.Open(File, 0).Dispose();
        Assert.Equal("", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void A_log_shorter_than_the_checkpoint_knows_is_refused_and_left_alone()
    {
        Write(("x", 1));
        string before = System.IO.File.ReadAllText(File);
        string sentence = Assert.Throws<UserError>(() => MetricsLog.Open(File, before.Length + 1)).Message;
        Assert.Contains($"{before.Length} bytes", sentence, StringComparison.Ordinal);
        Assert.Equal(before, System.IO.File.ReadAllText(File));
    }

    [Theory]
    [InlineData("{\"step\": 0}\n{\"step\"", "row 2")]
    [InlineData("[]\n", "row 1")]
    [InlineData("\n", "row 1")]
    public void A_damaged_row_is_named(string text, string row)
    {
        System.IO.File.WriteAllText(File, text);
        string sentence = Assert.Throws<UserError>(() => MetricsLog.Read(File)).Message;
        Assert.Contains(row, sentence, StringComparison.Ordinal);
        Assert.Contains(File, sentence, StringComparison.Ordinal);
    }

    private void Write(params (string Name, double Value)[] metrics)
    {
        using var log = MetricsLog.Open(File, 0);
        log.Append(0, 0, 0.5, metrics);
    }
}
