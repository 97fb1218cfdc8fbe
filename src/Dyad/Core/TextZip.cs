using System.IO.Compression;
using System.Text;

namespace Dyad.Core;

/// <summary>Zip files of texts: the same texts give the same bytes.</summary>
internal static class TextZip
{
    // Zip stores local times from 1980 on.
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Adds a text.</summary>
    public static void Add(ZipArchive zip, string name, string text)
    {
        ArgumentNullException.ThrowIfNull(zip);
        ZipArchiveEntry entry = zip.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = Epoch;
        using var writer = new StreamWriter(entry.Open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        writer.Write(text);
    }

    /// <summary>A text of a file.</summary>
    /// <param name="zip">The archive.</param>
    /// <param name="name">Name of the text.</param>
    /// <param name="path">The file, for errors.</param>
    /// <param name="what">What the file should be, for errors.</param>
    /// <param name="largest">The most bytes that it may have unpacked.</param>
    /// <exception cref="UserError">It is not there, or too large.</exception>
    public static string Read(ZipArchive zip, string name, string path, string what, long largest)
    {
        ArgumentNullException.ThrowIfNull(zip);
        ZipArchiveEntry entry = zip.GetEntry(name) ?? throw new UserError($"'{path}' is no {what}: it lacks {name}");
        if (entry.Length > largest)
        {
            throw new UserError($"'{path}' is damaged: {name} has {entry.Length} bytes");
        }

        using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
