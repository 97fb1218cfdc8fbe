using System.IO.Compression;
using System.Text;

namespace Dyad.Core;

/// <summary>Zip files of texts: the same texts give the same bytes.</summary>
internal static class TextZip
{
    // Of CRC-32 as zip has it: the reader of .NET does not look whether what it unpacks is what was packed.
    private static readonly uint[] Remainders = [.. Enumerable.Range(0, 256).Select(i =>
    {
        uint x = (uint)i;
        for (int bit = 0; bit < 8; bit++)
        {
            x = (x & 1) != 0 ? (x >> 1) ^ 0xEDB88320u : x >> 1;
        }

        return x;
    })];

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

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, for errors.</param>
    /// <exception cref="UserError">It is no zip file, or is cut off.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ZipArchive Open(string path, string what)
    {
        ZipArchive? zip = null;
        try
        {
            // The list of what is in it is read when it is asked for.
            zip = ZipFile.OpenRead(path);
            _ = zip.Entries;
            return zip;
        }
        catch (InvalidDataException e)
        {
            zip?.Dispose();
            throw new UserError($"'{path}' is no {what}, or is damaged: it is no whole zip file", e);
        }
    }

    /// <summary>A text of a file.</summary>
    /// <param name="zip">The archive.</param>
    /// <param name="name">Name of the text.</param>
    /// <param name="path">The file, for errors.</param>
    /// <param name="what">What the file should be, for errors.</param>
    /// <param name="largest">The most bytes that it may have unpacked.</param>
    /// <exception cref="UserError">It is not there, too large, or not what was packed.</exception>
    public static string Read(ZipArchive zip, string name, string path, string what, long largest)
    {
        ArgumentNullException.ThrowIfNull(zip);
        ZipArchiveEntry entry = zip.GetEntry(name) ?? throw new UserError($"'{path}' is no {what}: it lacks {name}");
        if (entry.Length > largest)
        {
            throw new UserError($"'{path}' is damaged: {name} has {entry.Length} bytes");
        }

        string damage = $"'{path}' is damaged: {name} is not what was packed";
        using var bytes = new MemoryStream();
        try
        {
            using Stream packed = entry.Open();
            packed.CopyTo(bytes);
        }
        catch (InvalidDataException e)
        {
            throw new UserError(damage, e);
        }

        uint sum = uint.MaxValue;
        foreach (byte x in bytes.GetBuffer().AsSpan(0, (int)bytes.Length))
        {
            sum = Remainders[(byte)(sum ^ x)] ^ (sum >> 8);
        }

        if (~sum != entry.Crc32)
        {
            throw new UserError(damage);
        }

        bytes.Position = 0;
        using var reader = new StreamReader(bytes, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
