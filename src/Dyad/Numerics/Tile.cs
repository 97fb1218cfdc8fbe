namespace Dyad.Numerics;

/// <summary>One tile of a matrix product: where its operands lie. Strides of A are in bytes, the others in elements.</summary>
internal unsafe struct Tile<T>
    where T : unmanaged
{
    public nint Inner;
    public T* A;
    public nint AStep, ARow;
    public T* B;
    public nint BStep;
    public T* Start;
    public nint StartRow;
    public T* C;
    public nint CRow;

    /// <summary>Values whose sign gates the result, or null; rows as far apart as those of C.</summary>
    public T* Gate;

    /// <summary>Lower bound of the result: 0 for a rectified product, otherwise minus infinity.</summary>
    public T Floor;
}
