namespace Dyad.Environments.MuJoCo;

/// <summary>A field of a C struct.</summary>
/// <param name="Name">Its name; that of a nested struct's field is preceded by the struct's, as in <c>opt.timestep</c>.</param>
/// <param name="Type">C's type without pointer stars.</param>
/// <param name="IsPointer">Whether it holds an address.</param>
/// <param name="Offset">Bytes from the struct's start.</param>
/// <param name="Count">Elements of an array inside the struct, otherwise 1.</param>
/// <param name="Shape">What the header says of the array that a pointer points to, like <c>nbody x 3</c>; null where it says nothing.</param>
internal readonly record struct StructField(string Name, string Type, bool IsPointer, int Offset, int Count, string? Shape);

/// <summary>Where the fields of a C struct are.</summary>
internal sealed class StructLayout
{
    private readonly Dictionary<string, StructField> _byName;

    public StructLayout(IReadOnlyList<StructField> fields, int size, int alignment)
    {
        Fields = fields;
        Size = size;
        Alignment = alignment;
        _byName = fields.ToDictionary(field => field.Name);
    }

    /// <summary>The fields in the header's order, those of nested structs included.</summary>
    public IReadOnlyList<StructField> Fields { get; }

    /// <summary>Bytes; 0 where only some fields are known.</summary>
    public int Size { get; }

    /// <summary>Alignment in bytes.</summary>
    public int Alignment { get; }

    /// <summary>The field of a name.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public StructField this[string name] => _byName.TryGetValue(name, out StructField field)
        ? field
        : throw new FormatException($"MuJoCo's headers have no field '{name}'");
}
