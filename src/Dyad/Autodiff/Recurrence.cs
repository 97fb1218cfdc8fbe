using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>
/// A discounted sum down or up a column: y_t = x_t + f c_t y_{t+1} of what follows, or y_t = x_t + f c_{t-1} y_{t-1} of what came
/// before. Each is the transpose of the other. c is data, so that nothing depends on it.
/// </summary>
internal sealed class Recurrence<T> : Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Input<T> _links;
    private readonly double _factor;
    private readonly bool _following;

    public Recurrence(Expression<T> x, Input<T> links, double factor, bool following) : base(x.Rows, 1, x, links)
    {
        (_links, _factor, _following) = (links, factor, following);
        if (!x.Columns.IsOne || !x.SameShape(links))
        {
            throw ShapeException.Of(Name, x, links, "both must be columns of the same rows");
        }
    }

    internal override string Name => _following ? "sum of following" : "sum of preceding";

    internal override object? Attributes => (_factor, _following);

    internal override Expression<T>? Gradient(int operand, Expression<T> g) =>
        operand == 0 ? new Recurrence<T>(g, _links, _factor, !_following) : null;

    internal override Instruction<T> Emit(Matrix<T> result, Matrix<T>[] operands) =>
        new RecurrenceInstruction<T>(operands[0], operands[1], T.CreateChecked(_factor), _following, result);
}

internal sealed unsafe class RecurrenceInstruction<T>(Matrix<T> x, Matrix<T> links, T factor, bool following, Matrix<T> y) : Instruction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // On-policy alone: of what devices compute nothing needs it.
    public override Operation<T> Operation => new(OperationKind.Unary, y, x, links) { Name = following ? "sum of following" : "sum of preceding" };

    public override void Run()
    {
        int rows = y.Rows;
        T* from = x.Data, link = links.Data, to = y.Data;
        T sum = T.Zero;
        if (following)
        {
            for (int t = rows - 1; t >= 0; t--)
            {
                to[t] = sum = from[t] + (factor * link[t] * sum);
            }

            return;
        }

        for (int t = 0; t < rows; t++)
        {
            to[t] = sum = from[t] + (t == 0 ? T.Zero : factor * link[t - 1] * sum);
        }
    }
}
