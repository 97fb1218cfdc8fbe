using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dyad.Numerics;

/// <summary>
/// Kernels that keep a tile of C in registers and walk along k: every element is summed in the order of k with fused
/// multiply-adds, whatever the vector width and the tile, so that results do not depend on either.
/// Nothing is called from inside, or the accumulators would be spilled.
/// </summary>
internal static unsafe class MatrixProductTiles<TLanes, TVector, T>
    where TLanes : struct, ILanes<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Optimised from the first call, and never inlined: a caller's registers would push the accumulators out.
    private const MethodImplOptions Kernel = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    /// <summary>6 rows, 2 vectors: 12 accumulators, which fit the 16 registers of 256-bit machines.</summary>
    [MethodImpl(Kernel)]
    public static void Six(Tile<T>* t)
    {
        int w = TLanes.Count;
        T* s = t->Start;
        nint sr = t->StartRow;
        TVector c00 = TLanes.Load(s), c01 = TLanes.Load(s + w);
        TVector c10 = TLanes.Load(s + sr), c11 = TLanes.Load(s + sr + w);
        TVector c20 = TLanes.Load(s + (2 * sr)), c21 = TLanes.Load(s + (2 * sr) + w);
        TVector c30 = TLanes.Load(s + (3 * sr)), c31 = TLanes.Load(s + (3 * sr) + w);
        TVector c40 = TLanes.Load(s + (4 * sr)), c41 = TLanes.Load(s + (4 * sr) + w);
        TVector c50 = TLanes.Load(s + (5 * sr)), c51 = TLanes.Load(s + (5 * sr) + w);
        byte* a = (byte*)t->A;
        T* b = t->B;
        nint aStep = t->AStep, bStep = t->BStep;
        nint r1 = t->ARow, r2 = 2 * r1, r3 = 3 * r1, r4 = 4 * r1, r5 = 5 * r1;
        for (nint k = t->Inner; k > 0; k--)
        {
            TVector b0 = TLanes.Load(b), b1 = TLanes.Load(b + w);
            TVector x = TLanes.Fill(*(T*)a);
            c00 = TLanes.MultiplyAdd(x, b0, c00);
            c01 = TLanes.MultiplyAdd(x, b1, c01);
            x = TLanes.Fill(*(T*)(a + r1));
            c10 = TLanes.MultiplyAdd(x, b0, c10);
            c11 = TLanes.MultiplyAdd(x, b1, c11);
            x = TLanes.Fill(*(T*)(a + r2));
            c20 = TLanes.MultiplyAdd(x, b0, c20);
            c21 = TLanes.MultiplyAdd(x, b1, c21);
            x = TLanes.Fill(*(T*)(a + r3));
            c30 = TLanes.MultiplyAdd(x, b0, c30);
            c31 = TLanes.MultiplyAdd(x, b1, c31);
            x = TLanes.Fill(*(T*)(a + r4));
            c40 = TLanes.MultiplyAdd(x, b0, c40);
            c41 = TLanes.MultiplyAdd(x, b1, c41);
            x = TLanes.Fill(*(T*)(a + r5));
            c50 = TLanes.MultiplyAdd(x, b0, c50);
            c51 = TLanes.MultiplyAdd(x, b1, c51);
            a += aStep;
            b += bStep;
        }

        TVector floor = TLanes.Fill(t->Floor);
        T* c = t->C;
        T* gate = t->Gate;
        nint cr = t->CRow;
        Put(c00, c, gate, 0, floor);
        Put(c01, c, gate, w, floor);
        Put(c10, c, gate, cr, floor);
        Put(c11, c, gate, cr + w, floor);
        Put(c20, c, gate, 2 * cr, floor);
        Put(c21, c, gate, (2 * cr) + w, floor);
        Put(c30, c, gate, 3 * cr, floor);
        Put(c31, c, gate, (3 * cr) + w, floor);
        Put(c40, c, gate, 4 * cr, floor);
        Put(c41, c, gate, (4 * cr) + w, floor);
        Put(c50, c, gate, 5 * cr, floor);
        Put(c51, c, gate, (5 * cr) + w, floor);
    }

    /// <summary>4 rows, 2 vectors: for the rows that sixes leave over.</summary>
    [MethodImpl(Kernel)]
    public static void Four(Tile<T>* t)
    {
        int w = TLanes.Count;
        T* s = t->Start;
        nint sr = t->StartRow;
        TVector c00 = TLanes.Load(s), c01 = TLanes.Load(s + w);
        TVector c10 = TLanes.Load(s + sr), c11 = TLanes.Load(s + sr + w);
        TVector c20 = TLanes.Load(s + (2 * sr)), c21 = TLanes.Load(s + (2 * sr) + w);
        TVector c30 = TLanes.Load(s + (3 * sr)), c31 = TLanes.Load(s + (3 * sr) + w);
        byte* a = (byte*)t->A;
        T* b = t->B;
        nint aStep = t->AStep, bStep = t->BStep;
        nint r1 = t->ARow, r2 = 2 * r1, r3 = 3 * r1;
        for (nint k = t->Inner; k > 0; k--)
        {
            TVector b0 = TLanes.Load(b), b1 = TLanes.Load(b + w);
            TVector x = TLanes.Fill(*(T*)a);
            c00 = TLanes.MultiplyAdd(x, b0, c00);
            c01 = TLanes.MultiplyAdd(x, b1, c01);
            x = TLanes.Fill(*(T*)(a + r1));
            c10 = TLanes.MultiplyAdd(x, b0, c10);
            c11 = TLanes.MultiplyAdd(x, b1, c11);
            x = TLanes.Fill(*(T*)(a + r2));
            c20 = TLanes.MultiplyAdd(x, b0, c20);
            c21 = TLanes.MultiplyAdd(x, b1, c21);
            x = TLanes.Fill(*(T*)(a + r3));
            c30 = TLanes.MultiplyAdd(x, b0, c30);
            c31 = TLanes.MultiplyAdd(x, b1, c31);
            a += aStep;
            b += bStep;
        }

        TVector floor = TLanes.Fill(t->Floor);
        T* c = t->C;
        T* gate = t->Gate;
        nint cr = t->CRow;
        Put(c00, c, gate, 0, floor);
        Put(c01, c, gate, w, floor);
        Put(c10, c, gate, cr, floor);
        Put(c11, c, gate, cr + w, floor);
        Put(c20, c, gate, 2 * cr, floor);
        Put(c21, c, gate, (2 * cr) + w, floor);
        Put(c30, c, gate, 3 * cr, floor);
        Put(c31, c, gate, (3 * cr) + w, floor);
    }

    /// <summary>8 rows, 2 vectors: 16 accumulators, for machines with 32 registers and batches of 8.</summary>
    [MethodImpl(Kernel)]
    public static void Eight(Tile<T>* t)
    {
        int w = TLanes.Count;
        T* s = t->Start;
        nint sr = t->StartRow;
        TVector c00 = TLanes.Load(s), c01 = TLanes.Load(s + w);
        TVector c10 = TLanes.Load(s + sr), c11 = TLanes.Load(s + sr + w);
        TVector c20 = TLanes.Load(s + (2 * sr)), c21 = TLanes.Load(s + (2 * sr) + w);
        TVector c30 = TLanes.Load(s + (3 * sr)), c31 = TLanes.Load(s + (3 * sr) + w);
        TVector c40 = TLanes.Load(s + (4 * sr)), c41 = TLanes.Load(s + (4 * sr) + w);
        TVector c50 = TLanes.Load(s + (5 * sr)), c51 = TLanes.Load(s + (5 * sr) + w);
        TVector c60 = TLanes.Load(s + (6 * sr)), c61 = TLanes.Load(s + (6 * sr) + w);
        TVector c70 = TLanes.Load(s + (7 * sr)), c71 = TLanes.Load(s + (7 * sr) + w);
        byte* a = (byte*)t->A;
        T* b = t->B;
        nint aStep = t->AStep, bStep = t->BStep;
        nint r1 = t->ARow, r2 = 2 * r1, r3 = 3 * r1, r4 = 4 * r1, r5 = 5 * r1, r6 = 6 * r1, r7 = 7 * r1;
        for (nint k = t->Inner; k > 0; k--)
        {
            TVector b0 = TLanes.Load(b), b1 = TLanes.Load(b + w);
            TVector x = TLanes.Fill(*(T*)a);
            c00 = TLanes.MultiplyAdd(x, b0, c00);
            c01 = TLanes.MultiplyAdd(x, b1, c01);
            x = TLanes.Fill(*(T*)(a + r1));
            c10 = TLanes.MultiplyAdd(x, b0, c10);
            c11 = TLanes.MultiplyAdd(x, b1, c11);
            x = TLanes.Fill(*(T*)(a + r2));
            c20 = TLanes.MultiplyAdd(x, b0, c20);
            c21 = TLanes.MultiplyAdd(x, b1, c21);
            x = TLanes.Fill(*(T*)(a + r3));
            c30 = TLanes.MultiplyAdd(x, b0, c30);
            c31 = TLanes.MultiplyAdd(x, b1, c31);
            x = TLanes.Fill(*(T*)(a + r4));
            c40 = TLanes.MultiplyAdd(x, b0, c40);
            c41 = TLanes.MultiplyAdd(x, b1, c41);
            x = TLanes.Fill(*(T*)(a + r5));
            c50 = TLanes.MultiplyAdd(x, b0, c50);
            c51 = TLanes.MultiplyAdd(x, b1, c51);
            x = TLanes.Fill(*(T*)(a + r6));
            c60 = TLanes.MultiplyAdd(x, b0, c60);
            c61 = TLanes.MultiplyAdd(x, b1, c61);
            x = TLanes.Fill(*(T*)(a + r7));
            c70 = TLanes.MultiplyAdd(x, b0, c70);
            c71 = TLanes.MultiplyAdd(x, b1, c71);
            a += aStep;
            b += bStep;
        }

        TVector floor = TLanes.Fill(t->Floor);
        T* c = t->C;
        T* gate = t->Gate;
        nint cr = t->CRow;
        Put(c00, c, gate, 0, floor);
        Put(c01, c, gate, w, floor);
        Put(c10, c, gate, cr, floor);
        Put(c11, c, gate, cr + w, floor);
        Put(c20, c, gate, 2 * cr, floor);
        Put(c21, c, gate, (2 * cr) + w, floor);
        Put(c30, c, gate, 3 * cr, floor);
        Put(c31, c, gate, (3 * cr) + w, floor);
        Put(c40, c, gate, 4 * cr, floor);
        Put(c41, c, gate, (4 * cr) + w, floor);
        Put(c50, c, gate, 5 * cr, floor);
        Put(c51, c, gate, (5 * cr) + w, floor);
        Put(c60, c, gate, 6 * cr, floor);
        Put(c61, c, gate, (6 * cr) + w, floor);
        Put(c70, c, gate, 7 * cr, floor);
        Put(c71, c, gate, (7 * cr) + w, floor);
    }

    /// <summary>8 rows, 1 vector: for products no wider than a vector.</summary>
    [MethodImpl(Kernel)]
    public static void Narrow(Tile<T>* t)
    {
        T* s = t->Start;
        nint sr = t->StartRow;
        TVector c0 = TLanes.Load(s), c1 = TLanes.Load(s + sr);
        TVector c2 = TLanes.Load(s + (2 * sr)), c3 = TLanes.Load(s + (3 * sr));
        TVector c4 = TLanes.Load(s + (4 * sr)), c5 = TLanes.Load(s + (5 * sr));
        TVector c6 = TLanes.Load(s + (6 * sr)), c7 = TLanes.Load(s + (7 * sr));
        byte* a = (byte*)t->A;
        T* b = t->B;
        nint aStep = t->AStep, bStep = t->BStep;
        nint r1 = t->ARow, r2 = 2 * r1, r3 = 3 * r1, r4 = 4 * r1, r5 = 5 * r1, r6 = 6 * r1, r7 = 7 * r1;
        for (nint k = t->Inner; k > 0; k--)
        {
            TVector b0 = TLanes.Load(b);
            c0 = TLanes.MultiplyAdd(TLanes.Fill(*(T*)a), b0, c0);
            c1 = TLanes.MultiplyAdd(TLanes.Fill(*(T*)(a + r1)), b0, c1);
            c2 = TLanes.MultiplyAdd(TLanes.Fill(*(T*)(a + r2)), b0, c2);
            c3 = TLanes.MultiplyAdd(TLanes.Fill(*(T*)(a + r3)), b0, c3);
            c4 = TLanes.MultiplyAdd(TLanes.Fill(*(T*)(a + r4)), b0, c4);
            c5 = TLanes.MultiplyAdd(TLanes.Fill(*(T*)(a + r5)), b0, c5);
            c6 = TLanes.MultiplyAdd(TLanes.Fill(*(T*)(a + r6)), b0, c6);
            c7 = TLanes.MultiplyAdd(TLanes.Fill(*(T*)(a + r7)), b0, c7);
            a += aStep;
            b += bStep;
        }

        TVector floor = TLanes.Fill(t->Floor);
        T* c = t->C;
        T* gate = t->Gate;
        nint cr = t->CRow;
        Put(c0, c, gate, 0, floor);
        Put(c1, c, gate, cr, floor);
        Put(c2, c, gate, 2 * cr, floor);
        Put(c3, c, gate, 3 * cr, floor);
        Put(c4, c, gate, 4 * cr, floor);
        Put(c5, c, gate, 5 * cr, floor);
        Put(c6, c, gate, 6 * cr, floor);
        Put(c7, c, gate, 7 * cr, floor);
    }

    /// <summary>1 row, 8 vectors, B unpacked: a single row reads each weight once, so memory sets its speed.</summary>
    [MethodImpl(Kernel)]
    public static void Row(Tile<T>* t)
    {
        int w = TLanes.Count;
        T* s = t->Start;
        TVector c0 = TLanes.Load(s), c1 = TLanes.Load(s + w);
        TVector c2 = TLanes.Load(s + (2 * w)), c3 = TLanes.Load(s + (3 * w));
        TVector c4 = TLanes.Load(s + (4 * w)), c5 = TLanes.Load(s + (5 * w));
        TVector c6 = TLanes.Load(s + (6 * w)), c7 = TLanes.Load(s + (7 * w));
        byte* a = (byte*)t->A;
        T* b = t->B;
        nint aStep = t->AStep, bStep = t->BStep;
        for (nint k = t->Inner; k > 0; k--)
        {
            TVector x = TLanes.Fill(*(T*)a);
            c0 = TLanes.MultiplyAdd(x, TLanes.Load(b), c0);
            c1 = TLanes.MultiplyAdd(x, TLanes.Load(b + w), c1);
            c2 = TLanes.MultiplyAdd(x, TLanes.Load(b + (2 * w)), c2);
            c3 = TLanes.MultiplyAdd(x, TLanes.Load(b + (3 * w)), c3);
            c4 = TLanes.MultiplyAdd(x, TLanes.Load(b + (4 * w)), c4);
            c5 = TLanes.MultiplyAdd(x, TLanes.Load(b + (5 * w)), c5);
            c6 = TLanes.MultiplyAdd(x, TLanes.Load(b + (6 * w)), c6);
            c7 = TLanes.MultiplyAdd(x, TLanes.Load(b + (7 * w)), c7);
            a += aStep;
            b += bStep;
        }

        TVector floor = TLanes.Fill(t->Floor);
        T* c = t->C;
        T* gate = t->Gate;
        Put(c0, c, gate, 0, floor);
        Put(c1, c, gate, w, floor);
        Put(c2, c, gate, 2 * w, floor);
        Put(c3, c, gate, 3 * w, floor);
        Put(c4, c, gate, 4 * w, floor);
        Put(c5, c, gate, 5 * w, floor);
        Put(c6, c, gate, 6 * w, floor);
        Put(c7, c, gate, 7 * w, floor);
    }

    /// <summary>1 row, 1 vector.</summary>
    [MethodImpl(Kernel)]
    public static void RowEnd(Tile<T>* t)
    {
        TVector c = TLanes.Load(t->Start);
        byte* a = (byte*)t->A;
        T* b = t->B;
        nint aStep = t->AStep, bStep = t->BStep;
        for (nint k = t->Inner; k > 0; k--)
        {
            c = TLanes.MultiplyAdd(TLanes.Fill(*(T*)a), TLanes.Load(b), c);
            a += aStep;
            b += bStep;
        }

        Put(c, t->C, t->Gate, 0, TLanes.Fill(t->Floor));
    }

    /// <summary>Dot product of two contiguous vectors; four running sums a lane.</summary>
    [MethodImpl(Kernel)]
    public static T Dot(T* x, T* y, nint length)
    {
        int w = TLanes.Count;
        TVector s0 = TLanes.Fill(T.Zero), s1 = s0, s2 = s0, s3 = s0;
        nint i = 0;
        for (; i <= length - (4 * w); i += 4 * w)
        {
            s0 = TLanes.MultiplyAdd(TLanes.Load(x + i), TLanes.Load(y + i), s0);
            s1 = TLanes.MultiplyAdd(TLanes.Load(x + i + w), TLanes.Load(y + i + w), s1);
            s2 = TLanes.MultiplyAdd(TLanes.Load(x + i + (2 * w)), TLanes.Load(y + i + (2 * w)), s2);
            s3 = TLanes.MultiplyAdd(TLanes.Load(x + i + (3 * w)), TLanes.Load(y + i + (3 * w)), s3);
        }

        for (; i <= length - w; i += w)
        {
            s0 = TLanes.MultiplyAdd(TLanes.Load(x + i), TLanes.Load(y + i), s0);
        }

        T sum = TLanes.Sum(TLanes.Add(TLanes.Add(s0, s1), TLanes.Add(s2, s3)));
        for (; i < length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TVector value, T* c, T* gate, nint offset, TVector floor)
    {
        value = TLanes.AtLeast(floor, value);
        if (gate != null)
        {
            value = TLanes.Gate(value, TLanes.Load(gate + offset));
        }

        TLanes.Store(value, c + offset);
    }
}
