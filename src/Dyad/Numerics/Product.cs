namespace Dyad.Numerics;

/// <summary>
/// A matrix product <c>C = gate(max(floor, start + A B))</c>, with operands read through strides so that one description serves
/// every layout. C is row-major, rows x columns, and must not overlap A or B.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe struct Product<T>
    where T : unmanaged
{
    /// <summary>Rows of C, columns of C, and the length of each sum.</summary>
    public int Rows, Columns, Inner;

    /// <summary>Element (i, k) of A is <c>A[i ARow + k AStep]</c>.</summary>
    public T* A;
    public nint ARow, AStep;

    /// <summary>Element (k, j) of B is <c>B[k BStep + j BColumn]</c>.</summary>
    public T* B;
    public nint BStep, BColumn;

    public T* C;

    /// <summary>What the sums start from: null for 0, a row (a bias) with stride 0, or a matrix (C itself to accumulate).</summary>
    public T* Start;
    public nint StartRow;

    /// <summary>A matrix of C's shape, or null: the result is kept where it is positive, and is 0 elsewhere.</summary>
    public T* Gate;

    /// <summary>Whether negative results become 0.</summary>
    public bool Rectify;
}
