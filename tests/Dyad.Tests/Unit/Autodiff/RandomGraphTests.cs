using Dyad.Autodiff;
using FsCheck;
using FsCheck.Fluent;

namespace Dyad.Tests.Unit.Autodiff;

[Trait("Category", "unit")]
public sealed class RandomGraphTests
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(150).WithReplay(7, 11);

    private static Arbitrary<int> Seeds => Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void Derivatives_of_random_expressions_agree_with_differences() =>
        Prop.ForAll(Seeds, seed =>
        {
            var graph = new RandomGraph<double>(seed);
            DerivativeCheck.Run(graph.Cost, graph.First, graph.Second);
        }).Check(Fixed);

    [Fact]
    public void Float_agrees_with_double() =>
        Prop.ForAll(Seeds, seed =>
        {
            var single = new RandomGraph<float>(seed);
            var twice = new RandomGraph<double>(seed);
            var builder = new ProgramBuilder<float>();
            Output<float> value = builder.Output(single.Cost);
            Output<float> gradient = builder.Output(Derivatives.Gradient(single.Cost, single.First));
            builder.Build().Run();
            var reference = new ProgramBuilder<double>();
            Output<double> expected = reference.Output(twice.Cost);
            Output<double> expectedGradient = reference.Output(Derivatives.Gradient(twice.Cost, twice.First));
            reference.Build().Run();
            DerivativeCheck.Close(expected.Values, [value.Value], 1e-4, "cost");
            DerivativeCheck.Close(expectedGradient.Values, [.. gradient.Values.ToArray().Select(x => (double)x)], 1e-4, "gradient");
        }).Check(Fixed);
}
