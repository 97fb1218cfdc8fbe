using System.Runtime.InteropServices;
using System.Text;
using Dyad.Core;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>
/// What a learner saves, by the names of its fields: the way to look into one that does not lean on how it is built. A field's
/// size in bytes is not written, so that it is found from where the next field's name can begin.
/// </summary>
internal sealed class SavedState
{
    private static readonly int[] Sizes = [8, 4, 1];

    private readonly List<(string Name, int Count, byte[] Bytes)> _fields = [];

    private SavedState(byte[] state) => Assert.True(Read(state, 0), "the saved state cannot be read");

    /// <summary>The present state.</summary>
    public static SavedState Of(Action<StateArchive> serialize) => new(StateArchive.Save(serialize));

    /// <summary>A field of doubles; of fields of one name the given one.</summary>
    public double[] Doubles(string name, int which = 0) => [.. MemoryMarshal.Cast<byte, double>(Bytes(name, which))];

    /// <summary>A field of floats, in double; of fields of one name the given one.</summary>
    public double[] Floats(string name, int which = 0)
    {
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(Bytes(name, which));
        double[] result = new double[values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = values[i];
        }

        return result;
    }

    private byte[] Bytes(string name, int which)
    {
        byte[][] found = [.. _fields.Where(field => field.Name == name).Select(field => field.Bytes)];
        Assert.True(which < found.Length, $"there are {found.Length} fields '{name}' among {string.Join(", ", _fields.Select(field => field.Name))}");
        return found[which];
    }

    private bool Read(byte[] state, int at)
    {
        if (at == state.Length)
        {
            return true;
        }

        if (at + 8 > state.Length)
        {
            return false;
        }

        int nameLength = BitConverter.ToInt32(state, at), count = BitConverter.ToInt32(state, at + 4), start = at + 8 + nameLength;
        if (nameLength is < 1 or > 64 || count < 0 || start > state.Length)
        {
            return false;
        }

        string name = Encoding.UTF8.GetString(state, at + 8, nameLength);
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '/' or ' ' or '.' or '-'))
        {
            return false;
        }

        foreach (int size in Sizes)
        {
            long end = start + ((long)count * size);
            if (end > state.Length)
            {
                continue;
            }

            _fields.Add((name, count, state[start..(int)end]));
            if (Read(state, (int)end))
            {
                return true;
            }

            _fields.RemoveAt(_fields.Count - 1);
        }

        return false;
    }
}
