using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Dyad.Core;

/// <summary>
/// A state that is saved and loaded by the same code: each field is named once, in one order, so that the two directions
/// cannot drift apart. Loading checks each name and length.
/// </summary>
/// <example><code>
/// public void Serialize(StateArchive archive)
/// {
///     archive.Value("step", ref _step);
///     archive.Array("logits", _logits.AsSpan());
/// }
/// </code></example>
public sealed class StateArchive
{
    private readonly Stream _stream;
    private List<StateField>? _fields;

    private StateArchive(Stream stream, bool isLoading)
    {
        _stream = stream;
        IsLoading = isLoading;
    }

    /// <summary>Whether fields are read; otherwise they are written.</summary>
    public bool IsLoading { get; }

    /// <summary>The saved state of an object.</summary>
    public static byte[] Save(Action<StateArchive> serialize)
    {
        using var stream = new MemoryStream();
        serialize(new StateArchive(stream, isLoading: false));
        return stream.ToArray();
    }

    /// <summary>The fields of an object's state, in their order: a saved state has no sizes of numbers, and cannot be taken apart.</summary>
    internal static IReadOnlyList<StateField> Fields(Action<StateArchive> serialize)
    {
        var archive = new StateArchive(Stream.Null, isLoading: false) { _fields = [] };
        serialize(archive);
        return archive._fields;
    }

    /// <summary>Loads an object from its saved state.</summary>
    /// <exception cref="InvalidDataException">The state is of another kind or shape, or damaged.</exception>
    public static void Load(byte[] state, Action<StateArchive> serialize)
    {
        using var stream = new MemoryStream(state, writable: false);
        serialize(new StateArchive(stream, isLoading: true));
        if (stream.Position != stream.Length)
        {
            throw new InvalidDataException($"the state has {stream.Length - stream.Position} bytes more than expected");
        }
    }

    /// <summary>A single number or other unmanaged value.</summary>
    public void Value<T>(string name, ref T value)
        where T : unmanaged => Array(name, new Span<T>(ref value));

    /// <summary>Numbers of a length that both sides know.</summary>
    public void Array<T>(string name, Span<T> values)
        where T : unmanaged
    {
        int length = Header(name, values.Length);
        if (length != values.Length)
        {
            throw new InvalidDataException($"field '{name}' has {length} values where {values.Length} are expected");
        }

        Bytes(name, MemoryMarshal.AsBytes(values));
    }

    /// <summary>Numbers of a length that changes; loading replaces the list's content.</summary>
    public void List<T>(string name, List<T> values)
        where T : unmanaged
    {
        int length = Header(name, values.Count);
        if (IsLoading)
        {
            if (length < 0 || (long)length * Unsafe.SizeOf<T>() > _stream.Length - _stream.Position)
            {
                throw new InvalidDataException($"field '{name}' is cut off");
            }

            CollectionsMarshal.SetCount(values, length);
        }

        Bytes(name, MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(values)));
    }

    private int Header(string name, int length)
    {
        byte[] expected = Encoding.UTF8.GetBytes(name);
        Span<byte> lengths = stackalloc byte[8];
        MemoryMarshal.Write(lengths, expected.Length);
        MemoryMarshal.Write(lengths[4..], length);
        if (!IsLoading)
        {
            _stream.Write(lengths);
            _stream.Write(expected);
            return length;
        }

        Bytes(name, lengths);
        byte[] found = new byte[expected.Length];
        bool same = MemoryMarshal.Read<int>(lengths) == expected.Length;
        if (same)
        {
            Bytes(name, found);
            same = found.AsSpan().SequenceEqual(expected);
        }

        return same
            ? MemoryMarshal.Read<int>(lengths[4..])
            : throw new InvalidDataException($"field '{name}' is expected and something else was found");
    }

    private void Bytes(string name, Span<byte> bytes)
    {
        if (!IsLoading)
        {
            _stream.Write(bytes);
            _fields?.Add(new StateField(name, bytes.ToArray()));
        }
        else if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new InvalidDataException($"field '{name}' is cut off");
        }
    }
}

/// <summary>A field of a saved state.</summary>
/// <param name="Name">Its name; several may have the same one.</param>
/// <param name="Bytes">Its numbers.</param>
internal readonly record struct StateField(string Name, byte[] Bytes);
