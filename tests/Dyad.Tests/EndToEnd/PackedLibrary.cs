[assembly: AssemblyFixture(typeof(Dyad.Tests.EndToEnd.PackedLibrary))]

namespace Dyad.Tests.EndToEnd;

/// <summary>The library's package, packed once for all tests that install it, when the first asks for it.</summary>
public sealed class PackedLibrary : IDisposable
{
    private readonly PackageFeed _feed = new();
    private readonly Lazy<Task> _packing;

    public PackedLibrary() => _packing = new(() => _feed.PackAsync("library"));

    public void Dispose() => _feed.Dispose();

    /// <summary>Copies the package and its symbols into another feed.</summary>
    public async Task CopyAsync(PackageFeed feed)
    {
        await _packing.Value;
        Directory.CreateDirectory(feed.Packages);
        foreach (string path in Directory.GetFiles(_feed.Packages))
        {
            File.Copy(path, Path.Combine(feed.Packages, Path.GetFileName(path)));
        }
    }
}
