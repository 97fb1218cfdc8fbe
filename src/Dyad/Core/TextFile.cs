using System.Text;

namespace Dyad.Core;

/// <summary>Whole text files of bounded size; pipes and devices are read as far as that.</summary>
internal static class TextFile
{
    /// <summary>Bytes at most of the small files that describe a run.</summary>
    public const long Small = 64L << 20;

    /// <summary>Bytes at most of a file that a user wrote or computed.</summary>
    public const long Large = 512L << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longest">Bytes at most.</param>
    /// <exception cref="UserError">It cannot be read, or is longer; the sentence names it.</exception>
    public static string Read(string path, long longest)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            using var bytes = new MemoryStream(file.CanSeek ? (int)Math.Min(file.Length, longest) : 0);
            byte[] block = new byte[81920];
            int read;
            while ((read = file.Read(block)) > 0)
            {
                if (bytes.Length + read > longest)
                {
                    throw new UserError($"cannot read '{path}': it has more than {longest >> 20} MB");
                }

                bytes.Write(block.AsSpan(0, read));
            }

            bytes.Position = 0;
            using var reader = new StreamReader(bytes, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot read '{path}': {IoSentence.Of(e, path)}", e);
        }
        catch (ArgumentException e)
        {
            throw new UserError($"cannot read '{path}': it is no name of a file", e);
        }
    }

    /// <summary>Puts a file's name before what is said about its content.</summary>
    /// <param name="path">The file.</param>
    /// <param name="understand">Makes something of its content.</param>
    /// <exception cref="UserError">Its content is refused.</exception>
    public static T Named<T>(string path, Func<T> understand)
    {
        try
        {
            return understand();
        }
        catch (UserError e)
        {
            throw new UserError($"{path}: {e.Message}", e);
        }
    }
}
