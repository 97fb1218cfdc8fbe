using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>
/// Derivatives as expressions, by reverse accumulation: the gradient rules are written in the operations themselves, so that a
/// second derivative is a derivative once more. What a program does not need of them it never computes.
/// </summary>
public static class Derivatives
{
    /// <summary>Gradient of a cost in a player's parameters, one expression a matrix.</summary>
    /// <param name="cost">1 x 1.</param>
    /// <param name="parameters">The player.</param>
    /// <exception cref="ShapeException">The cost is no single number.</exception>
    public static IReadOnlyList<Expression<T>> Gradient<T>(Expression<T> cost, Parameters<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => cost.IsScalar
        ? PullBack([cost], [new Constant<T>(1)], parameters.Leaves)
        : throw ShapeException.Of("gradient", cost, "a cost is 1 x 1");

    /// <summary>
    /// Transposed Jacobian products: sum over the outputs of (d output / d x)' cotangent, for every x of <paramref name="inputs"/>.
    /// </summary>
    /// <param name="outputs">Expressions of any shape.</param>
    /// <param name="cotangents">One for each output, of its shape.</param>
    /// <param name="inputs">What to differentiate in: leaves or other expressions.</param>
    /// <exception cref="ShapeException">A cotangent has another shape than its output.</exception>
    public static IReadOnlyList<Expression<T>> PullBack<T>(IReadOnlyList<Expression<T>> outputs,
        IReadOnlyList<Expression<T>> cotangents, IReadOnlyList<Expression<T>> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sweep = new Sweep<T>(outputs, cotangents, inputs);
        sweep.Run(null);
        return [.. inputs.Select(x => sweep.Cotangents.GetValueOrDefault(x) ?? Zeros(x))];
    }

    /// <summary>Jacobian product: (d output / d parameters) v, of the output's shape.</summary>
    /// <param name="output">Any shape.</param>
    /// <param name="parameters">The player.</param>
    /// <param name="v">A direction: one expression for each matrix of the player.</param>
    public static Expression<T> JacobianVectorProduct<T>(Expression<T> output, Parameters<T> parameters,
        IReadOnlyList<Expression<T>> v)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // J' u is linear in u; its own transposed product with v is J v, and u itself drops out.
        var u = new Input<T>("u", output.Rows, output.Columns);
        return PullBack(PullBack([output], [u], parameters.Leaves), v, [u])[0];
    }

    /// <summary>Hessian product: (d2 cost / d parameters2) v.</summary>
    /// <param name="cost">1 x 1.</param>
    /// <param name="parameters">The player.</param>
    /// <param name="v">A direction: one expression for each matrix of the player.</param>
    public static IReadOnlyList<Expression<T>> HessianVectorProduct<T>(Expression<T> cost, Parameters<T> parameters,
        IReadOnlyList<Expression<T>> v)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => MixedProduct(cost, parameters, parameters, v);

    /// <summary>Product of the mixed second derivative: d/d outer of the inner product of (d cost / d inner) with v.</summary>
    /// <param name="cost">1 x 1.</param>
    /// <param name="outer">The player whose space the result lies in.</param>
    /// <param name="inner">The player whose gradient is differentiated.</param>
    /// <param name="v">A direction of the inner player: one expression for each of its matrices.</param>
    public static IReadOnlyList<Expression<T>> MixedProduct<T>(Expression<T> cost, Parameters<T> outer, Parameters<T> inner,
        IReadOnlyList<Expression<T>> v)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => PullBack(Gradient(cost, inner), v, outer.Leaves);

    /// <summary>
    /// J J' (n x n), where row i of J is the derivative of output i in the parameters, without forming J: the sum over layers of
    /// (delta delta') * (a a') element by element, with a = 1 for a bias.
    /// </summary>
    /// <param name="outputs">
    /// n x 1, where row i depends on row i of the data alone; each parameter matrix enters as a weight <c>x W</c> or as a bias
    /// row that is added.
    /// </param>
    /// <param name="parameters">The player.</param>
    /// <exception cref="ShapeException">The outputs are no column, or a parameter enters in another way.</exception>
    public static Expression<T> RowJacobianGram<T>(Expression<T> outputs, Parameters<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<ParameterUse<T>> uses = RowUses(outputs, parameters);
        return Gram(uses, uses) ?? Operations.Broadcast(new Constant<T>(0), outputs.Rows, outputs.Rows);
    }

    /// <summary>
    /// J g (n x 1), where row i of J is the derivative of output i and g the gradient of a cost in the same parameters, without
    /// forming either: a sum over the rows of the cost's own layers, as in <see cref="RowJacobianGram"/>.
    /// </summary>
    /// <param name="outputs">n x 1, as for <see cref="RowJacobianGram"/>.</param>
    /// <param name="cost">1 x 1; parameters enter it as weights or bias rows too.</param>
    /// <param name="parameters">The player.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or a parameter enters in another way.</exception>
    public static Expression<T> RowJacobianGradientProduct<T>(Expression<T> outputs, Expression<T> cost, Parameters<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!cost.IsScalar)
        {
            throw ShapeException.Of("gradient", cost, "a cost is 1 x 1");
        }

        Expression<T>? rows = Gram(RowUses(outputs, parameters), Uses(cost, new Constant<T>(1), parameters));
        return rows is null ? Operations.Broadcast(new Constant<T>(0), outputs.Rows, 1) : Operations.SumColumns(rows);
    }

    private static List<ParameterUse<T>> RowUses<T>(Expression<T> outputs, Parameters<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => outputs.Columns.IsOne
        ? Uses(outputs, Operations.Broadcast(new Constant<T>(1), outputs.Rows, 1), parameters)
        : throw ShapeException.Of("row Jacobian", outputs, "one column is needed");

    // Every use of a parameter between an output and the leaves.
    private static List<ParameterUse<T>> Uses<T>(Expression<T> output, Expression<T> cotangent, Parameters<T> parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var uses = new List<ParameterUse<T>>();
        var sweep = new Sweep<T>([output], [cotangent], parameters.Leaves);
        sweep.Run((node, operand, delta) => uses.Add(node switch
        {
            MatMul<T> { TransposeA: false, TransposeB: false } when operand == 1 => new(node.Operands[1], node.Operands[0], delta),
            Broadcast<T> { RepeatsRow: true } => new(node.Operands[0], null, delta),
            _ => throw ShapeException.Of("row Jacobian", node.Operands[operand], $"it enters {node}, not as weight or bias"),
        }));
        return uses;
    }

    // Inner products of the derivatives of each row on the left with those of each row on the right; null where all are 0.
    private static Expression<T>? Gram<T>(List<ParameterUse<T>> left, List<ParameterUse<T>> right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T>? gram = null;
        foreach (ParameterUse<T> x in left)
        {
            foreach (ParameterUse<T> y in right.Where(y => y.Parameter == x.Parameter))
            {
                Expression<T> term = Operations.Product(x.Delta, y.Delta, transposeB: true);
                if (x.Input is not null && y.Input is not null)
                {
                    term *= Operations.Product(x.Input, y.Input, transposeB: true);
                }

                gram = gram is null ? term : gram + term;
            }
        }

        return gram;
    }

    private static Expression<T> Zeros<T>(Expression<T> like)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Operations.Broadcast(new Constant<T>(0), like.Rows, like.Columns);

    // A parameter's matrix of inputs (null: ones) and the cotangents of its rows.
    private sealed record ParameterUse<T>(Expression<T> Parameter, Expression<T>? Input, Expression<T> Delta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    // One reverse sweep over the expressions between some inputs and some outputs.
    private sealed class Sweep<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly HashSet<Expression<T>> _inputs;
        private readonly Dictionary<Expression<T>, bool> _depends = [];
        private readonly List<Expression<T>> _order = [];

        public Sweep(IReadOnlyList<Expression<T>> outputs, IReadOnlyList<Expression<T>> cotangents,
            IReadOnlyList<Expression<T>> inputs)
        {
            if (outputs.Count != cotangents.Count)
            {
                throw new ArgumentException($"{cotangents.Count} cotangents for {outputs.Count} outputs");
            }

            _inputs = [.. inputs];
            for (int i = 0; i < outputs.Count; i++)
            {
                if (!outputs[i].SameShape(cotangents[i]))
                {
                    throw ShapeException.Of("cotangent", outputs[i], cotangents[i], "the shapes differ");
                }

                if (Depends(outputs[i]))
                {
                    Accumulate(outputs[i], cotangents[i]);
                }
            }
        }

        public Dictionary<Expression<T>, Expression<T>> Cotangents { get; } = [];

        // With a visitor, the uses of inputs are handed over instead of being summed.
        public void Run(Action<Expression<T>, int, Expression<T>>? visit)
        {
            for (int i = _order.Count - 1; i >= 0; i--)
            {
                Expression<T> node = _order[i];
                if (!Cotangents.TryGetValue(node, out Expression<T>? g))
                {
                    continue;
                }

                for (int operand = 0; operand < node.Operands.Length; operand++)
                {
                    Expression<T> x = node.Operands[operand];
                    if (!Depends(x))
                    {
                        continue;
                    }

                    if (visit is not null && _inputs.Contains(x))
                    {
                        visit(node, operand, g);
                    }
                    else if (node.Gradient(operand, g) is { } contribution)
                    {
                        Accumulate(x, contribution);
                    }
                }
            }
        }

        private void Accumulate(Expression<T> x, Expression<T> contribution) =>
            Cotangents[x] = Cotangents.TryGetValue(x, out Expression<T>? sum) ? sum + contribution : contribution;

        // Also lists what depends on the inputs, operands first.
        private bool Depends(Expression<T> x)
        {
            if (_depends.TryGetValue(x, out bool known))
            {
                return known;
            }

            bool depends = _inputs.Contains(x);
            foreach (Expression<T> operand in x.Operands)
            {
                depends |= Depends(operand);
            }

            _depends[x] = depends;
            if (depends)
            {
                _order.Add(x);
            }

            return depends;
        }
    }
}
