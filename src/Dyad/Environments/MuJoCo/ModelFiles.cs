using System.Reflection;
using System.Security.Cryptography;
using Dyad.Core;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// Dyad's own models as files. They travel inside the library, so that a package, a tool and a single file have them, and MuJoCo
/// compiles a model from its path and resolves includes beside it: at first use they are written to a folder of the user's, which is
/// named by their content and checked each time.
/// </summary>
internal static class ModelFiles
{
    private const string Prefix = "models/";

    private static readonly Lazy<string> Extracted = new(() => Extract(Homes()));

    /// <summary>The folder.</summary>
    /// <exception cref="UserError">They can be written nowhere.</exception>
    public static string Folder => Extracted.Value;

    /// <summary>Writes the models to the first folder that takes them.</summary>
    /// <param name="homes">Folders to make a folder in.</param>
    /// <exception cref="UserError">None takes them.</exception>
    internal static string Extract(IEnumerable<string> homes)
    {
        (string Name, byte[] Content)[] models = Read();
        string name = "models-" + HashOf(models);
        string tried = "";
        foreach (string home in homes)
        {
            string folder = Path.Combine(home, name);
            try
            {
                foreach ((string file, byte[] content) in models)
                {
                    Write(Path.Combine(folder, file), content);
                }

                return folder;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                tried = $"'{folder}': {IoSentence.Of(e)}";
            }
        }

        throw new UserError($"the MuJoCo models that Dyad brings cannot be written to {tried}");
    }

    // A user's own folder; where there is none, or it is not to be written, one for temporary files, which is new each time.
    private static IEnumerable<string> Homes()
    {
        string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (local.Length > 0)
        {
            yield return Path.Combine(local, "dyad");
        }

        yield return Directory.CreateTempSubdirectory("dyad-").FullName;
    }

    // What is there is kept if it is the same: another process may be reading it.
    private static void Write(string path, byte[] content)
    {
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            OutputFile.Write(path, file => file.Write(content));
        }
    }

    private static (string Name, byte[] Content)[] Read()
    {
        Assembly library = typeof(ModelFiles).Assembly;
        return [.. library.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using Stream stream = library.GetManifestResourceStream(name)!;
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            return (name[Prefix.Length..], content);
        })];
    }

    private static string HashOf((string Name, byte[] Content)[] models)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((_, byte[] content) in models)
        {
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
