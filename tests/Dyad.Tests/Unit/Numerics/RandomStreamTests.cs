using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Numerics;

[Trait("Category", "unit")]
public sealed class RandomStreamTests
{
    [Fact]
    public void A_named_stream_does_not_depend_on_what_was_drawn_before()
    {
        var fresh = new RandomStream(42);
        var used = new RandomStream(42);
        Draw(used, 1000);
        used.Split("other");
        Assert.Equal(Draw(fresh.Split("noise"), 20), Draw(used.Split("noise"), 20));
    }

    [Fact]
    public void Seeds_names_and_paths_give_different_streams()
    {
        var root = new RandomStream(42);
        RandomStream[] streams =
        [
            root, new(43), new(-42), new(0), new(long.MinValue), root.Split("a"), root.Split("b"), root.Split(""),
            root.Split("ab"), root.Split("a").Split("b"), root.Split("b").Split("a"), root.Split("a").Split("a"), new RandomStream(43).Split("a"),
        ];
        Assert.Distinct(streams.SelectMany(stream => Draw(stream, 50)));
    }

    [Fact]
    public void A_loaded_stream_continues_as_the_saved_one_would()
    {
        RandomStream stream = new RandomStream(7).Split("environment");
        Draw(stream, 13);
        byte[] state = StateArchive.Save(stream.Serialize);
        var loaded = new RandomStream(0);
        StateArchive.Load(state, loaded.Serialize);
        Assert.Equal(Draw(stream, 20), Draw(loaded, 20));
        Assert.Equal(Draw(stream.Split("reset"), 5), Draw(loaded.Split("reset"), 5));
    }

    /// <summary>
    /// The numbers themselves. They must not change from one version to the next: a run is a pure function of its
    /// configuration and seed, and published results would no longer be reproduced. The values here were computed by a second
    /// implementation, in Python.
    /// </summary>
    [Fact]
    public void The_first_numbers_are_what_they_always_were()
    {
        var stream = new RandomStream(1);
        Assert.Equal(
            [2012775937921775851, 10968666948299887549, 13494710728135144532, 3709321482940641532], Draw(stream, 4));
        Assert.Equal([14958539551560774225, 11164331414145623836], Draw(stream.Split("noise"), 2));
        Assert.Equal([0.9016848215066471, 0.7702434782100833], [stream.Uniform(), stream.Uniform(-2, 3)]);
        Assert.Equal([0, 6, 1, 9, 1, 8, 8, 9, 5, 8, 8, 7], Enumerable.Range(0, 12).Select(_ => stream.Index(10)));
        Assert.Equal([1, 0, 1, 2, 2, 2, 2, 0, 2, 2, 2, 0], Enumerable.Range(0, 12).Select(_ => stream.Categorical([0.1, 0.2, 0.7])));
    }

    [Fact]
    public void Uniform_numbers_have_the_moments_of_the_uniform_distribution()
    {
        const int count = 200_000;
        var stream = new RandomStream(5);
        double[] draws = [.. Enumerable.Range(0, count).Select(_ => stream.Uniform())];
        Assert.True(draws.Min() >= 0 && draws.Max() < 1);

        // Five standard errors of each mean.
        Assert.Equal(0.5, draws.Average(), 5 * Math.Sqrt(1.0 / 12 / count));
        Assert.Equal(1.0 / 3, draws.Average(u => u * u), 5 * Math.Sqrt(4.0 / 45 / count));
        Assert.Equal(0.25, draws.Zip(draws.Skip(1), (u, next) => u * next).Average(), 5 * Math.Sqrt(1.0 / 12 / count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    public void Every_index_is_equally_likely(int count)
    {
        var stream = new RandomStream(6);
        double[] expected = [.. Enumerable.Repeat(1.0 / count, count)];
        AssertFits(expected, Enumerable.Range(0, 100_000).Select(_ => stream.Index(count)));
    }

    [Fact]
    public void A_large_index_stays_within_its_bound()
    {
        var stream = new RandomStream(6);
        int[] draws = [.. Enumerable.Range(0, 10_000).Select(_ => stream.Index(int.MaxValue))];
        Assert.All(draws, i => Assert.InRange(i, 0, int.MaxValue - 1));
        Assert.Equal(int.MaxValue / 2.0, draws.Average(i => (double)i), int.MaxValue * 0.02);
    }

    [Fact]
    public void Categories_have_their_probabilities()
    {
        var stream = new RandomStream(8);
        double[] probabilities = [0.1, 0, 0.25, 0.6, 0.05, 0];
        AssertFits(probabilities, Enumerable.Range(0, 100_000).Select(_ => stream.Categorical(probabilities)));
    }

    [Fact]
    public void A_category_of_probability_zero_is_never_drawn_even_where_the_sum_falls_short()
    {
        var stream = new RandomStream(9);
        double[] probabilities = [0, 0.1, 0];
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.Equal(1, stream.Categorical(probabilities)));
    }

    [Fact]
    public void Every_order_of_shuffled_numbers_is_equally_likely()
    {
        var stream = new RandomStream(6);
        var orders = new List<string>();
        for (int i = 0; i < 24_000; i++)
        {
            int[] numbers = [3, 1, 4, 2];
            stream.Shuffle(numbers);
            orders.Add(string.Concat(numbers));
        }

        string[] all = [.. orders.Distinct()];
        Assert.All(all, order => Assert.Equal("1234", string.Concat(order.Order())));
        AssertFits([.. Enumerable.Repeat(1.0 / 24, 24)], orders.Select(order => Array.IndexOf(all, order)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void An_index_below_nothing_is_refused(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(1).Index(count));

    // Pearson's statistic, at most six standard deviations above its mean: with a fixed seed this either always holds or never.
    private static void AssertFits(double[] probabilities, IEnumerable<int> draws)
    {
        double[] counts = new double[probabilities.Length];
        foreach (int draw in draws)
        {
            counts[draw]++;
        }

        double total = counts.Sum();
        double statistic = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            double expected = total * probabilities[i];
            Assert.True(expected > 0 || counts[i] == 0, $"category {i} has probability 0 and was drawn");
            statistic += expected > 0 ? (counts[i] - expected) * (counts[i] - expected) / expected : 0;
        }

        int freedom = Math.Max(1, probabilities.Count(p => p > 0) - 1);
        Assert.InRange(statistic, 0, freedom + (6 * Math.Sqrt(2.0 * freedom)));
    }

    private static ulong[] Draw(RandomStream stream, int count) => [.. Enumerable.Range(0, count).Select(_ => stream.NextBits())];
}
