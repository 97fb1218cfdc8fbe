using System.Globalization;
using Dyad.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Dyad.Tests.Unit.Core;

[Trait("Category", "unit")]
public sealed class NumberTextTests
{
    [Theory]
    [InlineData("1e5", 1e5)]
    [InlineData("100_000", 1e5)]
    [InlineData("1_0.2_5E-1", 1.025)]
    [InlineData("+.5", 0.5)]
    [InlineData("-3.", -3)]
    [InlineData("0", 0)]
    public void What_people_write_is_a_number(string text, double value)
    {
        Assert.True(NumberText.TryDouble(text, out double read));
        Assert.Equal(value, read);
    }

    [Theory]
    [InlineData("0,5")]
    [InlineData("1,000")]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e999")]
    [InlineData("_1")]
    [InlineData("1_")]
    [InlineData("1__0")]
    [InlineData("1_.5")]
    [InlineData(".")]
    [InlineData("1e")]
    [InlineData("1e5.0")]
    [InlineData("--1")]
    [InlineData("0x10")]
    [InlineData("(1)")]
    [InlineData("٣")]
    public void What_is_ambiguous_or_none_is_refused(string text)
    {
        Assert.False(NumberText.TryDouble(text, out _));
        Assert.False(NumberText.TryWhole(text, out _));
    }

    [Theory]
    [InlineData("1e5", 100_000)]
    [InlineData("2.50e1", 25)]
    [InlineData("-100_000", -100_000)]
    [InlineData("1200e-2", 12)]
    [InlineData("1.0", 1)]
    [InlineData("0e-7", 0)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9.223372036854775808e18", long.MinValue)]
    public void A_whole_number_is_read_exactly_however_it_is_written(string text, long value)
    {
        Assert.True(NumberText.TryWhole(text, out long read));
        Assert.Equal(value, read);
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e-30")]
    [InlineData("1.00000000000000000000000000000001")]
    [InlineData("9223372036854775808")]
    [InlineData("1e19")]
    [InlineData("1e99999999999")]
    public void What_is_not_whole_or_too_large_is_no_whole_number(string text) => Assert.False(NumberText.TryWhole(text, out _));

    [Fact]
    public void Every_finite_number_survives_its_text_under_any_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NumberGroupSeparator, comma.NumberFormat.NegativeSign) = (",", ".", "~");
        try
        {
            CultureInfo.CurrentCulture = comma;
            Prop.ForAll<double>(value => !double.IsFinite(value) || (NumberText.TryDouble(NumberText.Of(value), out double read) && read == value))
                .QuickCheckThrowOnFailure();
            Prop.ForAll<long>(value => NumberText.TryWhole(value.ToString(CultureInfo.InvariantCulture), out long read) && read == value)
                .QuickCheckThrowOnFailure();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
