using Dyad.Core;

namespace Dyad.Tests.Unit.Core;

[Trait("Category", "unit")]
public sealed class WritableFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_is_made_and_nothing_is_left_in_it()
    {
        WritableFolder.Require(_folder.PathOf("a", "b"), "no");
        Assert.Empty(Directory.GetFileSystemEntries(_folder.PathOf("a", "b")));
    }

    // There already, and written by nobody, not even by root.
    [Fact]
    public void A_folder_that_is_there_and_takes_no_files_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc is Linux's");
        Assert.StartsWith("it does not go: ", Assert.Throws<UserError>(() => WritableFolder.Require("/proc", "it does not go")).Message, StringComparison.Ordinal);
    }
}
