using System.Runtime.InteropServices;
using Dyad.Core;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>What a learner saves, by the names of its fields: the way to look into one that does not lean on how it is built.</summary>
internal sealed class SavedState
{
    private readonly IReadOnlyList<StateField> _fields;

    private SavedState(IReadOnlyList<StateField> fields) => _fields = fields;

    /// <summary>The present state.</summary>
    public static SavedState Of(Action<StateArchive> serialize) => new(StateArchive.Fields(serialize));

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
}
