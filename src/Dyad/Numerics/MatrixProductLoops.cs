using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Dyad.Numerics;

/// <summary>What drives the kernels: cuts a product into tiles, rows or dot products, and looks after its borders.</summary>
internal static unsafe class MatrixProductLoops<TLanes, TVector, T>
    where TLanes : struct, ILanes<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // 256 steps of a 512-bit panel are 32 KiB: two thirds of a first cache.
    private const int BlockLength = 256;

    // Fewer rows than this read each panel so seldom that packing does not pay.
    private const int UnpackedRows = 12;

    /// <summary>A product with one column, or with one row and B transposed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dots(in Product<T> p)
    {
        bool oneColumn = p.Columns == 1;
        int count = oneColumn ? p.Rows : p.Columns;
        nint startStep = oneColumn ? p.StartRow : 1;
        T* a = p.A, b = p.B;
        for (nint i = 0; i < count; i++)
        {
            T sum = MatrixProductTiles<TLanes, TVector, T>.Dot(a, b, p.Inner);
            p.C[i] = MatrixProduct.Finish(p, i, p.Start == null ? sum : p.Start[i * startStep] + sum);
            a += oneColumn ? p.ARow : 0;
            b += oneColumn ? 0 : p.BColumn;
        }
    }

    /// <summary>A product with few rows and B not transposed: each row reads B where it is.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows(in Product<T> p)
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
                RowTail(p, i, (int)j, tile, start);
            }
        }
    }

    // The last columns of a row, fewer than a vector: B is read beyond their end where that is inside B, else from a copy.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowTail(in Product<T> p, nint i, int j, Tile<T> tile, T* start)
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

    /// <summary>A column times a row: each element is one multiplication.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Outer(in Product<T> p)
    {
        int w = TLanes.Count;
        nint columns = p.Columns;
        TVector floor = TLanes.Fill(Floor(p)), zero = TLanes.Fill(T.Zero);
        T* b = p.B, c = p.C, start = p.Start, gate = p.Gate;
        for (nint i = 0; i < p.Rows; i++)
        {
            T a = p.A[i * p.ARow];
            TVector x = TLanes.Fill(a);
            nint j = 0;
            for (; j <= columns - w; j += w)
            {
                TVector value = TLanes.MultiplyAdd(x, TLanes.Load(b + j), start == null ? zero : TLanes.Load(start + j));
                value = TLanes.AtLeast(floor, value);
                TLanes.Store(gate == null ? value : TLanes.Gate(value, TLanes.Load(gate + j)), c + j);
            }

            for (; j < columns; j++)
            {
                T value = T.FusedMultiplyAdd(a, b[j], start == null ? T.Zero : start[j]);
                c[j] = MatrixProduct.Finish(p, (i * columns) + j, value);
            }

            c += columns;
            start = start == null ? null : start + p.StartRow;
            gate = gate == null ? null : gate + columns;
        }
    }

    /// <summary>Any other product.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tiles(in Product<T> p)
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
                bool narrow = width <= w && p.Rows >= 8;
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
                    int height = narrow ? 8 : Height(left, p.Rows);
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
                        RunTile(&tile, height, narrow);
                    }
                    else
                    {
                        // Rows above fill the tile up: they are computed again and thrown away.
                        int above = i >= height - rows ? height - rows : 0;
                        Edge(tile, height, narrow, above, rows, width, side);
                    }

                    i += rows;
                }
            }
        }
    }

    // Sixes, and other tiles where they leave fewer rows empty. A product with fewer rows than a tile has no rows to fill it up.
    private static int Height(int left, int rows) => left == 8 && Vector512.IsHardwareAccelerated && TLanes.Count * sizeof(T) == Vector512<byte>.Count ? 8
        : left <= 4 || left == 8 || rows < 6 ? 4
        : 6;

    private static void RunTile(Tile<T>* tile, int height, bool narrow)
    {
        if (narrow)
        {
            MatrixProductTiles<TLanes, TVector, T>.Narrow(tile);
        }
        else if (height == 6)
        {
            MatrixProductTiles<TLanes, TVector, T>.Six(tile);
        }
        else if (height == 4)
        {
            MatrixProductTiles<TLanes, TVector, T>.Four(tile);
        }
        else
        {
            MatrixProductTiles<TLanes, TVector, T>.Eight(tile);
        }
    }

    // A tile that overlaps the border of C: computed whole beside C from the rows that exist, then its inner part is copied.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Edge(Tile<T> tile, int height, bool narrow, int above, int rows, int width, T* side)
    {
        int panel = narrow ? TLanes.Count : 2 * TLanes.Count;
        T* c = tile.C, gate = tile.Gate, result = side + (above * panel);
        Tile<T> whole = tile;
        whole.C = side;
        whole.CRow = panel;
        if (width < panel || (tile.StartRow != 0 && above > 0))
        {
            // One row (a bias, or zeros) serves all; the rows above start from anything.
            bool one = tile.StartRow == 0;
            whole.Start = one ? side + (height * panel) : side;
            whole.StartRow = one ? 0 : panel;
            new Span<T>(whole.Start, one ? panel : height * panel).Clear();
            T* first = one ? whole.Start : result;
            for (int i = 0; i < (one ? 1 : rows); i++)
            {
                PanelPacking.CopyRow(tile.Start + (i * tile.StartRow), width, first + (i * panel));
            }
        }

        whole.Gate = null;
        if (above + rows == height)
        {
            whole.A = (T*)((byte*)tile.A - (above * tile.ARow));
            RunTile(&whole, height, narrow);
        }
        else
        {
            // Two or three rows and nothing to fill the tile up: one vector of one row at a time.
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < panel; j += TLanes.Count)
                {
                    Tile<T> end = whole;
                    end.A = (T*)((byte*)tile.A + (i * tile.ARow));
                    end.B = tile.B + j;
                    end.Start = whole.Start + (i * whole.StartRow) + j;
                    end.C = side + (i * panel) + j;
                    MatrixProductTiles<TLanes, TVector, T>.RowEnd(&end);
                }
            }
        }

        for (int i = 0; i < rows; i++)
        {
            T* row = result + (i * panel);
            if (gate == null)
            {
                PanelPacking.CopyRow(row, width, c + (i * tile.CRow));
                continue;
            }

            for (int j = 0; j < width; j++)
            {
                c[(i * tile.CRow) + j] = gate[(i * tile.CRow) + j] > T.Zero ? row[j] : T.Zero;
            }
        }
    }

    private static T Floor(in Product<T> p) => p.Rectify ? T.Zero : T.NegativeInfinity;
}
