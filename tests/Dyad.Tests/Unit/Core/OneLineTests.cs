using System.Globalization;
using Dyad.Core;
using Dyad.Tests.Fuzz;

namespace Dyad.Tests.Unit.Core;

[Trait("Category", "unit")]
public sealed class OneLineTests
{
    [Theory]
    [InlineData("plain, ü and 𝒳", "plain, ü and 𝒳")]
    [InlineData("a\nb\r\tc", "a\\nb\\r\\tc")]
    [InlineData("\u001b[2J\0\u0085", "\\u001b[2J\\u0000\\u0085")]
    [InlineData("\u202eexe.\u2069\u2028", "\\u202eexe.\\u2069\\u2028")]
    public void What_would_leave_the_line_is_escaped(string text, string line) => Assert.Equal(line, OneLine.Of(text));

    // An attribute could not hold it.
    [Fact]
    public void Half_a_character_is_escaped() => Assert.Equal("\\ud800x\\udc00", OneLine.Of("\ud800x\udc00"));

    [Theory]
    [InlineData('x')]
    [InlineData('\u001b')]
    public void A_long_text_loses_its_middle(char c)
    {
        string line = OneLine.Of($"begins {new string(c, 5_000_000)} ends", 300);
        Assert.Equal(300, line.Length);
        Assert.StartsWith("begins ", line, StringComparison.Ordinal);
        Assert.Contains(" ... ", line, StringComparison.Ordinal);
        Assert.EndsWith(" ends", line, StringComparison.Ordinal);
    }

    [Fact]
    public void No_character_is_cut_in_half()
    {
        string text = string.Concat(Enumerable.Repeat("𝒳", 1000));
        for (int longest = 100; longest < 110; longest++)
        {
            string line = OneLine.Of(text, longest), other = OneLine.Of("a" + text, longest);
            Assert.Equal((line, other), (OneLine.Of(line), OneLine.Of(other)));
            Assert.InRange(line.Length, longest - 2, longest);
        }
    }

    [Fact]
    public void A_sentence_is_one_line_of_bounded_length_the_same_under_every_culture()
    {
        Assert.Equal(OneLine.Longest, new UserError(new string('x', 3_000_000)).Message.Length);
        Assert.Equal("a\\nb", new UserError("a\nb", new IOException()).Message);
        double value = -1234.5;
        long whole = -7;
        foreach (CultureInfo culture in Cultures.All)
        {
            using var _ = new Culture(culture);
            Assert.Equal("is -1234.5, -1,234.50 and -7 -> NaN", new UserError($"is {value}, {value:#,0.00} and {whole} -> {double.NaN}").Message);
            Assert.Equal("is -1234.5", new UserError($"is {value}", new IOException()).Message);
        }
    }
}
