using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

/// <summary>
/// Dense row-major matrix products for small and middle-sized matrices. B is packed panel by panel (two vectors wide, so that a
/// panel stays in the first cache; transposed on the way where needed); A is never copied.
/// Every element is a sum in the order of k with fused multiply-adds, so it has the same bits for every vector width, and alone
/// or in a batch; only a product with one column, or one row with B transposed, is a sum of dot-product lanes.
/// </summary>
public static unsafe class MatrixProduct
{
    // 256 steps of a 512-bit panel are 32 KiB: two thirds of a first cache.
    private const int BlockLength = 256;

    // Fewer rows than this read each panel so seldom that packing does not pay.
    private const int UnpackedRows = 12;

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
            RunDots<TLanes, TVector, T>(p);
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
            RunRows<TLanes, TVector, T>(row);
        }
        else if (p.Rows <= 3 && p.BColumn == 1)
        {
            RunRows<TLanes, TVector, T>(p);
        }
        else
        {
            RunTiles<TLanes, TVector, T>(p);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunDots<TLanes, TVector, T>(in Product<T> p)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool oneColumn = p.Columns == 1;
        int count = oneColumn ? p.Rows : p.Columns;
        nint startStep = oneColumn ? p.StartRow : 1;
        T* a = p.A, b = p.B;
        for (nint i = 0; i < count; i++)
        {
            T sum = MatrixProductTiles<TLanes, TVector, T>.Dot(a, b, p.Inner);
            p.C[i] = Finish(p, i, p.Start == null ? sum : p.Start[i * startStep] + sum);
            a += oneColumn ? p.ARow : 0;
            b += oneColumn ? 0 : p.BColumn;
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunRows<TLanes, TVector, T>(in Product<T> p)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = TLanes.Count;
        T* zeros = stackalloc T[8 * w];
        new Span<T>(zeros, 8 * w).Clear();
        for (nint i = 0; i < p.Rows; i++)
        {
            T* start = p.Start == null ? null : p.Start + (i * p.StartRow);
            Tile<T> tile = new() { Inner = p.Inner, AStep = p.AStep * sizeof(T), BStep = p.BStep, A = p.A + (i * p.ARow) };
            tile.Floor = Floor(p);
            nint j = 0;
            while (p.Columns - j >= w)
            {
                bool eight = p.Columns - j >= 8 * w;
                tile.B = p.B + j;
                tile.Start = start == null ? zeros : start + j;
                tile.C = p.C + (i * p.Columns) + j;
                tile.Gate = p.Gate == null ? null : p.Gate + (i * p.Columns) + j;
                if (eight)
                {
                    MatrixProductTiles<TLanes, TVector, T>.Row(&tile);
                }
                else
                {
                    MatrixProductTiles<TLanes, TVector, T>.RowEnd(&tile);
                }

                j += eight ? 8 * w : w;
            }

            if (j < p.Columns)
            {
                RowTail<TLanes, TVector, T>(p, i, (int)j, tile, start);
            }
        }
    }

    // The last columns of a row, fewer than a vector: B is read beyond their end where that is inside B, else from a copy.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowTail<TLanes, TVector, T>(in Product<T> p, nint i, int j, Tile<T> tile, T* start)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = TLanes.Count, width = p.Columns - j;
        T* side = stackalloc T[w];
        T* copy = stackalloc T[w * (w + 1)];
        new Span<T>(side, w).Clear();
        if (start != null)
        {
            new Span<T>(start + j, width).CopyTo(new Span<T>(side, w));
        }

        nint last = ((p.Inner - 1) * p.BStep) + p.Columns - w - j;
        int direct = last < 0 ? 0 : (int)(last / p.BStep) + 1;
        T floor = tile.Floor;
        tile.Floor = T.NegativeInfinity;
        tile.Gate = null;
        tile.Inner = direct;
        tile.B = p.B + j;
        tile.Start = side;
        tile.C = side;
        MatrixProductTiles<TLanes, TVector, T>.RowEnd(&tile);
        int rest = p.Inner - direct;
        new Span<T>(copy, rest * w).Clear();
        for (int k = 0; k < rest; k++)
        {
            new Span<T>(p.B + ((direct + k) * p.BStep) + j, width).CopyTo(new Span<T>(copy + (k * w), w));
        }

        tile.A = (T*)((byte*)tile.A + (direct * tile.AStep));
        tile.Inner = rest;
        tile.B = copy;
        tile.BStep = w;
        tile.Floor = floor;
        MatrixProductTiles<TLanes, TVector, T>.RowEnd(&tile);
        for (int x = 0; x < width; x++)
        {
            nint at = (i * p.Columns) + j + x;
            p.C[at] = p.Gate == null || p.Gate[at] > T.Zero ? side[x] : T.Zero;
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTiles<TLanes, TVector, T>(in Product<T> p)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int w = TLanes.Count, panelWidth = 2 * w;
        int block = Math.Min(BlockLength, p.Inner);
        byte* raw = stackalloc byte[(((block * panelWidth) + (25 * w)) * sizeof(T)) + 64];
        T* packed = (T*)(((nint)raw + 63) & ~(nint)63);
        T* zeros = packed + (block * panelWidth);
        T* side = zeros + panelWidth;
        new Span<T>(zeros, panelWidth).Clear();

        for (int k = 0; k < p.Inner; k += BlockLength)
        {
            int length = Math.Min(BlockLength, p.Inner - k);
            bool first = k == 0, last = k + length == p.Inner;
            T* start = first ? p.Start : p.C;
            nint startRow = first ? p.StartRow : p.Columns;
            T* gate = last ? p.Gate : null;
            Tile<T> tile = new()
            {
                Inner = length,
                AStep = p.AStep * sizeof(T),
                ARow = p.ARow * sizeof(T),
                Floor = last ? Floor(p) : T.NegativeInfinity,
            };
            for (int j = 0; j < p.Columns; j += panelWidth)
            {
                int width = Math.Min(panelWidth, p.Columns - j);
                bool narrow = width <= w;
                T* b = p.B + (k * p.BStep) + (j * p.BColumn);
                if (width == panelWidth && p.BColumn == 1 && p.Rows <= UnpackedRows)
                {
                    tile.B = b;
                    tile.BStep = p.BStep;
                }
                else
                {
                    tile.B = packed;
                    tile.BStep = narrow ? w : panelWidth;
                    PanelPacking.Pack(b, p.BStep, p.BColumn, length, width, packed, (int)tile.BStep);
                }

                for (int i = 0; i < p.Rows;)
                {
                    int left = p.Rows - i;
                    // Sixes, and fours where that leaves fewer rows of a tile empty.
                    int height = narrow ? 8 : left <= 4 || left == 8 ? 4 : 6;
                    int rows = Math.Min(height, left);
                    nint at = ((nint)i * p.Columns) + j;
                    tile.A = p.A + (i * p.ARow) + (k * p.AStep);
                    tile.Start = start == null ? zeros : start + (i * startRow) + j;
                    tile.StartRow = start == null ? 0 : startRow;
                    tile.C = p.C + at;
                    tile.CRow = p.Columns;
                    tile.Gate = gate == null ? null : gate + at;
                    if (rows == height && width == (narrow ? w : panelWidth))
                    {
                        RunTile<TLanes, TVector, T>(&tile, height);
                    }
                    else
                    {
                        // Rows above fill the tile up: they are computed again and thrown away.
                        int above = i >= height - rows ? height - rows : 0;
                        RunEdge<TLanes, TVector, T>(tile, height, above, rows, width, narrow ? w : panelWidth, side);
                    }

                    i += rows;
                }
            }
        }
    }

    private static void RunTile<TLanes, TVector, T>(Tile<T>* tile, int height)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (height)
        {
            case 6:
                MatrixProductTiles<TLanes, TVector, T>.Six(tile);
                break;
            case 4:
                MatrixProductTiles<TLanes, TVector, T>.Four(tile);
                break;
            default:
                MatrixProductTiles<TLanes, TVector, T>.Narrow(tile);
                break;
        }
    }

    // A tile that overlaps the border of C: computed whole beside C from the rows that exist, then its inner part is copied.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunEdge<TLanes, TVector, T>(Tile<T> tile, int height, int above, int rows, int width, int panel,
        T* side)
        where TLanes : struct, ILanes<TVector, T>
        where TVector : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* c = tile.C, gate = tile.Gate, result = side + (above * panel);
        new Span<T>(side, above * panel).Clear();
        for (int i = 0; i < rows; i++)
        {
            T* row = result + (i * panel);
            PanelPacking.CopyRow(tile.Start + (i * tile.StartRow), width, row, panel);
        }

        Tile<T> whole = tile;
        whole.Start = side;
        whole.C = side;
        whole.StartRow = panel;
        whole.CRow = panel;
        whole.Gate = null;
        if (above + rows == height)
        {
            whole.A = (T*)((byte*)tile.A - (above * tile.ARow));
            RunTile<TLanes, TVector, T>(&whole, height);
        }
        else
        {
            // One vector column of one row at a time.
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < panel; j += TLanes.Count)
                {
                    Tile<T> one = whole;
                    one.A = (T*)((byte*)tile.A + (i * tile.ARow));
                    one.B = tile.B + j;
                    one.Start = one.C = side + (i * panel) + j;
                    MatrixProductTiles<TLanes, TVector, T>.RowEnd(&one);
                }
            }
        }

        for (int i = 0; i < rows; i++)
        {
            T* row = result + (i * panel);
            if (gate == null)
            {
                PanelPacking.CopyRow(row, width, c + (i * tile.CRow), width);
                continue;
            }

            for (int j = 0; j < width; j++)
            {
                c[(i * tile.CRow) + j] = gate[(i * tile.CRow) + j] > T.Zero ? row[j] : T.Zero;
            }
        }
    }

    private static T Floor<T>(in Product<T> p)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => p.Rectify ? T.Zero : T.NegativeInfinity;

    private static T Finish<T>(in Product<T> p, nint at, T value)
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
