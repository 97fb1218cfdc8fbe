using Dyad.Autodiff;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Autodiff;

[Trait("Category", "unit")]
public sealed class OperationTests
{
    private const int Rows = 4;

    // Every operation as a function of two 4 x 3 matrices x (away from kinks) and y; z = x^2 + 1/2 is positive.
    private static readonly Dictionary<string, Func<Expression<double>, Expression<double>, Expression<double>>> Cases = new()
    {
        ["product nn"] = (x, y) => Product(x, Product(y, x, transposeA: true)),
        ["product nt"] = (x, y) => Product(x, y, transposeB: true),
        ["product tn"] = (x, y) => Product(x, y, transposeA: true),
        ["product tt"] = (x, y) => Product(x, Product(y, x, transposeB: true), true, true),
        ["affine"] = (x, y) => Affine(x, Product(y, y, transposeA: true), SumRows(y)),
        ["add"] = (x, y) => Tanh(x + y),
        ["subtract"] = (x, y) => Square(x - y),
        ["multiply"] = (x, y) => x * y * x,
        ["divide"] = (x, y) => y / (Square(x) + 0.5),
        ["negate"] = (x, y) => -Square(x),
        ["number on the left"] = (x, y) => (2 - x) * (3 + y) * (0.5 * x) / 0.7,
        ["min"] = (x, y) => Square(Min(x, y)),
        ["max"] = (x, y) => Square(Max(x, y)),
        ["clamp"] = (x, y) => Square(Clamp(x, -0.4, 0.5)),
        ["greater"] = (x, y) => Greater(x, y) * Square(x),
        ["exp"] = (x, y) => Exp(x),
        ["log"] = (x, y) => Log(Square(x) + 0.5),
        ["tanh"] = (x, y) => Tanh(x),
        ["sigmoid"] = (x, y) => Sigmoid(x),
        ["relu"] = (x, y) => Square(Relu(x)),
        ["softplus"] = (x, y) => Softplus(x),
        ["square"] = (x, y) => Square(x),
        ["sqrt"] = (x, y) => Sqrt(Square(x) + 0.5),
        ["sum of rows"] = (x, y) => Square(SumRows(x)),
        ["sum of columns"] = (x, y) => Square(SumColumns(x)),
        ["sum"] = (x, y) => Square(Sum(x * y)),
        ["mean"] = (x, y) => Square(Mean(x * y)),
        ["log-softmax"] = (x, y) => LogSoftmax(x) * y,
        ["broadcast row"] = (x, y) => SumRows(x) * y * y,
        ["broadcast column"] = (x, y) => SumColumns(x) * y * y,
        ["broadcast number"] = (x, y) => Sum(x) * y * y,
        ["concatenate"] = (x, y) => Square(Concatenate(x, y, x * y)),
        ["slice"] = (x, y) => Square(Slice(x, 1, 2)),
        ["pad"] = (x, y) => Square(Pad(x, 1, 6) + 1),
        ["gather rows"] = (x, y) => Square(GatherRows(x, Chosen(5, Rows))),
        ["scatter rows"] = (x, y) => Square(ScatterRows(x, Chosen(Rows, 6), 6)),
        ["gather columns"] = (x, y) => Square(GatherColumns(x, Chosen(Rows, 3))),
        ["largest"] = (x, y) => Largest(x) * Square(x),
        ["sum of following"] = (x, y) => Square(SumOfFollowing(SumColumns(x), Links(), 0.7)),
        ["sum of preceding"] = (x, y) => Square(SumOfPreceding(SumColumns(x), Links(), 0.7)),
        ["scatter columns"] = (x, y) => Square(ScatterColumns(SumColumns(x), Chosen(Rows, 5), 5) + 1),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void First_second_and_mixed_derivatives_agree_with_differences(string name)
    {
        (Parameters<double> player, Parameters<double> other) = Players(name.Length);
        Expression<double> x = player.Leaves[0], y = other.Leaves[0];
        Expression<double> result = Cases[name](x, y);

        // Unequal weights, so that no error cancels in the sum; a smooth coupling, so that the mixed product is never trivial.
        var weights = new Input<double>("weights", result.Rows, result.Columns);
        Fill(weights.Values, 3);
        DerivativeCheck.Run(Sum(result * weights) + Sum(Square(x) * y), player, other);
    }

    [Fact]
    public void Stopped_and_surrogate_expressions_have_the_derivatives_they_promise()
    {
        (Parameters<double> player, _) = Players(1);
        Expression<double> x = player.Leaves[0];
        var builder = new ProgramBuilder<double>();
        Output<double> stopped = builder.Output(Derivatives.Gradient(Sum(Stop(Square(x)) * x), player));
        Expression<double> surrogate = Surrogate(Sum(Exp(x)), Sum(Square(x)));
        Output<double> value = builder.Output(surrogate);
        Output<double> plain = builder.Output(Sum(Exp(x)));
        Output<double> derivative = builder.Output(Derivatives.Gradient(surrogate, player));
        builder.Build().Run();
        Assert.Equal(plain.Value, value.Value);
        for (int i = 0; i < player.Count; i++)
        {
            Assert.Equal(player.Values[i] * player.Values[i], stopped.Values[i], 1e-14);
            Assert.Equal(2 * player.Values[i], derivative.Values[i], 1e-14);
        }
    }

    [Fact]
    public void The_largest_element_is_the_first_of_equal_ones()
    {
        var x = new Input<double>("x", 4, 3);
        new double[] { 1, 2, 3, 5, -1, 5, -3, -2, -2, 0, 0, 0 }.CopyTo(x.Values);
        var builder = new ProgramBuilder<double>();
        Output<double> largest = builder.Output(Largest(x));
        builder.Build().Run();
        Assert.Equal([0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0], largest.Values);
    }

    [Fact]
    public void Errors_name_the_expressions_and_both_shapes()
    {
        var x = new Input<double>("observation", new Extent("batch", 8), 3);
        var w = new Input<double>("weight", 4, 5);
        string product = Assert.Throws<ShapeException>(() => Product(Tanh(x), w)).Message;
        Assert.Equal("product: tanh(observation) is batch x 3 and weight is 4 x 5; the inner sizes 3 and 4 differ.", product);
        string sum = Assert.Throws<ShapeException>(() => x + w).Message;
        Assert.Contains("observation is batch x 3 and weight is 4 x 5", sum, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Concatenate(x, w));
        Assert.Throws<ShapeException>(() => Slice(x, 2, 2));
        Assert.Throws<ShapeException>(() => Pad(x, 2, 4));
        Assert.Throws<ShapeException>(() => Derivatives.Gradient(x, new Parameters<double>("none")));
    }

    [Fact]
    public void Row_jacobian_gram_is_the_product_of_the_jacobian_with_itself()
    {
        const int N = 5;
        var player = new Parameters<double>("critic");
        Expression<double> w1 = player.Add("w1", 3, 6), b1 = player.Add("b1", 1, 6), w2 = player.Add("w2", 6, 1), b2 = player.Add("b2", 1, 1);
        Fill(player.Values, 4);
        var data = new Input<double>("data", N, 3);
        Fill(data.Values, 5);

        // The second layer is used twice.
        Expression<double> h = Tanh(Affine(data, w1, b1));
        Expression<double> outputs = Affine(h, w2, b2) + Square(Product(Sigmoid(h), w2));
        var pick = new Input<double>("pick", N, 1);
        var builder = new ProgramBuilder<double>();
        Output<double> gram = builder.Output(Derivatives.RowJacobianGram(outputs, player));
        Output<double> row = builder.Output(Derivatives.PullBack([outputs], [pick], player.Leaves));
        CompiledProgram program = builder.Build();
        var jacobian = new double[N][];
        for (int i = 0; i < N; i++)
        {
            pick.Values.Clear();
            pick.Values[i] = 1;
            program.Run();
            jacobian[i] = row.Values.ToArray();
        }

        for (int i = 0; i < N; i++)
        {
            for (int j = 0; j < N; j++)
            {
                Assert.Equal(jacobian[i].Zip(jacobian[j], (a, b) => a * b).Sum(), gram.Values[(i * N) + j], 1e-12);
            }
        }
    }

    private static (Parameters<double> Player, Parameters<double> Other) Players(int seed)
    {
        var player = new Parameters<double>("player");
        var other = new Parameters<double>("other");
        player.Add("x", Rows, 3);
        other.Add("y", Rows, 3);
        Fill(player.Values, seed);
        Fill(other.Values, seed + 100);
        return (player, other);
    }

    private static Input<double> Links()
    {
        var links = new Input<double>("links", Rows, 1);
        new double[] { 1, 0.5, 0, 2 }.CopyTo(links.Values);
        return links;
    }

    private static Indices Chosen(int count, int below)
    {
        var indices = new Indices("chosen", count);
        for (int i = 0; i < count; i++)
        {
            indices.Values[i] = ((i * 2) + 1) % below;
        }

        return indices;
    }

    private static void Fill(Span<double> values, int seed)
    {
        var random = new RandomStream(seed);
        foreach (ref double value in values)
        {
            value = random.Uniform(-1, 1);
        }
    }
}
