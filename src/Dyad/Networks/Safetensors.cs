using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Autodiff;
using Dyad.Core;

namespace Dyad.Networks;

/// <summary>
/// Parameters in the safetensors format: eight bytes of header length, a JSON header with type, shape and place of each tensor,
/// then the numbers, little-endian. Weights are inputs x outputs; biases 1 x outputs.
/// </summary>
public static class Safetensors
{
    private const int LargestHeader = 1 << 24;

    private const string Metadata = "__metadata__";

    /// <summary>Writes a player's parameters; a reader sees the old file or the new one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="metadata">Texts by name, for the header; none if null.</param>
    public static void Write(string path, Parameters<float> parameters, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var header = new JsonObject();
        if (metadata is not null)
        {
            header[Metadata] = new JsonObject(metadata.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
        }

        foreach (Parameter<float> leaf in parameters.Leaves)
        {
            long start = (long)leaf.Offset * sizeof(float);
            header[leaf.Name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray(leaf.Rows.Count, leaf.Columns.Count),
                ["data_offsets"] = new JsonArray(start, start + ((long)leaf.Values.Length * sizeof(float))),
            };
        }

        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());

        // The numbers start at a multiple of eight: the header is padded with blanks, as the format allows.
        byte[] padded = [.. text, .. Enumerable.Repeat((byte)' ', (8 - (text.Length % 8)) % 8)];
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded.Length);
        string partial = path + ".partial";
        using (FileStream file = File.Create(partial))
        {
            file.Write(length);
            file.Write(padded);
            file.Write(MemoryMarshal.AsBytes(parameters.Values));
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Reads parameters into a player that has the same tensors.</summary>
    /// <exception cref="UserError">The file cannot be read, is damaged, or holds other tensors.</exception>
    public static void Read(string path, Parameters<float> parameters)
    {
        Open(path, (header, data) =>
        {
            foreach (Parameter<float> leaf in parameters.Leaves)
            {
                ReadTensor(path, header, data.Span, leaf);
            }
        });
    }

    /// <summary>Reads what a header says: its metadata, empty where there is none, and the sizes of the matrices by name.</summary>
    /// <exception cref="UserError">The file cannot be read, or is damaged.</exception>
    public static (IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, (int Rows, int Columns)> Shapes) ReadHeader(string path)
    {
        var metadata = new Dictionary<string, string>();
        var shapes = new Dictionary<string, (int, int)>();
        Open(path, (header, _) =>
        {
            foreach (JsonProperty entry in header.EnumerateObject())
            {
                if (entry.Name == Metadata)
                {
                    foreach (JsonProperty text in entry.Value.EnumerateObject())
                    {
                        metadata[text.Name] = text.Value.GetString() ?? "";
                    }
                }
                else if (entry.Value.GetProperty("shape") is var shape && shape.GetArrayLength() == 2)
                {
                    shapes[entry.Name] = (shape[0].GetInt32(), shape[1].GetInt32());
                }
            }
        });
        return (metadata, shapes);
    }

    private static void Open(string path, Action<JsonElement, ReadOnlyMemory<byte>> read)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            if (bytes.Length < 8 || BinaryPrimitives.ReadInt64LittleEndian(bytes) is var length && (length < 2 || length > Math.Min(LargestHeader, bytes.Length - 8)))
            {
                throw new UserError($"'{path}' is no safetensors file, or is cut off");
            }

            int start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
            using var header = JsonDocument.Parse(bytes.AsMemory(8, start - 8));
            read(header.RootElement, bytes.AsMemory(start));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot read '{path}': {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new UserError($"the header of '{path}' is damaged: {e.Message}", e);
        }
    }

    private static void ReadTensor(string path, JsonElement header, ReadOnlySpan<byte> data, Parameter<float> leaf)
    {
        if (!header.TryGetProperty(leaf.Name, out JsonElement entry))
        {
            throw new UserError($"'{path}' lacks the tensor '{leaf.Name}'");
        }

        int[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        long[] offsets = [.. entry.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
        Span<byte> target = MemoryMarshal.AsBytes(leaf.Values);
        if (entry.GetProperty("dtype").GetString() != "F32" || !shape.SequenceEqual([leaf.Rows.Count, leaf.Columns.Count])
            || offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > data.Length || offsets[1] - offsets[0] != target.Length)
        {
            throw new UserError(
                $"the tensor '{leaf.Name}' of '{path}' is {string.Join(" x ", shape)}; {leaf.Rows} x {leaf.Columns} in single precision is expected");
        }

        data[(int)offsets[0]..(int)offsets[1]].CopyTo(target);
    }
}
