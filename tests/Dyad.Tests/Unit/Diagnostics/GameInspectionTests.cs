using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Games;
using Dyad.Numerics;
using Dyad.Tests.Unit.Training;
using Dyad.Training;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Diagnostics;

[Trait("Category", "unit")]
public sealed class GameInspectionTests
{
    private const int Size = 4;

    // Blocks [2, 1; 1, 2] and [-1, 0.5; 0.5, -1]: eigenvalues 1, 3, -1.5, -0.5.
    private static readonly double[] Blocks = [2, 1, 0, 0, 1, 2, 0, 0, 0, 0, -1, 0.5, 0, 0, 0.5, -1];

    [Theory]
    [InlineData(Player.Actor)]
    [InlineData(Player.Critic)]
    public void A_quadratic_game_is_told_by_its_matrices(Player leader)
    {
        // -J = x A x' / 2 + b x y', L = c y y' / 2 + d x y'; with b = -d the players turn around each other.
        const double B = 0.9, C = 0.25, D = -0.9;
        var game = new Quadratic(Blocks, B, C, D);
        game.Move(new RandomStream(4));
        GameInspection inspection = game.Inspect(leader);
        SpectrumReport spectrum = inspection.Spectrum;
        Assert.Equal(-1.5, spectrum.LeaderCurvature.Lowest, 1e-9);
        Assert.Equal(3, spectrum.LeaderCurvature.Highest, 1e-9);
        Assert.Equal(0.5, spectrum.LeaderCurvature.NearestToZero, 1e-6);
        Assert.Equal(C, spectrum.FollowerCurvature.Lowest, 1e-9);
        Assert.Equal(C, spectrum.FollowerCurvature.Highest, 1e-9);

        // Eigenvalues of [a, b; d, c] for each eigenvalue a of A.
        (double Real, double Imaginary)[] expected = [.. new[] { 3.0, 1, -0.5, -1.5 }.SelectMany(a => Roots(a, B, C, D))];
        Assert.Equal(expected.Min(value => value.Real), spectrum.JacobianLowest.Real, 1e-8);
        Assert.Equal(expected.Max(value => value.Real), spectrum.JacobianHighest.Real, 1e-8);

        // The leader foresees the follower: of the actor [a - b d / c, b; d, c], of the critic [c - b d / a, d; b, a].
        (double Real, double Imaginary)[] flow = [.. new[] { 3.0, 1, -0.5, -1.5 }.SelectMany(
            a => leader == Player.Actor ? Roots(a - (B * D / C), B, C, D) : Roots(C - (B * D / a), D, a, B))];
        Assert.Equal(flow.Min(value => value.Real), inspection.Flow.Lowest.Real, 1e-6);
        Assert.Equal(flow.Max(value => value.Real), inspection.Flow.Highest.Real, 1e-6);

        var dense = new DenseTotalDerivative(game.Costs.LedBy(leader));
        dense.Compute();
        Assert.Equal(leader, inspection.Leader);
        Near.Equal(Norm(dense.Total), inspection.Direction.Norm, 1e-9);
        Near.Equal(Norm(dense.Direct), inspection.Direction.Direct, 1e-12);
        Near.Equal(Norm(dense.Implicit), inspection.Direction.Implicit, 1e-9);
        (double actor, double critic) = game.Gradients();
        Near.Equal(actor, spectrum.LeaderGradient, 1e-12);
        Near.Equal(critic, spectrum.FollowerGradient, 1e-12);

        // A following actor meets a saddle.
        Assert.Equal(EquilibriumKind.NotStationary, inspection.Equilibrium.Kind);
        Assert.Equal(leader == Player.Actor, inspection.Equilibrium.LeaderCurvature is not null);
    }

    // The actor leads: y = -(d / c) x, so that its total second derivative is A - 2 b d / c.
    [Theory]
    [InlineData(0.9, 0.25, -0.9, EquilibriumKind.DifferentialStackelberg)]
    [InlineData(0.1, 1, -0.1, EquilibriumKind.NotMinimal)]
    [InlineData(0.9, -1, -0.9, EquilibriumKind.NotMinimal)]
    [InlineData(0.9, 0, -0.9, EquilibriumKind.Degenerate)]
    public void The_verdict_at_the_origin_is_that_of_the_definition(double b, double c, double d, EquilibriumKind expected)
    {
        var game = new Quadratic(Blocks, b, c, d);
        GameInspection inspection = game.Inspect(Player.Actor);
        Assert.Equal(expected, inspection.Equilibrium.Kind);
        Assert.Equal(expected, new StackelbergEquilibrium(game.Costs.LedBy(Player.Actor)).Check().Kind);
        if (c > 0)
        {
            Assert.Equal(-1.5 - (2 * b * d / c), inspection.Equilibrium.LeaderCurvature!.Value.Lowest, 1e-6);
        }
        else
        {
            Assert.Null(inspection.Equilibrium.LeaderCurvature);
        }
    }

    [Theory]
    [InlineData("sac", Player.Actor, false)]
    [InlineData("stsac-al", Player.Actor, true)]
    [InlineData("stddpg-cl", Player.Critic, true)]
    [InlineData("sttd3-al", Player.Actor, true)]
    [InlineData("td3", Player.Actor, false)]
    [InlineData("sac-discrete", Player.Actor, false)]
    [InlineData("stsac-discrete-cl", Player.Critic, true)]
    public void An_agent_is_inspected_by_its_own_rule_and_left_as_it_was(string method, Player leader, bool isOwnRule)
    {
        using AgentTraining training = Trained(method);
        var agent = (GameAgent)training.Agent;
        byte[] before = StateArchive.Save(training.Serialize);
        GameInspection inspection = Inspect(agent, new InspectionOptions { BatchSize = 40 });
        Assert.Equal(before, StateArchive.Save(training.Serialize));
        Assert.Equal((leader, isOwnRule, 40), (inspection.Leader, inspection.IsOwnRule, inspection.BatchSize));
        Assert.Equal(inspection, Inspect(agent, new InspectionOptions { BatchSize = 40 }));
        Assert.NotEqual(inspection.Spectrum, Inspect(agent, new InspectionOptions { BatchSize = 41 }).Spectrum);

        // Whoever is asked to lead leads.
        Player other = leader == Player.Actor ? Player.Critic : Player.Actor;
        GameInspection turned = Inspect(agent, new InspectionOptions { Leader = other });
        Assert.Equal((other, false, agent.BatchSize), (turned.Leader, turned.IsOwnRule, turned.BatchSize));
        Assert.True(turned.Direction.Norm > 0);
    }

    [Fact]
    public void Damping_is_where_the_run_has_it()
    {
        using AgentTraining training = Trained("stsac-al", ("damping", "8"), ("damping_schedule", "exponential"), ("damping_decay_steps", "50"));
        var agent = (GameAgent)training.Agent;
        double used = agent.Rule.Leading.Total.UsedDamping;
        Assert.True(used < 4);
        Assert.Equal(used * Math.Exp(-1.0 / 50), Inspect(agent, new InspectionOptions()).Direction.Damping, 1e-12);
    }

    [Fact]
    public void An_agent_without_experience_is_told()
    {
        using AgentTraining training = SmallTasks.Train("sac", SmallTasks.Pendulum, changes: SmallTasks.Small);
        UserError error = Assert.Throws<UserError>(() => Inspect((GameAgent)training.Agent, new InspectionOptions()));
        Assert.Contains("no transition", error.Message, StringComparison.Ordinal);
    }

    private static GameInspection Inspect(GameAgent agent, InspectionOptions options) => GameInspection.Of(agent, options with { Steps = 10 }, new RandomStream(9));

    private static AgentTraining Trained(string method, params (string, string)[] changes)
    {
        AgentTraining training = SmallTasks.Train(method, SmallTasks.ClassicOf(method), episodes: 1, changes: [.. SmallTasks.Small, .. changes]);
        Advance(training, 300);
        return training;
    }

    private static void Advance(AgentTraining training, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            training.Advance();
        }
    }

    private static (double Real, double Imaginary)[] Roots(double a, double b, double c, double d)
    {
        double half = (a + c) / 2, square = ((a - c) * (a - c) / 4) + (b * d);
        double root = Math.Sqrt(Math.Abs(square));
        return square >= 0 ? [(half + root, 0), (half - root, 0)] : [(half, root), (half, -root)];
    }

    private static double Norm(ReadOnlySpan<double> x)
    {
        double sum = 0;
        foreach (double value in x)
        {
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }

    // -J = x A x' / 2 + b x y', L = c y y' / 2 + d x y'.
    private sealed class Quadratic
    {
        private readonly Parameters<double> _x = new("x");
        private readonly Parameters<double> _y = new("y");

        public Quadratic(double[] matrix, double b, double c, double d)
        {
            Parameter<double> x = _x.Add("x", 1, Size), y = _y.Add("y", 1, Size);
            var a = new Input<double>("A", Size, Size);
            matrix.CopyTo(a.Values);
            Costs = new ActorCriticGame<double>(
                _x, _y,
                (0.5 * Sum(Product<double>(x, a) * x)) + (b * Sum(x * y)),
                (0.5 * c * Sum(Square<double>(y))) + (d * Sum(x * y)));
        }

        public ActorCriticGame<double> Costs { get; }

        public void Move(RandomStream random)
        {
            random.Normal(_x.Values);
            random.Normal(_y.Values);
        }

        public GameInspection Inspect(Player leader)
        {
            var rule = new GradientRule<double>(
                new RuleOptions { Rule = Rule.Stackelberg, Leader = leader, Solver = Solver.Minres, SolverIterations = 50, SolverTolerance = 0, Damping = 0 },
                [Costs], new RandomStream(1));
            return GameInspection.Of(Costs, rule, batchSize: 1, isOwnRule: true, new InspectionOptions(), new RandomStream(2));
        }

        public (double Actor, double Critic) Gradients()
        {
            var builder = new ProgramBuilder<double>();
            Output<double> actor = builder.Output(Derivatives.Gradient(Costs.ActorCost, _x)), critic = builder.Output(Derivatives.Gradient(Costs.CriticCost, _y));
            builder.Build().Run();
            return (Norm(actor.Values), Norm(critic.Values));
        }
    }
}
