using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;
using FsCheck;
using FsCheck.Fluent;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Autodiff;

[Trait("Category", "unit")]
public sealed class ProgramTests
{
    [Fact]
    public void Equal_expressions_are_computed_once_and_unused_ones_never()
    {
        var x = new Input<double>("x", 3, 3);
        Expression<double> unused = Product(x, x);
        var builder = new ProgramBuilder<double>();
        builder.Output(Sum(Tanh(Product(x, x))) + Sum(Tanh(Product(x, x))));
        CompiledProgram program = builder.Build();
        Assert.NotNull(unused);
        Assert.Equal(1, program.ProductCount);
        Assert.Equal(4, program.InstructionCount);
    }

    [Fact]
    public void Spreads_and_means_of_the_same_shape_are_shared()
    {
        var x = new Input<double>("x", new Extent("batch", 3), 4);
        Expression<double> Once() => Mean(x * Broadcast(Number<double>(2), x.Rows, 4));
        var builder = new ProgramBuilder<double>();
        builder.Output(Once());
        int instructions = builder.Build().InstructionCount;
        builder = new ProgramBuilder<double>();
        builder.Output(Once());
        builder.Output(Square(Once()));
        Assert.Equal(instructions + 1, builder.Build().InstructionCount);
    }

    [Fact]
    public void Partial_programs_of_some_outputs_and_the_rest_make_a_whole()
    {
        var random = new RandomStream(3);
        var player = new Parameters<double>("p");
        var network = new Mlp<double>(player, "net", [3, 5, 1], Activation.Tanh);
        network.Initialize(random);
        Parameters<double> v = player.Like("v");
        var x = new Input<double>("x", 6, 3);
        random.Normal(x.Values);
        Expression<double> cost = Mean(Square(network.Apply(x)));
        Output<double>[] Ask(ProgramBuilder<double> to) =>
        [
            to.Output(cost), to.Output(Derivatives.HessianVectorProduct(cost, player, v.Leaves)),
            to.Output(Derivatives.JacobianVectorProduct(network.Apply(x), player, v.Leaves)),
        ];
        ProgramBuilder<double> whole = new(), parts = new();
        Output<double>[] expected = Ask(whole), actual = Ask(parts);
        CompiledProgram all = whole.Build(), first = parts.Without(v.Leaves);
        CompiledProgram hessian = parts.After(v.Leaves, actual[1]), jacobian = parts.After(v.Leaves, actual[2]);
        Assert.True(jacobian.InstructionCount == 0);
        CompiledProgram everything = parts.Build();
        Assert.True(first.InstructionCount + hessian.InstructionCount <= everything.InstructionCount);
        Assert.True(jacobian.InstructionCount < hessian.InstructionCount);
        first.Run();
        for (int i = 0; i < 3; i++)
        {
            random.Normal(v.Values);
            all.Run();
            hessian.Run();
            hessian.Run();
            Assert.Equal(expected[1].Values.ToArray(), actual[1].Values.ToArray());
            jacobian.Run();
            Assert.Equal(expected[2].Values.ToArray(), actual[2].Values.ToArray());
        }

        Assert.Equal(expected[0].Value, actual[0].Value);
    }

    [Fact]
    public void Jacobian_times_gradient_needs_neither()
    {
        var random = new RandomStream(4);
        var player = new Parameters<double>("p");
        Mlp<double> network = new(player, "net", [3, 5, 4, 1]), other = new(player, "other", [3, 2, 1]);
        random.Normal(player.Values);
        Input<double> x = new("x", 6, 3), z = new("z", 9, 3);
        random.Normal(x.Values);
        random.Normal(z.Values);
        Expression<double> cost = Mean(Min(network.Apply(z), other.Apply(z)));
        Parameters<double> g = player.Like("g");
        var builder = new ProgramBuilder<double>();
        Output<double> gradient = builder.Output(Derivatives.Gradient(cost, player));
        Output<double> product = builder.Output(Derivatives.RowJacobianGradientProduct(network.Apply(x), cost, player));
        Output<double> expected = builder.Output(Derivatives.JacobianVectorProduct(network.Apply(x), player, g.Leaves));
        CompiledProgram program = builder.Build();
        program.Run();
        gradient.Values.CopyTo(g.Values);
        program.Run();
        Near.Equal(expected.Values, product.Values, 1e-12);
        Assert.Throws<ShapeException>(() => Derivatives.RowJacobianGradientProduct(network.Apply(x), x, player));
    }

    [Fact]
    public void Affine_layer_with_rectifier_is_one_instruction_and_so_is_its_gated_gradient()
    {
        var player = new Parameters<double>("p");
        Expression<double> w = player.Add("w", 4, 5), b = player.Add("b", 1, 5);
        var x = new Input<double>("x", 7, 4);
        var builder = new ProgramBuilder<double>();
        builder.Output(Relu(Affine(x, w, b)));
        Assert.Equal(1, builder.Build().InstructionCount);
    }

    [Fact]
    public void Rows_are_a_run_time_number()
    {
        var batch = new Extent("batch", 10);
        var x = new Input<double>("x", batch, 2);
        var builder = new ProgramBuilder<double>();
        Output<double> mean = builder.Output(Mean(x)), rows = builder.Output(SumColumns(x));
        CompiledProgram program = builder.Build();
        for (int n = 1; n <= 10; n++)
        {
            batch.Count = n;
            x.Values.Fill(n);
            program.Run();
            Assert.Equal(n, mean.Value, 1e-14);
            Assert.Equal(n, rows.Values.Length);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Count = 11);
    }

    [Fact]
    public void Partial_program_gives_what_a_whole_run_gives() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var graph = new RandomGraph<double>(seed);
            Parameters<double> v = DerivativeCheck.Direction(graph.First, new RandomStream(seed));
            IReadOnlyList<Expression<double>> product = Derivatives.HessianVectorProduct(graph.Cost, graph.First, v.Leaves);
            IReadOnlyList<Expression<double>> mixed = Derivatives.MixedProduct(graph.Cost, graph.Second, graph.First, v.Leaves);
            var builder = new ProgramBuilder<double>();
            Output<double> value = builder.Output(graph.Cost), hv = builder.Output(product), cv = builder.Output(mixed);
            CompiledProgram again = builder.After(v.Leaves), whole = builder.Build();
            whole.Run();
            double cost = value.Value;
            for (int i = 0; i < 3; i++)
            {
                new RandomStream(i).Normal(v.Values);
                again.Run();
                double[] h = hv.Values.ToArray(), c = cv.Values.ToArray();
                whole.Run();
                Assert.Equal(hv.Values.ToArray(), h);
                Assert.Equal(cv.Values.ToArray(), c);
                Assert.Equal(cost, value.Value);
            }

            Assert.True(again.InstructionCount <= whole.InstructionCount);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(3, 5));

    [Fact]
    public void Twin_critic_needs_the_hand_counted_hidden_products()
    {
        var critic = new Parameters<float>("critic");
        var twins = new TwinActionValue<float>(critic, [5, 64, 64, 1]);
        var batch = new Extent("batch", 6);
        Input<float> s = new("s", batch, 3), a = new("a", batch, 2), y = new("y", batch, 1);
        Expression<float> cost = Mean(Square(twins.First.Value(s, a) - y)) + Mean(Square(twins.Second!.Value(s, a) - y));

        // Forward and weight gradients of all layers, input gradients of all but the first.
        double layers = (5 * 64) + (64 * 64) + 64, inputs = (64 * 64) + 64;
        Parameters<float> v = critic.Like("v");
        var gradient = new ProgramBuilder<float>();
        gradient.Output(Derivatives.Gradient(cost, critic));
        Assert.Equal(2 * 2 * 6 * ((2 * layers) + inputs), gradient.Build().ProductFlop);

        // A Hessian product: two forward tangents, two backward, two weight gradients a critic; the rest is in small layers.
        var hessian = new ProgramBuilder<float>();
        hessian.Output(Derivatives.HessianVectorProduct(cost, critic, v.Leaves));
        CompiledProgram again = hessian.After(v.Leaves);
        hessian.Build();
        Assert.InRange(again.ProductFlop / (2.0 * 6 * 64 * 64), 12, 12.9);
    }
}
