using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>An instruction to be: an expression with its operands after sharing, and what fusion added to a product.</summary>
internal sealed class GraphNode<T>(Expression<T> source, GraphNode<T>[] inputs)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Expression<T> Source { get; set; } = source;

    public GraphNode<T>[] Inputs { get; set; } = inputs;

    public Extent Rows { get; } = source.Rows;

    public Extent Columns { get; } = source.Columns;

    /// <summary>How many instructions and outputs read the value.</summary>
    public int Uses { get; set; }

    /// <summary>Where the value has to be; null where the plan decides.</summary>
    public Matrix<T>? Target { get; set; }

    public bool IsLeaf => Source is Leaf<T>;

    /// <summary>For a product: index of the input that the sums start from, or 0.</summary>
    public int Start { get; set; }

    /// <summary>For a product: index of the input that gates the result, or 0.</summary>
    public int Gate { get; set; }

    public bool Rectify { get; set; }

    /// <summary>For a product: how many columns at its left are not wanted.</summary>
    public int FirstColumn { get; set; }

    public bool IsPlainProduct => Source is MatMul<T> && Gate == 0 && !Rectify && Columns.Same(Source.Columns);

    public Instruction Emit(Matrix<T> result, Matrix<T>[] operands)
    {
        Instruction instruction = Source.Emit(result, operands);
        instruction.Label = Label();
        if (instruction is ProductInstruction<T> product)
        {
            product.Rectify = Rectify;
            product.FirstColumn = FirstColumn;
            if (Start > 0)
            {
                product.StartWith(operands[Start]);
            }

            if (Gate > 0)
            {
                product.GateWith(operands[Gate]);
            }
        }

        return instruction;
    }

    // product 100 x 256 x 256 tn + start gated; extents that a run decides by their name.
    private string Label()
    {
        if (Source is not MatMul<T> product)
        {
            return $"{Source.Name} {Rows} x {Columns}";
        }

        Extent inner = product.TransposeA ? product.Operands[0].Rows : product.Operands[0].Columns;
        string layout = $"{(product.TransposeA ? 't' : 'n')}{(product.TransposeB ? 't' : 'n')}";
        return $"product {Rows} x {Columns} x {inner} {layout}{(Start > 0 ? " + start" : "")}{(Rectify ? " rectified" : "")}{(Gate > 0 ? " gated" : "")}";
    }
}

/// <summary>All instructions that the outputs need, equal ones once, operands first.</summary>
internal sealed class InstructionGraph<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<Expression<T>, GraphNode<T>> _nodeOf = [];
    private readonly Dictionary<(Type, object?, string), GraphNode<T>> _shared = [];
    private readonly Dictionary<GraphNode<T>, int> _number = [];

    public unsafe InstructionGraph(IEnumerable<Output<T>> outputs)
    {
        foreach (Output<T> output in outputs)
        {
            T* place = output.Memory.Data;
            foreach (Expression<T> part in output.Parts)
            {
                GraphNode<T> node = Add(part);
                node.Uses++;
                Matrix<T> target = new(place, part.Rows, part.Columns);
                if (node.IsLeaf || node.Target is not null)
                {
                    Copies.Add((node, target));
                }
                else
                {
                    node.Target = target;
                }

                place += part.Rows.Capacity * part.Columns.Capacity;
            }
        }
    }

    public List<GraphNode<T>> Nodes { get; } = [];

    /// <summary>Outputs whose value is somewhere else already.</summary>
    public List<(GraphNode<T> Node, Matrix<T> Target)> Copies { get; } = [];

    public IReadOnlyList<Expression<T>> Leaves => [.. Nodes.Where(x => x.IsLeaf).Select(x => x.Source)];

    /// <summary>The nodes that are still used, operands first.</summary>
    public List<GraphNode<T>> Live() => [.. Nodes.Where(x => x.Uses > 0)];

    public static HashSet<GraphNode<T>> DependentOn(IEnumerable<GraphNode<T>> nodes, HashSet<Expression<T>> leaves)
    {
        var dependent = new HashSet<GraphNode<T>>();
        foreach (GraphNode<T> node in nodes)
        {
            if (leaves.Contains(node.Source) || node.Inputs.Any(dependent.Contains))
            {
                dependent.Add(node);
            }
        }

        return dependent;
    }

    /// <summary>What is computed for some outputs.</summary>
    public HashSet<GraphNode<T>> NeededBy(IEnumerable<Output<T>> outputs)
    {
        var needed = new HashSet<GraphNode<T>>();
        var open = new Stack<GraphNode<T>>(outputs.SelectMany(x => x.Parts).Select(x => _nodeOf[x]));
        while (open.TryPop(out GraphNode<T>? node))
        {
            if (needed.Add(node))
            {
                foreach (GraphNode<T> input in node.Inputs)
                {
                    open.Push(input);
                }
            }
        }

        return needed;
    }

    private GraphNode<T> Add(Expression<T> expression)
    {
        if (_nodeOf.TryGetValue(expression, out GraphNode<T>? node))
        {
            return node;
        }

        if (expression.Alias is { } alias)
        {
            return _nodeOf[expression] = Add(alias);
        }

        GraphNode<T>[] inputs = [.. expression.Operands.Select(Add)];
        var key = (expression.GetType(), expression.Attributes, string.Join(',', inputs.Select(x => _number[x])));
        if (!_shared.TryGetValue(key, out node))
        {
            node = new GraphNode<T>(expression, inputs);
            foreach (GraphNode<T> input in inputs)
            {
                input.Uses++;
            }

            _shared[key] = node;
            _number[node] = Nodes.Count;
            Nodes.Add(node);
        }

        return _nodeOf[expression] = node;
    }
}
