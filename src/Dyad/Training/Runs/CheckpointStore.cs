using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>A saved state of a run that is whole.</summary>
/// <param name="Owner">Which owner of the run wrote it (<see cref="RunLease.Number"/>).</param>
/// <param name="Generation">Counts the checkpoints of a run.</param>
/// <param name="Config">The run that it is of, as its <c>config.json</c>.</param>
/// <param name="State">The state.</param>
internal sealed record Checkpoint(long Owner, long Generation, JsonObject Config, byte[] State);

/// <summary>
/// A run's <c>checkpoint/</c> folder: two generations, written in turn, each with a checksum, so that a write that was cut off
/// leaves the one before. A file is a checksum (SHA-256) of all that follows: the format's name, the owner that wrote it, its
/// generation, the run's configuration, then the state, packed where that makes it smaller.
/// </summary>
internal sealed class CheckpointStore
{
    private static readonly byte[] Format = "dyad-checkpoint-2"u8.ToArray();

    private readonly string _folder;
    private long _generation;

    /// <summary>The checkpoints in a folder, which need not exist yet.</summary>
    public CheckpointStore(string folder) => _folder = folder;

    /// <summary>Writes a state as the newest generation.</summary>
    /// <param name="state">The state.</param>
    /// <param name="config">The run, as its <c>config.json</c>.</param>
    /// <param name="owner">The owner that writes it.</param>
    /// <param name="pack">Whether it is to lie for long, and is packed where that makes it smaller.</param>
    public void Save(byte[] state, string config, long owner, bool pack = false)
    {
        ArgumentNullException.ThrowIfNull(state);
        byte[]? packed = pack ? Packed(state) : null;
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Format);
            writer.Write(owner);
            writer.Write(_generation + 1);
            writer.Write(config);
            writer.Write(packed is not null);
            writer.Write(state.Length);
            writer.Write(packed ?? state);
        }

        DurableFile.Write(PathOf(_generation + 1), file =>
        {
            file.Write(SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length)));
            body.WriteTo(file);
        });
        _generation++;
    }

    /// <summary>Takes away the generation before the newest: a finished run needs one.</summary>
    public void KeepNewest() => File.Delete(PathOf(_generation - 1));

    /// <summary>Reads the states that are whole, the newest first. The next one that is saved follows the first of them, unless another is chosen.</summary>
    /// <param name="damaged">Receives one sentence for each damaged file that was passed over.</param>
    /// <exception cref="InvalidDataException">A checkpoint is of another version.</exception>
    public IReadOnlyList<Checkpoint> Load(ICollection<string> damaged)
    {
        ArgumentNullException.ThrowIfNull(damaged);
        var found = new List<Checkpoint>();
        for (int slot = 0; slot < 2; slot++)
        {
            string path = PathOf(slot);
            if (!File.Exists(path))
            {
                continue;
            }

            byte[] bytes = File.ReadAllBytes(path);
            if (bytes.Length < SHA256.HashSizeInBytes
                || !SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes)))
            {
                damaged.Add($"the checkpoint '{path}' is damaged and was passed over");
                continue;
            }

            found.Add(Read(bytes, path));
        }

        // What an owner wrote that was taken for dead counts less than what came after it.
        found.Sort((a, b) => (b.Owner, b.Generation).CompareTo((a.Owner, a.Generation)));
        Choose(found.FirstOrDefault());
        return found;
    }

    /// <summary>Lets the next state follow a checkpoint, and take the place of the other one; null for none.</summary>
    public void Choose(Checkpoint? checkpoint) => _generation = checkpoint?.Generation ?? 0;

    private static Checkpoint Read(byte[] bytes, string path)
    {
        if (!bytes.AsSpan(SHA256.HashSizeInBytes).StartsWith(Format))
        {
            throw new InvalidDataException($"'{Path.GetFileName(path)}' is in another format");
        }

        try
        {
            return Body(bytes.AsSpan(SHA256.HashSizeInBytes + Format.Length).ToArray());
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or ArgumentException or InvalidOperationException or JsonException)
        {
            // Its checksum holds, so that it was written in this way, by whatever wrote it.
            throw new InvalidDataException($"'{Path.GetFileName(path)}' is none of this program's", e);
        }
    }

    private static Checkpoint Body(byte[] bytes)
    {
        using var body = new MemoryStream(bytes);
        using var reader = new BinaryReader(body, Encoding.UTF8);
        long owner = reader.ReadInt64(), generation = reader.ReadInt64();
        JsonObject config = StrictJson.Parse(reader.ReadString()) as JsonObject ?? throw new InvalidDataException("the configuration is no object");
        bool isPacked = reader.ReadBoolean();
        int length = reader.ReadInt32();
        using var state = new MemoryStream();
        if (isPacked)
        {
            using var unpacking = new BrotliStream(body, CompressionMode.Decompress);
            byte[] block = new byte[81920];
            int read;
            while (state.Length <= length && (read = unpacking.Read(block)) > 0)
            {
                state.Write(block, 0, read);
            }
        }
        else
        {
            body.CopyTo(state);
        }

        return state.Length == length
            ? new Checkpoint(owner, generation, config, state.ToArray())
            : throw new InvalidDataException("the state is of another length");
    }

    // Null where it is not worth while.
    private static byte[]? Packed(byte[] state)
    {
        using var packed = new MemoryStream();
        using (var packing = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            packing.Write(state);
        }

        return packed.Length < 0.95 * state.Length ? packed.ToArray() : null;
    }

    private string PathOf(long generation) => Path.Combine(_folder, generation % 2 == 0 ? "even.bin" : "odd.bin");
}
