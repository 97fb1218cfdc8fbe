using Dyad.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Dyad.Tests.Unit.Core;

[Trait("Category", "unit")]
public sealed class FolderNameTests
{
    [Theory]
    [InlineData("sac,batch_size=64", null)]
    [InlineData("Pendulum-v1", null)]
    [InlineData("größer", null)]
    [InlineData("", "it must have a letter or digit")]
    [InlineData("..", "it must have a letter or digit")]
    [InlineData("a/b", "it must have no control characters and none of")]
    [InlineData("a\\b", "it must have no control characters and none of")]
    [InlineData("a\nb", "it must have no control characters and none of")]
    [InlineData("a\u0085b", "it must have no control characters and none of")]
    [InlineData("a ", "it must neither begin")]
    [InlineData("a.", "it must neither begin")]
    public void A_name_of_a_folder_is_told_from_what_is_none(string text, string? fault)
    {
        if (fault is null)
        {
            Assert.Null(FolderName.Fault(text));
        }
        else
        {
            Assert.StartsWith(fault, FolderName.Fault(text)!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Characters_are_counted()
    {
        Assert.Null(FolderName.Fault(new string('a', 100)));
        Assert.Equal("it must have at most 100 characters", FolderName.Fault(new string('a', 101)));
    }

    [Fact]
    public void Any_text_becomes_a_name_and_a_name_stays_what_it_is() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>().Filter(text => text is not null), text =>
        {
            string name = FolderName.Of(text, "task");
            return FolderName.Fault(name) is null && FolderName.Of(name, "task") == name && (FolderName.Fault(text) is not null || name == text);
        }).QuickCheckThrowOnFailure();
}
