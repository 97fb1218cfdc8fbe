namespace Dyad.Games;

/// <summary>Eigenvalues of a small dense symmetric matrix by Jacobi's rotations, in place and without allocation.</summary>
internal static class SymmetricEigenvalues
{
    private const int Sweeps = 60;

    /// <summary>Overwrites the matrix; its diagonal then holds the eigenvalues, in no order.</summary>
    /// <param name="a">n x n, symmetric.</param>
    /// <param name="last">Receives the last components of the unit eigenvectors, in the same order.</param>
    public static void Diagonalize(Span<double> a, Span<double> last)
    {
        int n = last.Length;
        last.Clear();
        last[^1] = 1;
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            double off = 0, all = 0;
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    double square = a[(i * n) + j] * a[(i * n) + j];
                    all += square;
                    off += i == j ? 0 : square;
                }
            }

            if (!(off > 1e-30 * all))
            {
                return;
            }

            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++)
                {
                    Rotate(a, last, p, q);
                }
            }
        }
    }

    // The rotation that makes element (p, q) zero (Golub and Van Loan, section 8.5).
    private static void Rotate(Span<double> a, Span<double> last, int p, int q)
    {
        int n = last.Length;
        double apq = a[(p * n) + q];
        if (apq == 0)
        {
            return;
        }

        double tau = (a[(q * n) + q] - a[(p * n) + p]) / (2 * apq);
        double t = (tau >= 0 ? 1 : -1) / (Math.Abs(tau) + Math.Sqrt(1 + (tau * tau)));
        double c = 1 / Math.Sqrt(1 + (t * t)), s = t * c;
        for (int k = 0; k < n; k++)
        {
            double kp = a[(k * n) + p], kq = a[(k * n) + q];
            a[(k * n) + p] = (c * kp) - (s * kq);
            a[(k * n) + q] = (s * kp) + (c * kq);
        }

        (last[p], last[q]) = ((c * last[p]) - (s * last[q]), (s * last[p]) + (c * last[q]));
        for (int k = 0; k < n; k++)
        {
            double pk = a[(p * n) + k], qk = a[(q * n) + k];
            a[(p * n) + k] = (c * pk) - (s * qk);
            a[(q * n) + k] = (s * pk) + (c * qk);
        }
    }
}
