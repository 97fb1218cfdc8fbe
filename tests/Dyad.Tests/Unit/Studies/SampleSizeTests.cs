using Dyad.Numerics;
using Dyad.Studies;
using Dyad.Studies.Results;

namespace Dyad.Tests.Unit.Studies;

/// <summary>How many seeds a verdict would need.</summary>
[Trait("Category", "unit")]
public sealed class SampleSizeTests
{
    [Theory]
    [InlineData(0.0, double.PositiveInfinity, 0.8, 1.0)]
    [InlineData(-1.0, 1.0, 0.4, 0.7)]
    [InlineData(-0.5, double.PositiveInfinity, -1.4, 1.0)]
    public void As_many_seeds_tell_in_four_of_five_repetitions(double low, double high, double difference, double deviation)
    {
        var claimed = new Interval(low, high);
        var measured = new StudentEstimate(difference, deviation * Math.Sqrt(2.0 / 3), 4);
        int seeds = SampleSize.ToTell(measured, 3, claimed, 0.05)!.Value;
        var random = new RandomStream(1);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.Uniform())) * Math.Cos(2 * Math.PI * random.Uniform());
        int told = 0;
        const int Repetitions = 4000;
        for (int i = 0; i < Repetitions; i++)
        {
            double[] a = [.. Enumerable.Range(0, seeds).Select(_ => difference + (deviation * Normal()))];
            double[] b = [.. Enumerable.Range(0, seeds).Select(_ => deviation * Normal())];
            told += Verdicts.Of(StudentEstimate.Difference(a, b).Interval(), claimed) != Verdict.Unclear ? 1 : 0;
        }

        // One seed fewer has less, and one number of seeds is a step of some percent.
        Assert.InRange(told / (double)Repetitions, 0.77, 0.9);
        Assert.True(seeds > 3);
    }

    [Fact]
    public void What_nobody_can_tell_has_no_number()
    {
        Interval better = Verdicts.Better;
        Assert.Null(SampleSize.ToTell(new StudentEstimate(0, 1, 4), 3, better, 0.05));
        Assert.Null(SampleSize.ToTell(new StudentEstimate(1, double.NaN, 0), 1, better, 0.05));
        Assert.Contains("more than 1,000 seeds", SampleSize.Words(new StudentEstimate(0.001, 1, 4), 3, better, 0.05), StringComparison.Ordinal);
        Assert.Equal("", SampleSize.Words(new StudentEstimate(1, double.NaN, 0), 1, better, 0.05));

        // A stricter error asks for more.
        var some = new StudentEstimate(1, 1, 4);
        Assert.True(SampleSize.ToTell(some, 3, better, 0.01) > SampleSize.ToTell(some, 3, better, 0.05));
    }
}
