using System.Reflection;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Gpu;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Gpu;

/// <summary>Every operation on the device against the processor's instruction.</summary>
[Trait("Category", "unit")]
public sealed class OperationTests(DeviceFixture fixture) : IClassFixture<DeviceFixture>
{
    private readonly RandomStream _random = new(3);

    /// <summary>Expressions of each kind on a batch; the dimensions of the second are those of borders and of whole tiles.</summary>
    private static readonly Dictionary<string, Func<OperationTests, int, int, Expression<float>>> Kinds = new()
    {
        ["MatMul"] = (t, m, n) => Product(t.Input(m, 5), t.Input(5, n)),
        ["MatMul transposed"] = (t, m, n) => Product(t.Input(5, m), t.Input(n, 5), transposeA: true, transposeB: true),
        ["MatMul left"] = (t, m, n) => Product(t.Input(9, m), t.Input(9, n), transposeA: true),
        ["MatMul layer"] = (t, m, n) => Relu(Affine(t.Input(m, 6), t.Input(6, n), t.Input(1, n))),
        ["MatMul onto another"] = (t, m, n) => Product(t.Input(m, 6), t.Input(6, n)) + Product(t.Input(m, 3), t.Input(n, 3), transposeB: true),
        ["MatMul gate"] = (t, m, n) => Derivatives.PullBack([Relu(Product(t.Input(m, 6), t.Weight(6, n)))], [t.Input(m, n)], t._parameters.Leaves)[0],
        ["MatMul columns"] = (t, m, n) => Slice(Product(t.Input(m, 6), t.Input(6, n + 3)), 2, n),
        ["Unary"] = (t, m, n) => Tanh(t.Input(m, n)),
        ["Binary"] = (t, m, n) => t.Input(m, n) * t.Input(m, n),
        ["Concatenate"] = (t, m, n) => Concatenate(t.Input(m, n), t.Input(m, 2), t.Input(m, 3)),
        ["Slice"] = (t, m, n) => Slice(t.Input(m, n + 4), 3, n),
        ["Pad"] = (t, m, n) => Pad(t.Input(m, n), 2, n + 5),
        ["GatherRows"] = (t, m, n) => GatherRows(t.Input(m, n), t.Numbers(7, m)),
        ["ScatterRows"] = (t, m, n) => ScatterRows(t.Input(7, n), t.Numbers(7, m), m),
        ["GatherColumns"] = (t, m, n) => GatherColumns(t.Input(m, n), t.Numbers(m, n)),
        ["ScatterColumns"] = (t, m, n) => ScatterColumns(t.Input(m, 1), t.Numbers(m, n), n),
        ["Largest"] = (t, m, n) => Largest(t.Input(m, n)),
        ["Sum"] = (t, m, n) => Sum(t.Input(m, n)),
        ["Sum of rows"] = (t, m, n) => SumRows(t.Input(m, n)),
        ["Sum of columns"] = (t, m, n) => SumColumns(t.Input(m, n)),
        ["Broadcast"] = (t, m, n) => Broadcast(t.Input(1, 1), m, n),
        ["Broadcast row"] = (t, m, n) => Broadcast(t.Input(1, n), m, n),
        ["Broadcast column"] = (t, m, n) => Broadcast(t.Input(m, 1), m, n),
        ["Reciprocal"] = (t, m, n) => Reciprocal(t.Input(m, n)),
        ["LogSoftmax"] = (t, m, n) => LogSoftmax(t.Input(m, n)),
    };

    private readonly Parameters<float> _parameters = new("w");

    public static TheoryData<string> Names => [.. Kinds.Keys];

    public static TheoryData<string> Functions => [.. FunctionFields.Select(function => function.Name)];

    private static IEnumerable<FieldInfo> FunctionFields =>
        typeof(Functions<float>).GetFields(BindingFlags.Public | BindingFlags.Static).Where(function => function.FieldType.IsGenericType);

    [Theory]
    [MemberData(nameof(Names))]
    public void An_operation_gives_the_processors_numbers(string name)
    {
        foreach ((int m, int n) in new[] { (9, 18), (8, 24), (3, 2), (1, 21), (11, 1) })
        {
            var test = new OperationTests(fixture);
            Same(Kinds[name](test, m, n), name);
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void A_function_gives_the_processors_numbers(string name)
    {
        object function = FunctionFields.Single(field => field.Name == name).GetValue(null)!;
        Expression<float> x = Input(9, 5), y = Input(9, 5);
        Expression<float> positive = Square(x) + 0.01;
        Same(function is UnaryFunction<float> unary ? unary.Apply(name is "Log" or "Sqrt" ? positive : 4 * x) : new Binary<float>((BinaryFunction<float>)function, x, y), name);
    }

    [Fact]
    public void Functions_with_coefficients_give_the_processors_numbers()
    {
        Expression<float> x = Input(9, 5), inside = Derivatives.PullBack([Clamp(Weight(9, 5), -0.1, 0.2)], [x], _parameters.Leaves)[0];
        Same(Scale(x, 1.7) + Shift(x, -0.3) + Clamp(x, -0.5, 0.25) + inside, "coefficients");
    }

    /// <summary>A closed list: what is missing here has no kernel, or nobody has looked at it.</summary>
    [Fact]
    public void Every_expression_and_every_function_has_an_operation()
    {
        string[] names = [.. Kinds.Keys.Select(key => key.Split(' ')[0]).Distinct()];
        IEnumerable<string> expressions = typeof(Expression<>).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false, IsGenericTypeDefinition: true } && IsExpression(type))
            .Select(type => type.Name.Split('`')[0])
            .Except(["Input", "Constant", "Parameter", "Steering"])

            // Of on-policy methods alone, which no device computes.
            .Except(["Recurrence"]);
        Assert.Equal(expressions.Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
        foreach (FieldInfo field in FunctionFields)
        {
            object function = field.GetValue(null)!;
            ElementKind kind = function is UnaryFunction<float> unary ? unary.Element.Kind : ((BinaryFunction<float>)function).Element;
            Assert.Equal(field.Name, kind.ToString());
        }

        static bool IsExpression(Type type)
        {
            for (Type? x = type.BaseType; x is not null; x = x.BaseType)
            {
                if (x.IsGenericType && x.GetGenericTypeDefinition() == typeof(Expression<>))
                {
                    return true;
                }
            }

            return false;
        }
    }

    [Fact]
    public void A_function_of_a_users_own_is_refused_in_one_sentence()
    {
        var own = new UnaryFunction<float>("twice", (a, b) => { }, (g, a, b) => null);
        var builder = new ProgramBuilder<float>();
        builder.Output(own.Apply(Input(2, 2)));
        CompiledProgram program = builder.Build();
        var layout = new BlockLayout();
        layout.Add(program);
        Assert.Contains("'twice'", Assert.Throws<UserError>(() => DeviceProgram.Of(program, layout)).Message, StringComparison.Ordinal);
    }

    private Input<float> Input(int rows, int columns)
    {
        var input = new Input<float>("input", rows, columns);
        foreach (ref float value in input.Values)
        {
            value = (float)_random.Uniform(-1, 1);
        }

        return input;
    }

    private Parameter<float> Weight(int rows, int columns)
    {
        Parameter<float> weight = _parameters.Add("w", rows, columns);
        foreach (ref float value in weight.Values)
        {
            value = (float)_random.Uniform(-1, 1);
        }

        return weight;
    }

    private Indices Numbers(int count, int below)
    {
        var numbers = new Indices("numbers", count);
        foreach (ref int value in numbers.Values)
        {
            value = _random.Index(below);
        }

        return numbers;
    }

    private void Same(Expression<float> expression, string what)
    {
        var builder = new ProgramBuilder<float>();
        Output<float> output = builder.Output(expression);
        CompiledProgram program = builder.Build();
        program.Run();
        double[] expected = [.. output.Values.ToArray().Select(value => (double)value)];
        output.Values.Fill(float.NaN);
        fixture.Run(program, output.Memory);
        Near.Equal(expected, [.. output.Values.ToArray().Select(value => (double)value)], 1e-6, $"{what} {expression.Shape}");
    }
}
