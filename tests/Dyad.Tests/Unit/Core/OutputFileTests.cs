using System.Diagnostics;
using Dyad.Core;

namespace Dyad.Tests.Unit.Core;

[Trait("Category", "unit")]
public sealed class OutputFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_comes_whole_or_not_at_all_and_leaves_nothing_beside_it()
    {
        string path = _folder.PathOf("a", "b", "file");
        Write(path, "old");
        Assert.Throws<InvalidOperationException>(() => OutputFile.Write(path, file =>
        {
            file.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Write(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.PathOf("a", "b")));
    }

    [Fact]
    public void A_link_stays_and_what_it_leads_to_is_replaced()
    {
        File.WriteAllText(_folder.PathOf("target"), "old");
        File.CreateSymbolicLink(_folder.PathOf("link"), "target");
        Write(_folder.PathOf("link"), "new");
        Assert.Equal("target", new FileInfo(_folder.PathOf("link")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(_folder.PathOf("target")));
    }

    // A device of the test's own: replaced by mistake, the machine's would be gone for every program.
    [Fact]
    public void A_device_is_written_to_and_stays()
    {
        if (Run("mknod", _folder.PathOf("null"), "c", "1", "3") != 0 || Run("mknod", _folder.PathOf("full"), "c", "1", "7") != 0)
        {
            Assert.Skip("devices cannot be made here");
        }

        Write(_folder.PathOf("null"), "text");
        Assert.Equal("the disk is full", IoSentence.Of(Assert.ThrowsAny<IOException>(() => Write(_folder.PathOf("full"), "text"))));
        Assert.Equal(0, Run("test", "-c", _folder.PathOf("null")));
        Assert.Equal(0, Run("test", "-c", _folder.PathOf("full")));
        Assert.Equal(2, Directory.GetFiles(_folder.FullPath).Length);
    }

    [Fact]
    public async Task A_pipe_is_written_to_and_stays()
    {
        if (Run("mkfifo", _folder.PathOf("pipe")) != 0)
        {
            Assert.Skip("pipes cannot be made here");
        }

        Task<string> read = Task.Run(() => File.ReadAllText(_folder.PathOf("pipe")), TestContext.Current.CancellationToken);
        Write(_folder.PathOf("pipe"), "text");
        Assert.Equal("text", await read);
        Assert.Equal(0, Run("test", "-p", _folder.PathOf("pipe")));
    }

    private static void Write(string path, string text) => OutputFile.Write(path, file => file.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
