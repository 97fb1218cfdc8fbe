using Dyad.Core;

namespace Dyad.Tests.Unit.Core;

/// <summary>Faults of files, made as far as a test can make them: none is told in the platform's words.</summary>
[Trait("Category", "unit")]
public sealed class IoSentenceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_fault_has_its_words()
    {
        File.WriteAllText(_folder.PathOf("file"), "x");
        Directory.CreateDirectory(_folder.PathOf("full", "x"));
        File.CreateSymbolicLink(_folder.PathOf("round"), _folder.PathOf("round"));
        Assert.Equal("there is no such file or folder", Told(() => File.ReadAllText(_folder.PathOf("none"))));
        Assert.Equal("a folder of its path is missing", Told(() => File.ReadAllText(_folder.PathOf("none", "x"))));
        Assert.Equal("its name is too long", Told(() => File.WriteAllText(_folder.PathOf(new string('x', 5000)), "")));
        Assert.Equal("there is no permission", Told(() => File.ReadAllText(_folder.FullPath)));
        Assert.Equal("something else of that name is there", Told(() => Directory.CreateDirectory(_folder.PathOf("file"))));
        Assert.Equal("the folder is not empty", Told(() => Directory.Delete(_folder.PathOf("full"))));
        Assert.Equal("its links lead round in circles", Told(() => File.ReadAllText(_folder.PathOf("round"))));
        using FileStream held = new(_folder.PathOf("file"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal("another process uses it", Told(() => File.WriteAllText(_folder.PathOf("file"), "")));
        if (File.Exists("/dev/full"))
        {
            Assert.Equal("the disk is full", Told(() => File.AppendAllText("/dev/full", "x")));
        }
    }

    [Fact]
    public void What_has_no_words_keeps_the_platforms_without_the_path() =>
        Assert.Equal("Strange", IoSentence.Of(new IOException("Strange : '/some/path'.", 4711)));

    [Theory]
    [InlineData("/dev/zero", "it has more than 64 MB")]
    [InlineData("a\0b", "it is no name of a file")]
    [InlineData("/", "it is a folder")]
    public void A_text_file_of_any_kind_is_bounded(string path, string reason) =>
        Assert.EndsWith(reason, Assert.Throws<UserError>(() => TextFile.Read(path, TextFile.Small)).Message, StringComparison.Ordinal);

    private static string Told(Action fault)
    {
        Exception e = Assert.ThrowsAny<Exception>(fault);
        Assert.True(IoSentence.Tells(e), $"{e}");
        return IoSentence.Of(e);
    }
}
