using System.Numerics.Tensors;

namespace Dyad.Tabular;

/// <summary>
/// The system solved by BiCGSTAB (van der Vorst 1992) to a residual of rounding's size, with time and memory linear in the
/// transitions. Where a round of it does not help, plain sweeps x &lt;- b + gamma P_pi x do, which always converge.
/// </summary>
internal sealed class IterativeSystem : PolicySystem
{
    // Largest residual, as a share of the largest right-hand side and solution.
    private const double Tolerance = 1e-13;
    private const int IterationsPerRound = 400;
    private const int SweepsPerRound = 200;
    private const int LargestRounds = 10_000;

    private readonly Mdp _mdp;
    private readonly int[] _start;
    private readonly double[] _x;
    private readonly double[] _kept;
    private readonly double[] _r;
    private readonly double[] _shadow;
    private readonly double[] _p;
    private readonly double[] _ap;
    private readonly double[] _as;
    private int[] _column = [];
    private double[] _weight = [];

    public IterativeSystem(Mdp mdp)
    {
        _mdp = mdp;
        int n = mdp.States;
        _start = new int[n + 1];
        (_x, _kept, _r, _shadow) = (new double[n], new double[n], new double[n], new double[n]);
        (_p, _ap, _as) = (new double[n], new double[n], new double[n]);
    }

    private delegate void Product(ReadOnlySpan<double> x, Span<double> result);

    public override void Prepare(TabularPolicy policy)
    {
        int count = 0;
        for (int s = 0; s < _mdp.States; s++)
        {
            ReadOnlySpan<double> pi = policy.At(s);
            for (int a = 0; a < pi.Length; a++)
            {
                if (pi[a] == 0)
                {
                    continue;
                }

                ReadOnlySpan<int> next = _mdp.NextStates((s * pi.Length) + a);
                ReadOnlySpan<double> probability = _mdp.NextProbabilities((s * pi.Length) + a);
                if (count + next.Length > _column.Length)
                {
                    int room = Math.Max(count + next.Length, 2 * _column.Length);
                    Array.Resize(ref _column, room);
                    Array.Resize(ref _weight, room);
                }

                for (int k = 0; k < next.Length; k++)
                {
                    _column[count] = next[k];
                    _weight[count++] = _mdp.Discount * pi[a] * probability[k];
                }
            }

            _start[s + 1] = count;
        }
    }

    public override void Solve(Span<double> b) => Solve(Apply, b);

    public override void SolveTransposed(Span<double> b) => Solve(ApplyTransposed, b);

    // x - gamma P_pi x
    private void Apply(ReadOnlySpan<double> x, Span<double> result)
    {
        for (int s = 0; s < result.Length; s++)
        {
            double sum = x[s];
            for (int k = _start[s]; k < _start[s + 1]; k++)
            {
                sum -= _weight[k] * x[_column[k]];
            }

            result[s] = sum;
        }
    }

    // x - gamma P_pi' x
    private void ApplyTransposed(ReadOnlySpan<double> x, Span<double> result)
    {
        x.CopyTo(result);
        for (int s = 0; s < result.Length; s++)
        {
            double value = x[s];
            for (int k = _start[s]; k < _start[s + 1]; k++)
            {
                result[_column[k]] -= _weight[k] * value;
            }
        }
    }

    private void Solve(Product apply, Span<double> b)
    {
        double scale = Largest(b);
        b.CopyTo(_x);
        double residual = Residual(apply, b);
        for (int round = 0; residual > Tolerance * (scale + Largest(_x)); round++)
        {
            if (round == LargestRounds || !double.IsFinite(residual))
            {
                throw new ArithmeticException($"the values of {_mdp.States} states do not converge");
            }

            _x.CopyTo(_kept, 0);
            double before = residual;
            Iterate(apply, 0.1 * Tolerance * (scale + Largest(_x)));
            residual = Residual(apply, b);
            if (!(residual < 0.5 * before))
            {
                _kept.CopyTo(_x, 0);
                residual = Sweep(apply, b);
            }
        }

        _x.CopyTo(b);
    }

    private double Sweep(Product apply, ReadOnlySpan<double> b)
    {
        for (int sweep = 0; sweep < SweepsPerRound; sweep++)
        {
            Residual(apply, b);
            TensorPrimitives.Add<double>(_x, _r, _x);
        }

        return Residual(apply, b);
    }

    // r = b - A x, of which the largest magnitude is returned
    private double Residual(Product apply, ReadOnlySpan<double> b)
    {
        apply(_x, _r);
        TensorPrimitives.Subtract(b, _r, _r);
        return Largest(_r);
    }

    // BiCGSTAB from x, whose residual is r.
    private void Iterate(Product apply, double enough)
    {
        _r.CopyTo(_shadow, 0);
        _r.CopyTo(_p, 0);
        double rho = TensorPrimitives.Dot<double>(_shadow, _r);
        for (int i = 0; i < IterationsPerRound && Largest(_r) > enough; i++)
        {
            apply(_p, _ap);
            double alpha = rho / TensorPrimitives.Dot<double>(_shadow, _ap);

            // s = r - alpha A p, in the place of r
            TensorPrimitives.MultiplyAdd(_ap, -alpha, _r, _r);
            apply(_r, _as);
            double norm = TensorPrimitives.Dot<double>(_as, _as);
            double omega = norm > 0 ? TensorPrimitives.Dot<double>(_as, _r) / norm : 0;
            TensorPrimitives.MultiplyAdd(_p, alpha, _x, _x);
            TensorPrimitives.MultiplyAdd(_r, omega, _x, _x);
            TensorPrimitives.MultiplyAdd(_as, -omega, _r, _r);

            // p = r + beta (p - omega A p)
            double next = TensorPrimitives.Dot<double>(_shadow, _r);
            double beta = next / rho * (alpha / omega);
            rho = next;
            if (!double.IsFinite(alpha) || !double.IsFinite(beta))
            {
                return;
            }

            TensorPrimitives.MultiplyAdd(_ap, -omega, _p, _p);
            TensorPrimitives.MultiplyAdd(_p, beta, _r, _p);
        }
    }

    private static double Largest(ReadOnlySpan<double> values) => Math.Abs(TensorPrimitives.MaxMagnitude(values));
}
