namespace Dyad.Tests.Unit;

/// <summary>A fresh folder that goes with the test.</summary>
public sealed class TempFolder : IDisposable
{
    public string FullPath { get; } = Directory.CreateTempSubdirectory("dyad-unit-").FullName;

    public string PathOf(params string[] parts) => Path.Combine([FullPath, .. parts]);

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
