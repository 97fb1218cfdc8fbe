using System.ComponentModel.DataAnnotations;
using Dyad.Core;

namespace Dyad.Tests.Unit.Core;

[Trait("Category", "unit")]
public sealed class OptionBinderTests
{
    public enum Side
    {
        LeftHand,
        RightHand,
    }

    public sealed record Inner
    {
        [Range(0.0, 1.0)]
        public double Share { get; init; } = 0.5;

        public Side Side { get; init; }
    }

    public record Common
    {
        public int Count { get; init; } = 3;
    }

    public sealed record Outer : Common
    {
        public Inner Part { get; init; } = new();

        public bool Fast { get; init; } = true;
    }

    [Fact]
    public void Options_of_a_record_within_stand_at_its_place()
    {
        Outer options = OptionBinder.With<Outer>([("share", "0.25"), ("count", "7"), ("side", "right-hand"), ("fast", "false")]);
        Assert.Equal(new Outer { Count = 7, Fast = false, Part = new Inner { Share = 0.25, Side = Side.RightHand } }, options);
        Assert.Equal([("count", 7), ("share", 0.25), ("side", "right-hand"), ("fast", false)], OptionBinder.Values(options));
    }

    public sealed record Grown
    {
        [Neutral(0)]
        public double Later { get; init; } = 0.5;

        [Neutral(Side.RightHand)]
        public Side Side { get; init; }

        [Neutral(false)]
        public bool Fast { get; init; } = true;

        public int Count { get; init; } = 3;
    }

    [Fact]
    public void A_neutral_value_is_the_one_stated_and_else_the_default() =>
        Assert.Equal([("later", 0.0), ("side", "right-hand"), ("fast", false), ("count", 3)], OptionBinder.Neutral<Grown>());

    [Theory]
    [InlineData(0.99, "0.99")]
    [InlineData(1e-5, "1E-05")]
    [InlineData(100000.0, "100000")]
    [InlineData(true, "true")]
    [InlineData(7, "7")]
    [InlineData("right-hand", "right-hand")]
    public void A_value_has_one_text(object value, string text) => Assert.Equal(text, OptionBinder.Text(value));

    [Fact]
    public void Changes_touch_no_other_instance()
    {
        OptionBinder.With<Outer>([("share", "0.25")]);
        Assert.Equal(new Outer(), OptionBinder.With<Outer>([]));
    }

    [Theory]
    [InlineData("share", "2", "the option 'share' is 2; it must be between 0 and 1")]
    [InlineData("share", "much", "the option 'share' is 'much'; it must be a number")]
    [InlineData("side", "up", "the option 'side' is 'up'; it must be one of left-hand, right-hand")]
    [InlineData("part", "1", "there is no option 'part'; there are count, share, side, fast")]
    public void What_is_not_accepted_is_named(string name, string value, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<UserError>(() => OptionBinder.With<Outer>([(name, value)])).Message);
}
