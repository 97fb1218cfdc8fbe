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
