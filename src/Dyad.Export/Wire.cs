using Google.Protobuf;

namespace Dyad.Export;

/// <summary>Messages of protocol buffers, written field by field: two small schemas are no reason for a code generator.</summary>
internal static class Wire
{
    /// <summary>The bytes of a message.</summary>
    /// <param name="write">Writes its fields.</param>
    public static byte[] Message(Action<CodedOutputStream> write)
    {
        using var memory = new MemoryStream();
        using (var output = new CodedOutputStream(memory, leaveOpen: true))
        {
            write(output);
        }

        return memory.ToArray();
    }
}
