namespace Dyad.Autodiff;

/// <summary>
/// Where the value of an expression lies while a program runs: row-major and dense, in memory that does not move (its owner
/// keeps the array).
/// </summary>
internal readonly unsafe struct Matrix<T>(T* data, Extent rows, Extent columns)
    where T : unmanaged
{
    public T* Data => data;

    public Extent RowExtent => rows;

    public Extent ColumnExtent => columns;

    public int Rows => rows.Count;

    public int Columns => columns.Count;

    public Span<T> Values => new(data, rows.Count * columns.Count);

    public Span<T> Row(int row) => new(data + ((nint)row * columns.Count), columns.Count);
}

/// <summary>Memory that does not move, aligned to cache lines.</summary>
internal sealed unsafe class PinnedMemory<T>
    where T : unmanaged
{
    private const int Alignment = 64;
    private readonly T[] _array;
    private readonly int _offset;

    public PinnedMemory(int length)
    {
        _array = GC.AllocateArray<T>(length + (Alignment / sizeof(T)), pinned: true);
        fixed (T* start = _array)
        {
            nint past = (nint)start & (Alignment - 1);
            _offset = past == 0 ? 0 : (int)((Alignment - past) / sizeof(T));
        }

        Length = length;
    }

    public int Length { get; }

    public Span<T> Values => _array.AsSpan(_offset, Length);

    public T* Data
    {
        get
        {
            fixed (T* start = _array)
            {
                return start + _offset;
            }
        }
    }
}
