using System.Globalization;
using Dyad.Autodiff;
using Dyad.Core;

namespace Dyad.Export;

/// <summary>
/// An expression as an ONNX graph, operation by operation. Rows are the batch, of any size when the graph is run; what an expression
/// shares, the graph computes once.
/// </summary>
internal sealed class OnnxGraph
{
    private const string Rows = "rows";

    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _initializers = [];
    private readonly Dictionary<Expression<float>, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _constants = [];
    private readonly Input<float> _input;
    private readonly string _inputName;
    private int _count;
    private bool _hasRows;

    /// <summary>A graph of one input.</summary>
    /// <param name="input">The input: its rows are the batch.</param>
    /// <param name="name">Its name in the graph.</param>
    public OnnxGraph(Input<float> input, string name)
    {
        _input = input;
        _inputName = name;
        _names[input] = name;
    }

    /// <summary>Adds what computes an expression.</summary>
    /// <param name="expression">The expression, of the input and parameters; its rows are the batch.</param>
    /// <param name="name">Name of the result.</param>
    /// <exception cref="UserError">An operation has no translation.</exception>
    public void Output(Expression<float> expression, string name) => _nodes.Add(OnnxModel.Node("Identity", [NameOf(expression)], name));

    /// <summary>Adds the column number of the largest element of each row, the first of several, as batch x 1 whole numbers.</summary>
    public void ArgMax(string values, string name) => _nodes.Add(OnnxModel.Node("ArgMax", [values], name, ("axis", 1), ("keepdims", 1)));

    /// <summary>The same of several groups of columns, as batch x groups whole numbers.</summary>
    /// <param name="values">Name of the columns.</param>
    /// <param name="counts">How many columns each group has.</param>
    /// <param name="name">Name of the result.</param>
    public void ArgMaxOfEach(string values, IReadOnlyList<int> counts, string name)
    {
        string[] largest = new string[counts.Count];
        for (int i = 0, first = 0; i < largest.Length; first += counts[i], i++)
        {
            largest[i] = Attributed("ArgMax", [Node("Slice", values, Whole(first), Whole(first + counts[i]), Whole(1))], ("axis", 1), ("keepdims", 1));
        }

        _nodes.Add(OnnxModel.Node("Concat", largest, name, ("axis", 1)));
    }

    /// <summary>The GraphProto.</summary>
    /// <param name="name">Name of the graph.</param>
    /// <param name="outputs">Names and widths of results, and whether they are whole numbers.</param>
    public byte[] ToGraph(string name, IEnumerable<(string Name, int Columns, bool Whole)> outputs) => OnnxModel.Graph(
        name, _nodes, _initializers, [OnnxModel.Value(_inputName, _input.Columns.Count)], outputs.Select(output => OnnxModel.Value(output.Name, output.Columns, output.Whole)));

    private string NameOf(Expression<float> expression)
    {
        if (!_names.TryGetValue(expression, out string? name))
        {
            name = expression.Alias is { } same ? NameOf(same) : Add(expression);
            _names[expression] = name;
        }

        return name;
    }

    private string Add(Expression<float> expression) => expression switch
    {
        Parameter<float> parameter => Parameter(parameter),
        Constant<float> number => Number(number.Value, 1, 1),
        MatMul<float> product => Node("MatMul", Transposed(product.Operands[0], product.TransposeA), Transposed(product.Operands[1], product.TransposeB)),
        Unary<float> unary => Apply(unary.Function, NameOf(unary.Operands[0])),
        Binary<float> binary => Node(BinaryName(binary.Function.Name), NameOf(binary.Operands[0]), NameOf(binary.Operands[1])),
        Broadcast<float> spread => Node("Expand", NameOf(spread.Operands[0]), ShapeOf(spread)),
        Slice<float> slice => Node("Slice", NameOf(slice.Operands[0]), Whole(slice.First), Whole(slice.First + slice.Columns.Count), Whole(1)),
        LogSoftmax<float> soft => Attributed("LogSoftmax", [NameOf(soft.Operands[0])], ("axis", 1)),
        Concatenate<float> parts => Attributed("Concat", [.. parts.Operands.Select(NameOf)], ("axis", 1)),
        _ => throw Untranslated(expression.Name),
    };

    private string Parameter(Parameter<float> parameter)
    {
        _initializers.Add(OnnxModel.Tensor(parameter.Name, parameter.Values, parameter.Rows.Count, parameter.Columns.Count));
        return parameter.Name;
    }

    private string Apply(UnaryFunction<float> function, string x) => function switch
    {
        { Identity: Functions<float>.Affine { Kind: "scale" } scale } => Node("Mul", x, Number(scale.First, 1, 1)),
        { Identity: Functions<float>.Affine { Kind: "shift" } shift } => Node("Add", x, Number(shift.Second, 1, 1)),
        { Identity: Functions<float>.Affine { Kind: "clamp" } clamp } => Node("Clip", x, Number(clamp.First), Number(clamp.Second)),
        { Name: "square" } => Node("Mul", x, x),
        { Name: "exp" } => Node("Exp", x),
        { Name: "log" } => Node("Log", x),
        { Name: "tanh" } => Node("Tanh", x),
        { Name: "sigmoid" } => Node("Sigmoid", x),
        { Name: "softplus" } => Node("Softplus", x),
        { Name: "sqrt" } => Node("Sqrt", x),
        { Name: "relu" } => Node("Relu", x),
        _ => throw Untranslated(function.Name),
    };

    private static string BinaryName(string name) => name switch
    {
        "add" => "Add",
        "subtract" => "Sub",
        "multiply" => "Mul",
        "divide" => "Div",
        "min" => "Min",
        "max" => "Max",
        _ => throw Untranslated(name),
    };

    private string Transposed(Expression<float> x, bool transpose) => transpose ? Node("Transpose", NameOf(x)) : NameOf(x);

    // The batch's rows, as many as the input has, or a fixed number; then the columns.
    private string ShapeOf(Expression<float> expression)
    {
        string columns = Whole(expression.Columns.Count);
        if (!expression.Rows.Same(_input.Rows))
        {
            return Attributed("Concat", [Whole(expression.Rows.Count), columns], ("axis", 0));
        }

        if (!_hasRows)
        {
            _hasRows = true;
            _nodes.Add(OnnxModel.Node("Shape", [_inputName], Rows, ("start", 0), ("end", 1)));
        }

        return Attributed("Concat", [Rows, columns], ("axis", 0));
    }

    private string Number(double value, params long[] shape)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"number {value:R} {shape.Length}");
        if (!_constants.TryGetValue(key, out string? name))
        {
            _constants[key] = name = $"number_{_count++}";
            _initializers.Add(OnnxModel.Tensor(name, [(float)value], shape));
        }

        return name;
    }

    private string Whole(long value)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"whole {value}");
        if (!_constants.TryGetValue(key, out string? name))
        {
            _constants[key] = name = $"whole_{_count++}";
            _initializers.Add(OnnxModel.Tensor(name, [value]));
        }

        return name;
    }

    private string Node(string operation, params string[] inputs) => Attributed(operation, inputs);

    private string Attributed(string operation, string[] inputs, params (string, long)[] attributes)
    {
        string name = $"{operation.ToLowerInvariant()}_{_count++}";
        _nodes.Add(OnnxModel.Node(operation, inputs, name, attributes));
        return name;
    }

    private static UserError Untranslated(string operation) => new($"the operation '{operation}' has no translation to ONNX");
}
