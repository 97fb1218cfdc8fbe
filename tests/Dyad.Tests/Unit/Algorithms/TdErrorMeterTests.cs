using Dyad.Algorithms;

namespace Dyad.Tests.Unit.Algorithms;

[Trait("Category", "unit")]
public sealed class TdErrorMeterTests
{
    [Fact]
    public void Means_and_quantiles_are_averaged_over_batches_and_the_largest_is_kept()
    {
        var meter = new TdErrorMeter(10);
        var row = new Recorder();
        meter.Flush(row);
        Assert.Empty(row.Values);

        meter.Add([-1, 2, -3, 4, -5, 6, -7, 8, -9, 10]);
        Assert.Equal([1, 5, 9, 10], new[] { 0, 0.5, 0.9, 1 }.Select(meter.Quantile));
        meter.Add([0, 0, 0, 0, 0, 0, 0, 0, -2, 0]);
        Assert.Equal(0, meter.Quantile(0.9));
        meter.Flush(row);
        Assert.Equal([("train/td_error_mean", 2.85), ("train/td_error_q90", 4.5), ("train/td_error_max", 10)],
            row.Values.Select(entry => (entry.Name, Math.Round(entry.Value, 6))));

        // A row knows nothing of those before it.
        row.Values.Clear();
        meter.Add([1, 1, 1, 1, 1, 1, 1, 1, 1, -1]);
        meter.Flush(row);
        Assert.All(row.Values, entry => Assert.Equal(1, entry.Value));
    }
}
