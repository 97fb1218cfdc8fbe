using Dyad.Core;

namespace Dyad.Tests.Unit.Core;

/// <summary>Of many that create a file one does, and its content is there with its name.</summary>
[Trait("Category", "unit")]
public sealed class ExclusiveFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_of_many_creates_it_whole()
    {
        for (int round = 0; round < 50; round++)
        {
            string path = _folder.PathOf($"file-{round}");
            int created = 0, half = 0;
            Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            {
                byte[] content = [.. Enumerable.Repeat((byte)i, 10_000)];
                if (ExclusiveFile.TryCreate(path, content))
                {
                    Interlocked.Increment(ref created);
                }
                else if (File.ReadAllBytes(path).Length != content.Length)
                {
                    Interlocked.Increment(ref half);
                }
            });
            Assert.Equal((1, 0), (created, half));
            Assert.Single(File.ReadAllBytes(path).Distinct());
        }

        Assert.Equal(50, Directory.GetFiles(_folder.FullPath).Length);
    }

    [Fact]
    public void What_cannot_be_written_leaves_nothing()
    {
        Assert.Throws<DirectoryNotFoundException>(() => ExclusiveFile.TryCreate(_folder.PathOf("nowhere", "file"), [1]));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullPath));
    }
}
