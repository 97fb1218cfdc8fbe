using Dyad.Numerics;
using Dyad.Studies;
using Dyad.Studies.Results;

namespace Dyad.Tests.Unit.Studies;

/// <summary>Statistics against closed forms and textbook quantiles.</summary>
[Trait("Category", "unit")]
public sealed class StatisticsTests
{
    // The 0.975 quantiles of Student's t; the first two have closed forms, tan(0.475 pi) and 0.95 sqrt(2 / (1 - 0.95^2)).
    public static TheoryData<int, double> Quantiles => new()
    {
        { 2, Math.Tan(0.475 * Math.PI) },
        { 3, 0.95 * Math.Sqrt(2 / (1 - (0.95 * 0.95))) },
        { 5, 2.7764451051977987 },
        { 10, 2.2621571627409915 },
        { 20, 2.093024054408263 },
    };

    [Theory]
    [MemberData(nameof(Quantiles))]
    public void The_interval_of_a_mean_is_Students(int count, double quantile)
    {
        double[] values = [.. Enumerable.Range(0, count).Select(i => 3 + (i * 0.5))];
        double mean = 3 + ((count - 1) * 0.25);
        // Of equally spaced values the variance is h^2 n (n + 1) / 12.
        double deviation = 0.5 * Math.Sqrt(count * (count + 1) / 12.0);
        Assert.Equal(mean, Statistics.Mean(values), 1e-14);
        Assert.Equal(deviation, Statistics.StandardDeviation(values), 1e-13);
        Interval interval = Statistics.MeanInterval(values);
        double half = quantile * deviation / Math.Sqrt(count);
        Assert.Equal(mean - half, interval.Low, 1e-9 * half);
        Assert.Equal(mean + half, interval.High, 1e-9 * half);
    }

    [Fact]
    public void A_single_value_has_no_interval()
    {
        Assert.Equal(0, Statistics.StandardDeviation([4.2]));
        Assert.Equal(new Interval(double.NegativeInfinity, double.PositiveInfinity), Statistics.MeanInterval([4.2]));
        Assert.Equal(new Interval(double.NegativeInfinity, double.PositiveInfinity), Statistics.InterquartileMeanInterval([4.2]));
        Assert.Equal("4.200", Wording.MeanWithInterval([4.2]));
    }

    [Fact]
    public void Two_single_values_tell_no_difference()
    {
        Assert.Equal(new Interval(double.NegativeInfinity, double.PositiveInfinity), Statistics.DifferenceInterval([4], [3]));
        Assert.Equal("+1.0", Wording.Difference([4], [3], "0.0"));
    }

    [Theory]
    [InlineData(2, 50.5)] // nothing is cut: (1 + 100) / 2
    [InlineData(3, 34.333333333333336)] // nothing is cut: (1 + 2 + 100) / 3
    [InlineData(4, 2.5)] // one at each end: (2 + 3) / 2
    [InlineData(10, 5.5)] // two at each end: (3 + .. + 8) / 6
    public void The_interquartile_mean_leaves_out_whole_values(int count, double expected)
    {
        double[] values = [.. Enumerable.Range(1, count - 1).Select(i => (double)i), 100];
        Assert.Equal(expected, Statistics.InterquartileMean(values), 1e-13);
        Assert.Equal(expected, Statistics.InterquartileMean([.. values.Reverse()]), 1e-13);
    }

    [Fact]
    public void The_bootstrap_interval_is_repeatable_and_lies_among_the_values()
    {
        double[] values = [1, 2, 3, 4, 5, 6, 7, 80];
        Interval interval = Statistics.InterquartileMeanInterval(values);
        Assert.Equal(interval, Statistics.InterquartileMeanInterval(values));
        double middle = Statistics.InterquartileMean(values);
        Assert.InRange(interval.Low, 1, middle);
        Assert.InRange(interval.High, middle, 80);
        Assert.Equal(new Interval(2, 2), Statistics.InterquartileMeanInterval([2, 2, 2, 2, 2]));
    }

    [Fact]
    public void A_difference_has_Welchs_interval()
    {
        // Variances over n of 1 and 4 with 2 and 5 values: nu = 25 / (1 / 1 + 16 / 4) = 5.
        double[] a = [10 - 1, 10 + 1];
        double[] b = Spread(mean: 3, count: 5, varianceOverCount: 4);
        Interval interval = Statistics.DifferenceInterval(a, b);
        double half = 2.5705818366147395 * Math.Sqrt(5);
        Assert.Equal(7 - half, interval.Low, 1e-8);
        Assert.Equal(7 + half, interval.High, 1e-8);
        Interval turned = Statistics.DifferenceInterval(b, a);
        Assert.Equal(-interval.High, turned.Low, 1e-12);
        Assert.Equal(-interval.Low, turned.High, 1e-12);
    }

    [Fact]
    public void One_exact_value_against_several_takes_their_spread()
    {
        double[] several = [1, 2, 3, 4];
        Interval mean = Statistics.MeanInterval(several);
        Interval difference = Statistics.DifferenceInterval([10], several);
        Assert.Equal(10 - mean.High, difference.Low, 1e-12);
        Assert.Equal(10 - mean.Low, difference.High, 1e-12);
    }

    [Fact]
    public void Intervals_cover_the_truth_as_often_as_they_say()
    {
        var random = new RandomStream(5);
        int covered = 0;
        const int Trials = 2000;
        for (int trial = 0; trial < Trials; trial++)
        {
            // The sum of twelve uniform numbers is close to normal, with mean 6.
            double[] values = [.. Enumerable.Range(0, 5).Select(_ => Enumerable.Range(0, 12).Sum(_ => random.Uniform()))];
            Interval interval = Statistics.MeanInterval(values);
            covered += interval.Low <= 6 && 6 <= interval.High ? 1 : 0;
        }

        // Four standard errors of a share of 0.95.
        Assert.InRange(covered / (double)Trials, 0.95 - 0.0195, 0.95 + 0.0195);
    }

    private static double[] Spread(double mean, int count, double varianceOverCount)
    {
        double[] plain = [.. Enumerable.Range(0, count).Select(i => i - ((count - 1) / 2.0))];
        double scale = Math.Sqrt(varianceOverCount * count) / Statistics.StandardDeviation(plain);
        return [.. plain.Select(x => mean + (scale * x))];
    }
}
