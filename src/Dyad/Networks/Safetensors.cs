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

    /// <summary>Writes a player's parameters to disk; a reader sees the old file or the new one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="metadata">Texts by name, for the header; none if null.</param>
    public static void Write(string path, Parameters<float> parameters, IReadOnlyDictionary<string, string>? metadata = null) => Write(
        path, [.. parameters.Leaves.Select(leaf => new Tensor(leaf.Name, [leaf.Rows.Count, leaf.Columns.Count], leaf.Values.ToArray()))], metadata);

    /// <summary>Writes tensors one behind the other.</summary>
    internal static void Write(string path, IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var header = new JsonObject();
        if (metadata is not null)
        {
            header[Metadata] = new JsonObject(metadata.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
        }

        long start = 0;
        foreach (Tensor tensor in tensors)
        {
            long end = start + ((long)tensor.Values.Length * sizeof(float));
            header[tensor.Name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray([.. tensor.Shape.Select(size => JsonValue.Create(size))]),
                ["data_offsets"] = new JsonArray(start, end),
            };
            start = end;
        }

        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());

        // The numbers start at a multiple of eight: the header is padded with blanks, as the format allows.
        byte[] padded = [.. text, .. Enumerable.Repeat((byte)' ', (8 - (text.Length % 8)) % 8)];
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded.Length);
        DurableFile.Write(path, file =>
        {
            file.Write(length);
            file.Write(padded);
            foreach (Tensor tensor in tensors)
            {
                file.Write(MemoryMarshal.AsBytes<float>(tensor.Values));
            }
        });
    }

    /// <summary>Reads all tensors of single or double precision, in the order of their names.</summary>
    /// <exception cref="UserError">The file cannot be read, is damaged, or holds numbers of another kind.</exception>
    internal static IReadOnlyList<Tensor> ReadTensors(string path)
    {
        var tensors = new List<Tensor>();
        Open(path, (header, data) =>
        {
            foreach (JsonProperty entry in header.EnumerateObject().Where(entry => entry.Name != Metadata).OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                tensors.Add(ReadTensor(path, entry, data.Span));
            }
        });
        return tensors;
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
        Open(path, (header, data) =>
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
                    (int rows, int columns) = (shape[0].GetInt32(), shape[1].GetInt32());
                    shapes[entry.Name] = rows > 0 && columns > 0 && (long)rows * columns <= data.Length / sizeof(float)
                        ? (rows, columns)
                        : throw new UserError($"the tensor '{OneLine.Of(entry.Name, 60)}' of '{path}' is {rows} x {columns}, and the file has {data.Length} bytes of numbers");
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
            throw new UserError($"cannot read '{path}': {IoSentence.Of(e, path)}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new UserError($"the header of '{path}' is damaged{(e is JsonException ? $": {JsonSentence.Of(e)}" : "")}", e);
        }
    }

    private static Tensor ReadTensor(string path, JsonProperty entry, ReadOnlySpan<byte> data)
    {
        int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        long[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
        string kind = entry.Value.GetProperty("dtype").GetString() ?? "";
        int width = kind switch { "F32" => sizeof(float), "F64" => sizeof(double), _ => 0 };
        if (width == 0)
        {
            throw new UserError($"the tensor '{OneLine.Of(entry.Name, 60)}' of '{path}' has numbers of kind {OneLine.Of(kind, 20)}; F32 and F64 are read");
        }

        if (shape.Any(size => size < 0) || offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > data.Length
            || (offsets[1] - offsets[0]) / (double)width != shape.Aggregate(1.0, (product, size) => product * size))
        {
            throw new UserError($"the tensor '{OneLine.Of(entry.Name, 60)}' of '{path}' is {OneLine.Of(string.Join(" x ", shape), 60)}, and its place has another size: the file is damaged");
        }

        ReadOnlySpan<byte> bytes = data[(int)offsets[0]..(int)offsets[1]];
        float[] values = new float[bytes.Length / width];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = width == sizeof(float)
                ? BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * width)..])
                : (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * width)..]);
        }

        return new Tensor(entry.Name, shape, values);
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
                $"the tensor '{leaf.Name}' of '{path}' is {OneLine.Of(string.Join(" x ", shape), 60)}; {leaf.Rows} x {leaf.Columns} in single precision is expected");
        }

        data[(int)offsets[0]..(int)offsets[1]].CopyTo(target);
    }

    /// <summary>Named numbers, row by row.</summary>
    internal sealed record Tensor(string Name, int[] Shape, float[] Values);
}
