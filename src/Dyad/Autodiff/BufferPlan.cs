using System.Numerics;

namespace Dyad.Autodiff;

/// <summary>
/// Gives every intermediate value a place. Values whose lives do not overlap share memory; a value that a partial program reads
/// but does not compute keeps a place of its own.
/// </summary>
internal sealed class BufferPlan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Line = 64;
    private readonly Dictionary<GraphNode<T>, int> _slotOf = [];
    private readonly List<int> _sizes = [];
    private readonly List<int> _free = [];
    private readonly int[] _offsets;

    public BufferPlan(IReadOnlyList<GraphNode<T>> nodes, IReadOnlyList<HashSet<GraphNode<T>>> partial)
    {
        var lastUse = new Dictionary<GraphNode<T>, int>();
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (GraphNode<T> input in nodes[i].Inputs)
            {
                lastUse[input] = i;
            }
        }

        var kept = new HashSet<GraphNode<T>>();
        foreach (HashSet<GraphNode<T>> program in partial)
        {
            kept.UnionWith(program.SelectMany(x => x.Inputs).Where(x => !program.Contains(x)));
        }

        for (int i = 0; i < nodes.Count; i++)
        {
            GraphNode<T> node = nodes[i];
            List<GraphNode<T>> dying = [.. node.Inputs.Distinct().Where(x => lastUse[x] == i && _slotOf.ContainsKey(x) && !kept.Contains(x))];
            if (!node.IsLeaf && node.Target is null)
            {
                GraphNode<T>? heir = kept.Contains(node) ? null : dying.Find(x => MayOverwrite(node, x));
                if (heir is null)
                {
                    _slotOf[node] = Allocate(Size(node), kept.Contains(node));
                }
                else
                {
                    _slotOf[node] = _slotOf[heir];
                    dying.Remove(heir);
                }
            }

            _free.AddRange(dying.Select(x => _slotOf[x]));
        }

        _offsets = new int[_sizes.Count];
        int total = 0;
        for (int i = 0; i < _offsets.Length; i++)
        {
            _offsets[i] = total;
            total += (_sizes[i] + Line - 1) / Line * Line;
        }

        Memory = new PinnedMemory<T>(total);
    }

    public PinnedMemory<T> Memory { get; }

    public unsafe Matrix<T> Place(GraphNode<T> node) => node switch
    {
        { Target: { } target } => target,
        { Source: Leaf<T> leaf } => leaf.Storage,
        _ => new Matrix<T>(Memory.Data + _offsets[_slotOf[node]], node.Rows, node.Columns),
    };

    public Instruction<T> Instruction(GraphNode<T> node) => node.Emit(Place(node), [.. node.Inputs.Select(Place)]);

    private static int Size(GraphNode<T> node) => node.Rows.Capacity * node.Columns.Capacity;

    private static bool MayOverwrite(GraphNode<T> node, GraphNode<T> input) => node.Source is MatMul<T>
        ? node.Start > 0 && node.Inputs[node.Start] == input && Size(node) == Size(input)
            && Array.IndexOf(node.Inputs, input) == node.Start && node.Inputs.Count(x => x == input) == 1
        : node.Source.InPlace && Size(node) == Size(input);

    // The smallest free place that is large enough, or a new one.
    private int Allocate(int size, bool own)
    {
        int best = -1;
        for (int i = 0; i < _free.Count && !own; i++)
        {
            if (_sizes[_free[i]] >= size && (best < 0 || _sizes[_free[i]] < _sizes[_free[best]]))
            {
                best = i;
            }
        }

        if (best >= 0)
        {
            int slot = _free[best];
            _free.RemoveAt(best);
            return slot;
        }

        _sizes.Add(size);
        return _sizes.Count - 1;
    }
}
