using System.Globalization;
using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>An expression whose value is set from outside: it owns its numbers, and every program reads them where they are.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Leaf<T> : Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected Leaf(string name, Extent rows, Extent columns) : base(rows, columns) => Name = name;

    internal override string Name { get; }

    internal override object? Attributes => this;

    internal abstract Matrix<T> Storage { get; }

    /// <summary>What holds the numbers.</summary>
    internal abstract PinnedMemory<T> Memory { get; }

    internal override Expression<T>? Gradient(int operand, Expression<T> g) => null;

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) => throw new InvalidOperationException(Name);
}

/// <summary>Data: a batch of observations, noise, a coefficient.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Input<T> : Leaf<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PinnedMemory<T> _memory;

    /// <summary>An input of zeros.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="rows">Rows, often a run-time extent.</param>
    /// <param name="columns">Columns.</param>
    public Input(string name, Extent rows, Extent columns) : base(name, rows, columns) =>
        _memory = new PinnedMemory<T>(rows.Capacity * columns.Capacity);

    /// <summary>The numbers, row by row, as many as the extents count at this moment.</summary>
    public Span<T> Values => _memory.Values[..(Rows.Count * Columns.Count)];

    internal override unsafe Matrix<T> Storage => new(_memory.Data, Rows, Columns);

    internal override PinnedMemory<T> Memory => _memory;

    /// <summary>Sets the number of a 1 x 1 input.</summary>
    public void Set(double value) => Values.Fill(T.CreateChecked(value));
}

/// <summary>Row or column numbers for gathering, set before each run.</summary>
/// <param name="name">Name for messages.</param>
/// <param name="count">How many.</param>
public sealed class Indices(string name, Extent count)
{
    private readonly int[] _values = new int[count.Capacity];

    /// <summary>Name for messages.</summary>
    public string Name { get; } = name;

    /// <summary>How many.</summary>
    public Extent Count { get; } = count;

    /// <summary>The numbers, as many as the extent counts at this moment.</summary>
    public Span<int> Values => _values.AsSpan(0, Count.Count);
}

/// <summary>A number known when the expression is built.</summary>
internal sealed class Constant<T> : Leaf<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PinnedMemory<T> _memory = new(1);

    public Constant(double value) : base(value.ToString(CultureInfo.InvariantCulture), 1, 1)
    {
        Value = value;
        _memory.Values[0] = T.CreateChecked(value);
    }

    public double Value { get; }

    internal override object? Attributes => Value;

    internal override unsafe Matrix<T> Storage => new(_memory.Data, Rows, Columns);

    internal override PinnedMemory<T> Memory => _memory;
}

/// <summary>
/// The parameters of a player: named matrices that lie one behind the other in one flat vector, which is what optimisers and
/// solvers see.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="name">Name for messages, for example <c>actor</c>.</param>
public sealed class Parameters<T>(string name)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Parameter<T>> _leaves = [];
    private PinnedMemory<T>? _memory;

    /// <summary>Name for messages.</summary>
    public string Name { get; } = name;

    /// <summary>Length of the flat vector.</summary>
    public int Count { get; private set; }

    /// <summary>The matrices in the order of the flat vector.</summary>
    public IReadOnlyList<Parameter<T>> Leaves => _leaves;

    /// <summary>The flat vector. Asking for it ends the adding of matrices.</summary>
    public Span<T> Values => Memory.Values;

    internal PinnedMemory<T> Memory => _memory ??= new PinnedMemory<T>(Count);

    /// <summary>Adds a matrix of zeros at the end.</summary>
    /// <exception cref="InvalidOperationException">The numbers were used already.</exception>
    public Parameter<T> Add(string name, int rows, int columns)
    {
        if (_memory is not null)
        {
            throw new InvalidOperationException($"{Name}: {name} comes after the numbers were used.");
        }

        var leaf = new Parameter<T>(this, $"{Name}.{name}", Count, rows, columns);
        _leaves.Add(leaf);
        Count += rows * columns;
        return leaf;
    }

    /// <summary>Another vector of zeros with the same matrices: a direction, a target network.</summary>
    public Parameters<T> Like(string name)
    {
        var other = new Parameters<T>(name);
        foreach (Parameter<T> leaf in _leaves)
        {
            other.Add(leaf.Name[(Name.Length + 1)..], leaf.Rows.Count, leaf.Columns.Count);
        }

        return other;
    }
}

/// <summary>One matrix of a player's parameters.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Parameter<T> : Leaf<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameters<T> _owner;

    internal Parameter(Parameters<T> owner, string name, int offset, int rows, int columns) : base(name, rows, columns)
    {
        _owner = owner;
        Offset = offset;
    }

    /// <summary>Where the matrix begins in the flat vector.</summary>
    public int Offset { get; }

    /// <summary>The numbers, row by row.</summary>
    public Span<T> Values => _owner.Values.Slice(Offset, Rows.Count * Columns.Count);

    internal override unsafe Matrix<T> Storage => new(_owner.Memory.Data + Offset, Rows, Columns);

    internal override PinnedMemory<T> Memory => _owner.Memory;
}
