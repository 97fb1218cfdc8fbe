using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class StopRuleTests
{
    [Theory]
    [InlineData("eval/return>=475", 475, "eval/return>=475")]
    [InlineData("eval/return >= 4.75e2", 475.5, "eval/return>=475")]
    [InlineData("eval/return>=475", 474.9, null)]
    [InlineData("eval/return>=475", double.NaN, null)]
    [InlineData("eval/return<=-1", -1, "eval/return<=-1")]
    [InlineData("eval/return<=-1", -0.9, null)]
    [InlineData("train/entropy<=0.5", 0.1, null)]
    public void A_metric_reaches_its_bound(string rule, double value, string? reason) =>
        Assert.Equal(reason, StopRule.Parse(rule).Start().Take([("train/x", -3), ("eval/return", value)]));

    [Theory]
    [InlineData("")]
    [InlineData("eval/return")]
    [InlineData("eval/return>475")]
    [InlineData("eval/return>=")]
    [InlineData(">=5")]
    [InlineData("eval/return>=4,5")]
    [InlineData("eval/return=5")]
    public void What_is_no_bound_is_refused(string text) =>
        Assert.Contains($"--until is '{text}'", Assert.Throws<UserError>(() => StopRule.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Patience_ends_with_the_row_that_is_one_too_many()
    {
        var watch = new StopRule { Patience = 3 }.Start();
        double[] returns = [1, 3, 2, double.NaN, 4, 4, 4, 3.9, 9];
        string?[] reasons = [.. returns.Select(value => watch.Take([("eval/return", value)]))];
        Assert.Equal(7, Array.FindIndex(reasons, reason => reason is not null));
        Assert.Equal("no better eval/return in 3 rows", reasons[7]);
    }

    [Fact]
    public void A_metric_that_is_not_measured_is_told_with_the_first_row() => Assert.Contains(
        "--until names 'eval/retrun', which is not measured; did you mean eval/return", Assert.Throws<UserError>(
            () => StopRule.Parse("eval/retrun>=1").Start().Take([("eval/return", 0)])).Message, StringComparison.Ordinal);

    [Fact]
    public void Time_is_over_and_reasons_are_of_their_rule()
    {
        var rule = new StopRule { WallSeconds = 90 };
        Assert.Null(rule.TimeOver(89.9));
        Assert.Equal("wall time of 90 s", rule.TimeOver(90));
        Assert.True(rule.Gives("wall time of 90 s"));
        Assert.False(rule.Gives("eval/return>=475"));
        Assert.False((rule with { WallSeconds = 100 }).Gives("wall time of 90 s"));
    }
}
