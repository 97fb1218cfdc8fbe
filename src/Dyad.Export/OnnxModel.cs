using System.Buffers.Binary;
using Google.Protobuf;

namespace Dyad.Export;

/// <summary>
/// The messages of an ONNX model that a translated expression needs, by the field numbers of the public schema (onnx/onnx.proto3).
/// </summary>
internal static class OnnxModel
{
    /// <summary>Operator set that models are written for.</summary>
    public const int Opset = 17;

    // The version of the format that came with the operator set.
    private const int IrVersion = 8;

    private const int FloatType = 1, Int64Type = 7;

    /// <summary>A ModelProto.</summary>
    public static byte[] Model(byte[] graph, string producerVersion, string documentation, IEnumerable<KeyValuePair<string, string>> metadata) => Wire.Message(model =>
    {
        Int(model, 1, IrVersion);
        Text(model, 2, "dyad");
        Text(model, 3, producerVersion);
        Text(model, 6, documentation);
        Nested(model, 7, graph);
        Nested(model, 8, Wire.Message(opset => Int(opset, 2, Opset)));
        foreach ((string key, string value) in metadata)
        {
            Nested(model, 14, Wire.Message(entry =>
            {
                Text(entry, 1, key);
                Text(entry, 2, value);
            }));
        }
    });

    /// <summary>A GraphProto of parts that are written already.</summary>
    public static byte[] Graph(string name, IEnumerable<byte[]> nodes, IEnumerable<byte[]> initializers, IEnumerable<byte[]> inputs, IEnumerable<byte[]> outputs) => Wire.Message(graph =>
    {
        All(graph, 1, nodes);
        Text(graph, 2, name);
        All(graph, 5, initializers);
        All(graph, 11, inputs);
        All(graph, 12, outputs);
    });

    /// <summary>A NodeProto: an operation on named values, with whole numbers as attributes.</summary>
    public static byte[] Node(string operation, IEnumerable<string> inputs, string output, params (string Name, long Value)[] attributes) => Wire.Message(node =>
    {
        foreach (string input in inputs)
        {
            Text(node, 1, input);
        }

        Text(node, 2, output);
        Text(node, 3, output);
        Text(node, 4, operation);
        foreach ((string name, long value) in attributes)
        {
            Nested(node, 5, Wire.Message(attribute =>
            {
                Text(attribute, 1, name);
                Int(attribute, 3, value);
                Int(attribute, 20, 2); // INT
            }));
        }
    });

    /// <summary>A TensorProto of single precision.</summary>
    public static byte[] Tensor(string name, ReadOnlySpan<float> values, params long[] shape)
    {
        byte[] raw = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(i * sizeof(float)), values[i]);
        }

        return Tensor(name, FloatType, raw, shape);
    }

    /// <summary>A TensorProto of whole numbers, a vector.</summary>
    public static byte[] Tensor(string name, params long[] values)
    {
        byte[] raw = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(i * sizeof(long)), values[i]);
        }

        return Tensor(name, Int64Type, raw, [values.Length]);
    }

    /// <summary>A ValueInfoProto of a matrix whose rows are the batch.</summary>
    public static byte[] Value(string name, int columns, bool whole = false) => Wire.Message(value =>
    {
        Text(value, 1, name);
        Nested(value, 2, Wire.Message(type => Nested(type, 1, Wire.Message(tensor =>
        {
            Int(tensor, 1, whole ? Int64Type : FloatType);
            Nested(tensor, 2, Wire.Message(shape =>
            {
                Nested(shape, 1, Wire.Message(rows => Text(rows, 2, "batch")));
                Nested(shape, 1, Wire.Message(size => Int(size, 1, columns)));
            }));
        }))));
    });

    private static byte[] Tensor(string name, int type, byte[] raw, long[] shape) => Wire.Message(tensor =>
    {
        foreach (long size in shape)
        {
            Int(tensor, 1, size);
        }

        Int(tensor, 2, type);
        Text(tensor, 8, name);
        Nested(tensor, 9, raw);
    });

    private static void Int(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    private static void Text(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void Nested(CodedOutputStream output, int field, byte[] message)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(message));
    }

    private static void All(CodedOutputStream output, int field, IEnumerable<byte[]> messages)
    {
        foreach (byte[] message in messages)
        {
            Nested(output, field, message);
        }
    }
}
