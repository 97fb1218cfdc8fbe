using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>
/// The closed list of what a matrix product takes in: a sum (a bias row, or a matrix to accumulate onto), the rectifier, the
/// gate of the rectifier's derivative, and a range of columns (of which only those are computed). Each needs a product that nothing else reads.
/// </summary>
internal static class Fusion
{
    public static void Apply<T>(IReadOnlyList<GraphNode<T>> nodes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (GraphNode<T> node in nodes)
        {
            switch (node.Source)
            {
                case Binary<T> add when ReferenceEquals(add.Function, Functions<T>.Add):
                    // The later product starts from the earlier one's sums.
                    if (Joins(node.Inputs[1]) && node.Inputs[1].Start == 0)
                    {
                        StartFrom(node, node.Inputs[1], node.Inputs[0]);
                    }
                    else if (Joins(node.Inputs[0]) && node.Inputs[0].Start == 0)
                    {
                        StartFrom(node, node.Inputs[0], node.Inputs[1]);
                    }

                    break;
                case Binary<T> gate when ReferenceEquals(gate.Function, Functions<T>.Gate) && Joins(node.Inputs[0]):
                    GraphNode<T> by = node.Inputs[1];
                    Absorb(node, node.Inputs[0], by);
                    node.Gate = node.Inputs.Length - 1;
                    break;
                case Slice<T> slice when Joins(node.Inputs[0]) && node.Inputs[0].Start == 0:
                    Absorb(node, node.Inputs[0]);
                    node.FirstColumn = slice.First;
                    break;
                case Unary<T> relu when ReferenceEquals(relu.Function, Functions<T>.Relu) && Joins(node.Inputs[0]):
                    Absorb(node, node.Inputs[0]);
                    node.Rectify = true;
                    break;
            }
        }
    }

    private static bool Joins<T>(GraphNode<T> product)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        product.IsPlainProduct && product.Uses == 1 && product.Target is null;

    private static void StartFrom<T>(GraphNode<T> node, GraphNode<T> product, GraphNode<T> start)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (start.Source is Broadcast<T> { RepeatsRow: true })
        {
            GraphNode<T> row = start.Inputs[0];
            row.Uses++;
            if (--start.Uses == 0)
            {
                row.Uses--;
            }

            start = row;
        }

        Absorb(node, product, start);
        node.Start = node.Inputs.Length - 1;
    }

    // The node becomes the product, with one more input or none.
    private static void Absorb<T>(GraphNode<T> node, GraphNode<T> product, params GraphNode<T>[] more)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        product.Uses = 0;
        node.Source = product.Source;
        node.Inputs = [.. product.Inputs, .. more];
        node.Start = product.Start;
    }
}
