using System.Globalization;

namespace Dyad.Autodiff;

/// <summary>
/// A number of rows or columns: fixed, or set before each run up to a capacity (a batch, a rollout). Two fixed extents are the
/// same where their numbers are; a run-time extent is the same only as itself.
/// </summary>
public sealed class Extent
{
    private int _count;

    /// <summary>A run-time extent, whose count starts at its capacity.</summary>
    /// <param name="name">Name for messages, for example <c>batch</c>.</param>
    /// <param name="capacity">Largest count; positive.</param>
    public Extent(string name, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Name = name;
        Capacity = capacity;
        _count = capacity;
    }

    private Extent(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Capacity = count;
        _count = count;
    }

    /// <summary>Name of a run-time extent; null for a fixed one.</summary>
    public string? Name { get; }

    /// <summary>Largest count.</summary>
    public int Capacity { get; }

    /// <summary>Count at this moment. Set it before a run; all programs that use the extent follow.</summary>
    /// <exception cref="InvalidOperationException">The extent is fixed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Not in 0 .. capacity.</exception>
    public int Count
    {
        get => _count;
        set
        {
            if (Name is null)
            {
                throw new InvalidOperationException("A fixed extent does not change.");
            }

            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Capacity);
            _count = value;
        }
    }

    // Equal for extents that are the same. Without the cast, a count would become a new extent by the implicit conversion.
    internal object Key => Name is null ? (object)_count : this;

    internal bool IsOne => Name is null && _count == 1;

    /// <summary>A fixed extent.</summary>
    public static implicit operator Extent(int count) => new(count);

    /// <summary>A fixed extent.</summary>
    public static Extent FromInt32(int count) => new(count);

    /// <inheritdoc/>
    public override string ToString() => Name ?? _count.ToString(CultureInfo.InvariantCulture);

    internal bool Same(Extent other) => ReferenceEquals(this, other) || (Name is null && other.Name is null && _count == other._count);
}
