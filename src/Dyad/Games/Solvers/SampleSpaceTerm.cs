using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Games;

/// <summary>
/// The implicit term for a follower that minimises mean squared errors, with the damped Gauss-Newton curvature
/// (2/n) J'J + damping I of each prediction, exactly and without a vector of the follower's size. By the push-through identity
/// <c>(2/n) J ((2/n) J'J + damping I)^-1 g = (K + n damping / 2 I)^-1 J g = u</c> with K = J J' (n x n), and since the mixed
/// derivative is -(2/n) sum_i grad q_i (grad y_i)', the term is <c>-sum_i u_i grad y_i</c>: y_i are the targets as functions of
/// the leader, q the predictions, J their derivatives, g the derivative of the leader's cost in the follower.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SampleSpaceTerm<T> : IImplicitTerm<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Extent _rows;
    private readonly Output<T>[] _grams;
    private readonly Output<T>[] _rights;
    private readonly Input<T>[] _weights;
    private readonly Output<T> _term;
    private readonly CompiledProgram _couple;
    private readonly double[] _matrix;
    private readonly double[] _solution;
    private readonly CholeskyFactorization _factors;

    /// <summary>Asks the builder for what is needed.</summary>
    /// <param name="builder">The program of the leader.</param>
    /// <param name="game">The game; its <see cref="Game{T}.FollowerErrors"/> are the follower's cost.</param>
    /// <exception cref="ArgumentException">The follower's cost is not given as squared errors.</exception>
    public SampleSpaceTerm(ProgramBuilder<T> builder, Game<T> game)
    {
        IReadOnlyList<SquaredError<T>> errors = game.FollowerErrors;
        if (errors.Count == 0)
        {
            throw new ArgumentException("the follower's cost is not given as squared errors", nameof(game));
        }

        _rows = errors[0].Prediction.Rows;
        _grams = [.. errors.Select(e => builder.Output(Derivatives.RowJacobianGram(e.Prediction, game.Follower)))];
        _rights = [.. errors.Select(e => builder.Output(
            Derivatives.RowJacobianGradientProduct(e.Prediction, game.LeaderCostInFollower, game.Follower)))];
        _weights = [.. errors.Select(_ => new Input<T>("u", _rows, 1))];
        _term = builder.Output(Derivatives.PullBack(
            [.. errors.Select(e => e.Target)], [.. _weights.Select(u => -u)], game.Leader.Leaves));
        _couple = builder.After(_weights, _term);
        _matrix = new double[_rows.Capacity * _rows.Capacity];
        _solution = new double[_rows.Capacity];
        _factors = new CholeskyFactorization(_rows.Capacity);
    }

    /// <inheritdoc/>
    public IEnumerable<Leaf<T>> Changing => _weights;

    /// <inheritdoc/>
    public ReadOnlySpan<T> Values => _term.Values;

    /// <inheritdoc/>
    public double ProductFlop => _couple.ProductFlop;

    /// <inheritdoc/>
    public SolveReport Compute(double damping)
    {
        SolveReport report = Solve(damping);
        _couple.Run();
        return report;
    }

    /// <summary>What a device needs of it: what the system is made of, where its solution stands, and what follows from that.</summary>
    internal IReadOnlyList<PinnedMemory<T>> System => [.. _grams.Select(gram => gram.Memory), .. _rights.Select(right => right.Memory)];

    internal IReadOnlyList<PinnedMemory<T>> Weights => [.. _weights.Select(weight => weight.Memory)];

    internal PinnedMemory<T> Term => _term.Memory;

    internal CompiledProgram Couple => _couple;

    /// <summary>Solves for the weights.</summary>
    internal SolveReport Solve(double damping)
    {
        int n = _rows.Count;
        double error = 0, target = 0;
        _factors.Size = n;
        Span<double> matrix = _matrix.AsSpan(0, n * n), solution = _solution.AsSpan(0, n);
        for (int c = 0; c < _grams.Length; c++)
        {
            InDouble.Copy<T>(_grams[c].Values, matrix);
            for (int i = 0; i < n; i++)
            {
                matrix[(i * n) + i] += 0.5 * n * damping;
            }

            InDouble.Copy<T>(_rights[c].Values, solution);
            Span<T> u = _weights[c].Values;
            if (_factors.TryFactor(matrix))
            {
                _factors.Solve(solution);
                (double e, double b) = Residual(matrix, solution, _rights[c].Values);
                error += e;
                target += b;
            }
            else
            {
                error = double.NaN;
                solution.Clear();
            }

            for (int i = 0; i < n; i++)
            {
                u[i] = T.CreateTruncating(solution[i]);
            }
        }

        return new SolveReport(0, target == 0 ? error : Math.Sqrt(error / target), double.NaN);
    }

    /// <inheritdoc/>
    public void Reset()
    {
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
    }

    private static (double Error, double Right) Residual(ReadOnlySpan<double> matrix, ReadOnlySpan<double> x, ReadOnlySpan<T> b)
    {
        double error = 0, right = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double value = double.CreateChecked(b[i]);
            double r = value - TensorPrimitives.Dot(matrix.Slice(i * x.Length, x.Length), x);
            error += r * r;
            right += value * value;
        }

        return (error, right);
    }
}
