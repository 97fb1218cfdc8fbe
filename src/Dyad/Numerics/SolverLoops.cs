using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dyad.Numerics;

/// <summary>
/// The passes over memory of iterative solvers: vectors as long as a network leave the caches, so each pass does all that can be
/// done while the numbers are there.
/// </summary>
internal static unsafe class SolverLoops
{
    /// <summary>The inner products (x, y) and (x, x).</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (T WithOther, T WithItself) InnerProducts<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(x.Length == y.Length);
        Vector<T> other0 = default, other1 = default, itself0 = default, itself1 = default;
        int i = 0;
        T other, itself;
        fixed (T* px = x, py = y)
        {
            for (; i <= x.Length - (2 * Vector<T>.Count); i += 2 * Vector<T>.Count)
            {
                Vector<T> a = Vector.Load(px + i), b = Vector.Load(px + i + Vector<T>.Count);
                other0 += a * Vector.Load(py + i);
                other1 += b * Vector.Load(py + i + Vector<T>.Count);
                itself0 += a * a;
                itself1 += b * b;
            }

            other = Vector.Sum(other0 + other1);
            itself = Vector.Sum(itself0 + itself1);
            for (; i < x.Length; i++)
            {
                other += px[i] * py[i];
                itself += px[i] * px[i];
            }
        }

        return (other, itself);
    }

    /// <summary>
    /// A step of conjugate gradient with the matrix A + damping I: x += step p, r -= step (Ap + damping p).
    /// </summary>
    /// <returns>The inner product (r, r) afterwards.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T ConjugateStep<T>(Span<T> x, Span<T> r, ReadOnlySpan<T> p, ReadOnlySpan<T> ap, T step, T damping)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require(x.Length == r.Length && x.Length == p.Length && x.Length == ap.Length);
        Vector<T> along = new(step), shift = new(damping), sum = default;
        int i = 0;
        T squared;
        fixed (T* px = x, pr = r, pp = p, pa = ap)
        {
            for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                Vector<T> direction = Vector.Load(pp + i);
                Vector.Store(Vector.Load(px + i) + (along * direction), px + i);
                Vector<T> residual = Vector.Load(pr + i) - (along * (Vector.Load(pa + i) + (shift * direction)));
                Vector.Store(residual, pr + i);
                sum += residual * residual;
            }

            squared = Vector.Sum(sum);
            for (; i < x.Length; i++)
            {
                px[i] += step * pp[i];
                pr[i] -= step * (pa[i] + (damping * pp[i]));
                squared += pr[i] * pr[i];
            }
        }

        return squared;
    }

    /// <summary>The next direction of conjugate gradient: p = r + keep p.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void NextDirection<T>(Span<T> p, ReadOnlySpan<T> r, T keep)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // TensorPrimitives would store past the caches, where the next product has to look for it.
        Require(p.Length == r.Length);
        var factor = new Vector<T>(keep);
        int i = 0;
        fixed (T* pp = p, pr = r)
        {
            for (; i <= p.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                Vector.Store(Vector.Load(pr + i) + (factor * Vector.Load(pp + i)), pp + i);
            }

            for (; i < p.Length; i++)
            {
                pp[i] = pr[i] + (keep * pp[i]);
            }
        }
    }

    private static void Require(bool sameLengths)
    {
        if (!sameLengths)
        {
            throw new ArgumentException("the vectors differ in length");
        }
    }
}
