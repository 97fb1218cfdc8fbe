using System.Numerics.Tensors;

namespace Dyad.Diagnostics;

/// <summary>
/// Norms and inner products of the expectations of random vectors that come in sets, one of each estimator a batch, without the
/// bias that a mean's own noise brings: only products of different batches count, (E a)'(E b) = mean of a_i'b_j over i != j.
/// </summary>
/// <param name="estimators">Vectors in a set.</param>
/// <param name="size">Numbers in a vector.</param>
internal sealed class GradientMoments(int estimators, int size)
{
    private readonly double[][] _sums = [.. Enumerable.Range(0, estimators).Select(_ => new double[size])];

    // sum over batches of a_i'b_i
    private readonly double[,] _together = new double[estimators, estimators];

    /// <summary>Batches so far.</summary>
    public int Batches { get; private set; }

    /// <summary>Takes in a batch.</summary>
    /// <param name="vectors">One vector an estimator.</param>
    public void Add(IReadOnlyList<float[]> vectors)
    {
        for (int a = 0; a < _sums.Length; a++)
        {
            for (int i = 0; i < size; i++)
            {
                _sums[a][i] += vectors[a][i];
            }

            for (int b = a; b < _sums.Length; b++)
            {
                double product = 0;
                for (int i = 0; i < size; i++)
                {
                    product += (double)vectors[a][i] * vectors[b][i];
                }

                _together[a, b] += product;
                _together[b, a] = _together[a, b];
            }
        }

        Batches++;
    }

    /// <summary>The mean of an estimator's vectors.</summary>
    public double[] Mean(int estimator)
    {
        double[] mean = new double[size];
        TensorPrimitives.Divide(_sums[estimator], Batches, mean);
        return mean;
    }

    /// <summary>(E a)'(E b), unbiased; of an estimator with itself its squared norm, which by chance may be negative.</summary>
    /// <exception cref="InvalidOperationException">There are fewer than two batches.</exception>
    public double Inner(int a, int b) => Batches < 2
        ? throw new InvalidOperationException("products of different batches need two")
        : (TensorPrimitives.Dot<double>(_sums[a], _sums[b]) - _together[a, b]) / ((double)Batches * (Batches - 1));

    /// <summary>E |a - E a|^2: the variance of an estimate from one batch, summed over its numbers; unbiased.</summary>
    public double Variance(int estimator) => (_together[estimator, estimator] / Batches) - Inner(estimator, estimator);

    /// <summary>Cosine between E a and E b by unbiased products; NaN where a squared norm comes out as not positive.</summary>
    public double Cosine(int a, int b)
    {
        double x = Inner(a, a), y = Inner(b, b);
        return x > 0 && y > 0 ? Inner(a, b) / Math.Sqrt(x * y) : double.NaN;
    }
}
