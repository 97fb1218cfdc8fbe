using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Games;

/// <summary>The leader's total second derivative against that of its cost with the follower's answer put in.</summary>
[Trait("Category", "unit")]
public sealed class ResponseCurvatureTests
{
    private const int Size = 4;
    private readonly Parameters<double> _x = new("x");
    private readonly Parameters<double> _y = new("y");
    private readonly Parameter<double> _leader;
    private readonly Parameter<double> _follower;
    private readonly RandomStream _random = new(3);

    public ResponseCurvatureTests()
    {
        _leader = _x.Add("x", 1, Size);
        _follower = _y.Add("y", 1, Size);
        _random.Normal(_x.Values);
    }

    [Fact]
    public void It_is_the_Hessian_of_the_cost_that_the_leader_meets()
    {
        var mixing = new Input<double>("mixing", Size, Size);
        _random.Normal(mixing.Values);

        // The follower's best response is tanh(x M); its curvature, 2 exp(x), depends on x, the leader's cost on both.
        Expression<double> answer = Tanh(Product<double>(_leader, mixing));
        Expression<double> followerCost = Sum(Square(_follower - answer) * Exp<double>(_leader));
        Expression<double> LeaderCost(Expression<double> y) => Sum(Square(y) * _leader) + Sum(Tanh(y + _leader)) - (0.3 * Sum(Square<double>(_leader)));
        var builder = new ProgramBuilder<double>();
        Output<double> best = builder.Output(answer);
        builder.Build().Run();
        best.Values.CopyTo(_y.Values);
        double[] before = [.. _x.Values, .. _y.Values];

        var curvature = new ResponseCurvature<double>(new Game<double>(_x, _y, LeaderCost(_follower), followerCost), 50);
        Parameters<double> v = _x.Like("v");
        builder = new ProgramBuilder<double>();
        Output<double> expected = builder.Output(Derivatives.HessianVectorProduct(LeaderCost(answer), _x, v.Leaves));
        CompiledProgram program = builder.Build();
        for (int i = 0; i < 5; i++)
        {
            _random.Normal(v.Values);
            v.Values.CopyTo(curvature.Direction);
            curvature.Multiply();
            program.Run();
            Near.Equal(expected.Values, curvature.Product, 1e-7);
        }

        double[] after = [.. _x.Values, .. _y.Values];
        Assert.Equal(before, after);
    }

    [Fact]
    public void Its_lowest_eigenvalue_is_that_of_the_dense_test()
    {
        Expression<double> leaderCost = Sum(Square<double>(_follower)) - (0.7 * Sum(Square<double>(_leader))) + Sum(Tanh<double>(_leader));
        var game = new Game<double>(_x, _y, leaderCost, Sum(Square(_follower - (0.8 * _leader))));
        for (int i = 0; i < Size; i++)
        {
            _y.Values[i] = 0.8 * _x.Values[i];
        }

        ExtremeEigenvalues found = new Lanczos<double>(Size, Size).Compute(new ResponseCurvature<double>(game, 50), _random);
        Assert.Equal(new StackelbergEquilibrium(game).Check().LeaderCurvature, found.Lowest, 1e-6);
    }
}
