namespace Dyad.Tests.Golden;

[Trait("Category", "golden")]
public sealed class GoldenFolderTests
{
    [Fact]
    public void The_folder_holds_reference_files() =>
        Assert.True(
            GoldenFiles.Kinds.Any(kind => GoldenFiles.Find(kind).Length > 0),
            $"no file of a known kind ({string.Join(", ", GoldenFiles.Kinds)}) in '{GoldenFiles.Folder}'");
}
