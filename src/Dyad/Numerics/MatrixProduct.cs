using System.Numerics;
using System.Runtime.Intrinsics;

namespace Dyad.Numerics;

/// <summary>
/// Dense row-major matrix products for small and middle-sized matrices. B is packed panel by panel (two vectors wide, so that a
/// panel stays in the first cache; transposed on the way where needed); A is never copied.
/// Every element is a sum in the order of k with fused multiply-adds, so it has the same bits for every vector width, and alone
/// or in a batch; only a product with one column, or one row with B transposed, is a sum of dot-product lanes.
/// </summary>
internal static unsafe class MatrixProduct
{
    /// <summary>
    /// <c>C = op(A) op(B)</c>, or <c>C += op(A) op(B)</c> when <paramref name="accumulate"/>.
    /// </summary>
    /// <param name="rows">Rows of C.</param>
    /// <param name="columns">Columns of C.</param>
    /// <param name="inner">Columns of op(A) and rows of op(B).</param>
    /// <param name="a">rows x inner, or inner x rows when transposed.</param>
    /// <param name="transposeA">Whether op transposes A.</param>
    /// <param name="b">inner x columns, or columns x inner when transposed.</param>
    /// <param name="transposeB">Whether op transposes B.</param>
    /// <param name="c">rows x columns; must not overlap A or B.</param>
    /// <param name="accumulate">Whether C is added to.</param>
    /// <exception cref="ArgumentException">A span is shorter than its matrix.</exception>
    public static void Multiply<T>(int rows, int columns, int inner, ReadOnlySpan<T> a, bool transposeA, ReadOnlySpan<T> b,
        bool transposeB, Span<T> c, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(a.Length, rows, inner, nameof(a));
        Require(b.Length, inner, columns, nameof(b));
        Require(c.Length, rows, columns, nameof(c));
        fixed (T* pa = a, pb = b, pc = c)
        {
            Product<T> product = Describe(rows, columns, inner, pa, transposeA, pb, transposeB, pc);
            product.Start = accumulate ? pc : null;
            product.StartRow = columns;
            Run(product);
        }
    }

    /// <summary><c>C = A B + bias</c>, the bias added to every row, and then max(0, .) when <paramref name="rectify"/>.</summary>
    /// <param name="rows">Rows of C.</param>
    /// <param name="columns">Columns of C and length of the bias.</param>
    /// <param name="inner">Columns of A and rows of B.</param>
    /// <param name="a">rows x inner.</param>
    /// <param name="b">inner x columns.</param>
    /// <param name="bias">Row of columns elements.</param>
    /// <param name="c">rows x columns; must not overlap the others.</param>
    /// <param name="rectify">Whether negative results become 0.</param>
    /// <exception cref="ArgumentException">A span is shorter than its matrix.</exception>
    public static void Affine<T>(int rows, int columns, int inner, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> bias,
        Span<T> c, bool rectify = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(a.Length, rows, inner, nameof(a));
        Require(b.Length, inner, columns, nameof(b));
        Require(bias.Length, 1, columns, nameof(bias));
        Require(c.Length, rows, columns, nameof(c));
        fixed (T* pa = a, pb = b, pc = c, pbias = bias)
        {
            Product<T> product = Describe(rows, columns, inner, pa, false, pb, false, pc);
            product.Start = pbias;
            product.Rectify = rectify;
            Run(product);
        }
    }

    internal static Product<T> Describe<T>(int rows, int columns, int inner, T* a, bool transposeA, T* b, bool transposeB, T* c)
        where T : unmanaged => new()
        {
            Rows = rows,
            Columns = columns,
            Inner = inner,
            A = a,
            ARow = transposeA ? 1 : inner,
            AStep = transposeA ? rows : 1,
            B = b,
            BStep = transposeB ? 1 : columns,
            BColumn = transposeB ? inner : 1,
            C = c,
        };

    /// <summary>Runs a product with the widest vectors of the machine.</summary>
    internal static void Run<T>(in Product<T> product)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Run<Lanes512<T>, Vector512<T>, T>(product);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<Lanes256<T>, Vector256<T>, T>(product);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Run<Lanes128<T>, Vector128<T>, T>(product);
        }
        else
        {
            RunScalar(product);
        }
    }

    /// <summary>The definition: one sum after the other. For machines without vectors, and for empty sums.</summary>
    internal static void RunScalar<T>(in Product<T> p)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (nint i = 0; i < p.Rows; i++)
        {
            for (nint j = 0; j < p.Columns; j++)
            {
                T sum = p.Start == null ? T.Zero : p.Start[(i * p.StartRow) + j];
                for (nint k = 0; k < p.Inner; k++)
                {
                    sum = T.FusedMultiplyAdd(p.A[(i * p.ARow) + (k * p.AStep)], p.B[(k * p.BStep) + (j * p.BColumn)], sum);
                }

                p.C[(i * p.Columns) + j] = Finish(p, (i * p.Columns) + j, sum);
            }
        }
    }

    /// <summary>Runs a product with vectors of a given width.</summary>
    internal static void Run<TLanes, TVector, T>(in Product<T> p)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (p.Rows == 0 || p.Columns == 0)
        {
            return;
        }

        if (p.Inner == 0)
        {
            RunScalar(p);
        }
        else if (p.AStep == 1 && p.BStep == 1 && (p.Columns == 1 || p.Rows == 1))
        {
            MatrixProductLoops<TLanes, TVector, T>.Dots(p);
        }
        else if (p.Columns == 1 && p.ARow == 1 && (p.Start == null || p.StartRow == 1))
        {
            // A' b as the row b' A.
            Product<T> row = p;
            (row.Rows, row.Columns, row.StartRow) = (1, p.Rows, p.Rows);
            row.A = p.B;
            row.AStep = p.BStep;
            row.B = p.A;
            row.BStep = p.AStep;
            row.BColumn = 1;
            MatrixProductLoops<TLanes, TVector, T>.Rows(row);
        }
        else if (p.Rows <= 3 && p.BColumn == 1)
        {
            MatrixProductLoops<TLanes, TVector, T>.Rows(p);
        }
        else if (p.Inner == 1 && p.BColumn == 1)
        {
            MatrixProductLoops<TLanes, TVector, T>.Outer(p);
        }
        else
        {
            MatrixProductLoops<TLanes, TVector, T>.Tiles(p);
        }
    }

    internal static T Finish<T>(in Product<T> p, nint at, T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (p.Rectify && value < T.Zero)
        {
            value = T.Zero;
        }

        return p.Gate == null || p.Gate[at] > T.Zero ? value : T.Zero;
    }

    private static void Require(int length, int rows, int columns, string name)
    {
        if (length < (long)rows * columns)
        {
            throw new ArgumentException($"The matrix needs {rows} x {columns} elements, the span has {length}.", name);
        }
    }
}
