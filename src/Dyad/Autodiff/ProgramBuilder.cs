using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>
/// Compiles expressions to a program: equal expressions are computed once, what no output needs is left out, products take in
/// what stands around them, and intermediate values share memory where their lives do not overlap.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ProgramBuilder<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<Output<T>> _outputs = [];
    private readonly List<(CompiledProgram Program, HashSet<Expression<T>> Changing, IReadOnlyList<Output<T>> Needed)> _partial = [];
    private readonly List<(CompiledProgram Program, HashSet<Expression<T>> Changing)> _without = [];

    /// <summary>Asks for the value of an expression.</summary>
    public Output<T> Output(Expression<T> expression) => Output([expression]);

    /// <summary>Asks for several expressions, one behind the other in one vector; their extents are fixed.</summary>
    /// <exception cref="ArgumentException">One of several expressions has a run-time extent.</exception>
    public Output<T> Output(IReadOnlyList<Expression<T>> expressions)
    {
        if (expressions.Count > 1 && expressions.FirstOrDefault(x => x.Rows.Name is not null || x.Columns.Name is not null) is { } x)
        {
            throw new ArgumentException($"{x} is {x.Shape}: parts of a flat vector have fixed extents.", nameof(expressions));
        }

        var output = new Output<T>(expressions);
        _outputs.Add(output);
        return output;
    }

    /// <summary>
    /// Asks for a program that brings the outputs up to date when nothing but these leaves changed since the last run: for
    /// example the direction of a Hessian product. It is ready after <see cref="Build"/>.
    /// </summary>
    /// <param name="changing">The leaves.</param>
    /// <param name="needed">The outputs to bring up to date; none for all.</param>
    public CompiledProgram After(IEnumerable<Leaf<T>> changing, params IReadOnlyList<Output<T>> needed)
    {
        var program = new CompiledProgram();
        _partial.Add((program, [.. changing], needed));
        return program;
    }

    /// <summary>
    /// Asks for a program that computes everything that does not depend on these leaves: what stands before all programs of
    /// <see cref="After"/> with the same leaves. It is ready after <see cref="Build"/>.
    /// </summary>
    public CompiledProgram Without(IEnumerable<Leaf<T>> changing)
    {
        var program = new CompiledProgram();
        _without.Add((program, [.. changing]));
        return program;
    }

    /// <summary>Compiles.</summary>
    public CompiledProgram Build()
    {
        var graph = new InstructionGraph<T>(_outputs);
        Fusion.Apply(graph.Nodes);
        List<GraphNode<T>> live = graph.Live();
        List<HashSet<GraphNode<T>>> partial = [.. _partial.Select(x => Partial(x.Changing, x.Needed))];
        BufferPlan<T> plan = new(live, partial);
        var program = new CompiledProgram();
        object memory = new object[] { plan.Memory, graph.Leaves, _outputs };
        Fill(program, live, _ => true);
        for (int i = 0; i < partial.Count; i++)
        {
            Fill(_partial[i].Program, live, partial[i].Contains);
        }

        foreach ((CompiledProgram rest, HashSet<Expression<T>> changing) in _without)
        {
            HashSet<GraphNode<T>> dependent = InstructionGraph<T>.DependentOn(live, changing);
            Fill(rest, live, x => !dependent.Contains(x));
        }

        return program;

        HashSet<GraphNode<T>> Partial(HashSet<Expression<T>> changing, IReadOnlyList<Output<T>> needed)
        {
            HashSet<GraphNode<T>> dependent = InstructionGraph<T>.DependentOn(live, changing);
            if (needed.Count > 0)
            {
                dependent.IntersectWith(graph.NeededBy(needed));
            }

            return dependent;
        }

        void Fill(CompiledProgram target, List<GraphNode<T>> nodes, Func<GraphNode<T>, bool> include)
        {
            List<GraphNode<T>> chosen = [.. nodes.Where(x => !x.IsLeaf && include(x))];
            var instructions = new List<Instruction>();
            foreach (GraphNode<T> node in chosen)
            {
                instructions.Add(plan.Instruction(node));
            }

            foreach ((GraphNode<T> node, Matrix<T> copy) in graph.Copies)
            {
                if (include(node))
                {
                    instructions.Add(new CopyInstruction<T>(plan.Place(node), copy) { Label = $"copy {node.Rows} x {node.Columns}" });
                }
            }

            target.Set([.. instructions], memory);
        }
    }
}

internal sealed class CopyInstruction<T>(Matrix<T> x, Matrix<T> y) : Instruction
    where T : unmanaged
{
    public override void Run() => x.Values.CopyTo(y.Values);
}
