using System.Security.Cryptography;

namespace Dyad.Training;

/// <summary>
/// A run's <c>checkpoint/</c> folder: two generations, written in turn, each with a checksum, so that a write that was cut off
/// leaves the one before. A file is a checksum (SHA-256), a generation number, then the state.
/// </summary>
public sealed class CheckpointStore
{
    private const int HeaderLength = SHA256.HashSizeInBytes + sizeof(long);

    private readonly string _folder;
    private long _generation;

    /// <summary>The checkpoints in a folder, which need not exist yet.</summary>
    public CheckpointStore(string folder) => _folder = folder;

    /// <summary>Writes a state as the newest generation.</summary>
    public void Save(byte[] state)
    {
        Directory.CreateDirectory(_folder);
        _generation++;
        byte[] body = [.. BitConverter.GetBytes(_generation), .. state];
        string path = PathOf(_generation);
        string partial = path + ".partial";
        using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(SHA256.HashData(body));
            file.Write(body);
            file.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Reads the newest undamaged state, or null where there is none.</summary>
    /// <param name="damaged">Receives one sentence for each damaged file that was passed over.</param>
    public byte[]? LoadNewest(ICollection<string> damaged)
    {
        (long Generation, byte[] State)? newest = null;
        for (int slot = 0; slot < 2; slot++)
        {
            string path = PathOf(slot);
            if (!File.Exists(path))
            {
                continue;
            }

            byte[] bytes = File.ReadAllBytes(path);
            if (bytes.Length < HeaderLength
                || !SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes)))
            {
                damaged.Add($"the checkpoint '{path}' is damaged and was passed over");
                continue;
            }

            long generation = BitConverter.ToInt64(bytes, SHA256.HashSizeInBytes);
            if (newest is null || generation > newest.Value.Generation)
            {
                newest = (generation, bytes[HeaderLength..]);
            }
        }

        _generation = newest?.Generation ?? 0;
        return newest?.State;
    }

    private string PathOf(long generation) => Path.Combine(_folder, generation % 2 == 0 ? "even.bin" : "odd.bin");
}
