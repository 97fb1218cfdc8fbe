using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Games;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms.Rules;

/// <summary>The gradient rule on the costs of DDPG and SAC, in double.</summary>
[Trait("Category", "unit")]
public sealed class GradientRuleTests
{
    private static readonly RuleOptions Led = new() { Rule = Rule.Stackelberg, Damping = 0.5 };

    [Fact]
    public void A_target_policy_leaves_a_leading_actor_with_its_gradient_exactly()
    {
        foreach (Solver solver in new[] { Solver.ConjugateGradient, Solver.Minres, Solver.Nystrom, Solver.Exact })
        {
            var problem = new DdpgProblem(NextAction.TargetPolicy);
            GradientRule<double> rule = problem.Rule(Led with { Solver = solver });
            rule.Actor.Compute();
            Assert.Equal(rule.Leading.Total.Direct.ToArray(), rule.Actor.Values.ToArray());
            Assert.All(rule.Leading.Total.Implicit.ToArray(), x => Assert.Equal(0, x));
        }

        GradientRule<double> samples = new DdpgProblem(NextAction.TargetPolicy).Rule(
            Led with { Solver = Solver.SampleSpace, Curvature = Curvature.GaussNewton });
        samples.Actor.Compute();
        Assert.Equal(samples.Leading.Total.Direct.ToArray(), samples.Actor.Values.ToArray());

        GradientRule<double> current = new DdpgProblem(NextAction.CurrentPolicy).Rule(Led);
        current.Actor.Compute();
        Assert.True(current.Leading.Total.ImplicitNorm > 1e-4 * current.Leading.Total.DirectNorm);
    }

    [Theory]
    [InlineData(Player.Actor)]
    [InlineData(Player.Critic)]
    public void Both_directions_at_once_are_those_of_one_after_the_other(Player leader)
    {
        var problem = new DdpgProblem(NextAction.CurrentPolicy);
        GradientRule<double> apart = problem.Rule(Led with { Leader = leader });
        GradientRule<double> together = problem.Rule(Led with { Leader = leader, Order = UpdateOrder.Simultaneous });
        apart.Critic.Compute();
        apart.Actor.Compute();
        together.ComputeBoth();
        Near.Equal(apart.Actor.Values, together.Actor.Values, 1e-12, "actor");
        Near.Equal(apart.Critic.Values, together.Critic.Values, 1e-12, "critic");
        Near.Equal(apart.Actor.Cost, together.Actor.Cost, 1e-12, "actor's cost");
        Near.Equal(apart.Critic.Cost, together.Critic.Cost, 1e-12, "critic's cost");

        // A further step of the follower comes from its own program; the leader's direction stays.
        double[] before = together.Of(leader).Values.ToArray();
        foreach (ref double w in (leader == Player.Actor ? problem.Critic : problem.Actor).Values)
        {
            w *= 0.9;
        }

        if (leader == Player.Actor)
        {
            together.Critic.Compute();
            apart.Critic.Compute();
            Assert.Equal(apart.Critic.Values.ToArray(), together.Critic.Values.ToArray());
            Assert.Equal(before, together.Actor.Values.ToArray());
        }
        else
        {
            together.Actor.Compute();
            apart.Actor.Compute();
            Assert.Equal(apart.Actor.Values.ToArray(), together.Actor.Values.ToArray());
            Assert.Equal(before, together.Critic.Values.ToArray());
        }
    }

    [Theory]
    [InlineData(Player.Actor, Curvature.Hessian)]
    [InlineData(Player.Actor, Curvature.GaussNewton)]
    [InlineData(Player.Critic, Curvature.Hessian)]
    public void Each_factor_comes_from_its_own_batch(Player leader, Curvature curvature)
    {
        RuleOptions options = Led with { Leader = leader, Curvature = curvature, Solver = Solver.Exact, IndependentBatches = true };
        var problem = new DdpgProblem(NextAction.CurrentPolicy, RuleOptions.Factors);
        GradientRule<double> rule = problem.Rule(options);
        rule.ComputeBoth();

        // The same from the parts of four games, each on one of the batches.
        Game<double>[] games = [.. problem.Games(options).Select(game => game.LedBy(leader))];
        Game<double> mixed = games[0] with
        {
            LeaderCostInFollower = games[1].LeaderCostInFollower,
            Curvature = curvature == Curvature.Hessian ? games[2].Curvature : GaussNewton.Product(games[2].Follower, games[2].FollowerErrors[0].Prediction),
            Coupling = games[3].Coupling,
        };
        var dense = new DenseTotalDerivative(mixed, options.Damping);
        dense.Compute();
        Near.Equal(dense.Total, rule.Of(leader).Values, 1e-10);

        // Equal batches make it the rule on one batch.
        problem.CopyFirstBatch();
        rule.ComputeBoth();
        GradientRule<double> one = problem.Rule(options with { IndependentBatches = false });
        one.ComputeBoth();
        Near.Equal(one.Leading.Values, rule.Leading.Values, 1e-12);
    }

    [Fact]
    public void A_leading_critic_meets_the_curvature_of_what_the_actor_minimises()
    {
        // (hessian of -J + lambda I)^-1: with much damping the implicit part has the sign of + d_theta L mixed / lambda.
        var problem = new DdpgProblem(NextAction.CurrentPolicy);
        const double Large = 1e6;
        GradientRule<double> rule = problem.Rule(Led with { Leader = Player.Critic, Solver = Solver.Exact, Damping = Large });
        rule.Critic.Compute();
        Game<double> game = problem.Games(Led)[0].LedBy(Player.Critic);
        var dense = new DenseTotalDerivative(game, Large);
        dense.Compute();
        double[] first = new double[game.Leader.Count];
        dense.ApplyMixed([.. dense.LeaderInFollower.ToArray().Select(x => x / Large)], first);
        Near.Equal([.. first.Select(x => x * Large)], [.. rule.Leading.Total.Implicit.ToArray().Select(x => x * Large)], 1e-3);
    }

    [Fact]
    public void A_warm_start_is_part_of_the_state()
    {
        RuleOptions options = Led with { WarmStart = true, SolverIterations = 2, DampingSchedule = DampingSchedule.Adaptive };
        var problem = new DdpgProblem(NextAction.CurrentPolicy);
        GradientRule<double> a = problem.Rule(options), b = problem.Rule(options);
        a.Actor.Compute();
        a.Actor.Compute();
        StateArchive.Load(StateArchive.Save(a.Serialize), b.Serialize);
        a.Actor.Compute();
        b.Actor.Compute();
        Assert.Equal(a.Actor.Values.ToArray(), b.Actor.Values.ToArray());
        Assert.Equal(a.Leading.Total.UsedDamping, b.Leading.Total.UsedDamping);

        // Starting anew gives something else.
        GradientRule<double> c = problem.Rule(options);
        c.Actor.Compute();
        Assert.NotEqual(a.Actor.Values.ToArray(), c.Actor.Values.ToArray());
    }

    [Fact]
    public void Metrics_tell_what_a_solve_did()
    {
        GradientRule<double> rule = new DdpgProblem(NextAction.CurrentPolicy).Rule(Led with { SolverIterations = 3, SolverTolerance = 0, ImplicitBound = 1e-9 });
        rule.Actor.Compute();
        var row = new Recorder();
        rule.Measure(row);
        TotalDerivative<double> total = rule.Leading.Total;
        Assert.Equal(total.DirectNorm, row["train/direct_norm"]);
        Assert.Equal(total.ImplicitNorm, row["train/implicit_norm"]);
        Assert.Equal(total.Cosine, row["train/implicit_cosine"]);
        Assert.Equal(total.Report.Residual, row["train/solver_residual"]);
        Assert.Equal(total.Report.LowestCurvature, row["train/lowest_curvature"]);
        Assert.Equal(0.5, row["train/damping"]);
        Assert.Equal(1, row["train/implicit_bound_hits"]);
        Assert.Equal(0, row["train/implicit_fallbacks"]);
        Assert.InRange(row["train/implicit_cosine"], -1, 1);
        Assert.Equal(total.Report.NegativeCurvature ? 1 : 0, row["train/negative_curvatures"]);
    }

    [Theory]
    [InlineData("curvature", "gauss-newton", "leader=actor")]
    [InlineData("leader_derivative", "replayed-action", "leader=actor")]
    [InlineData("solver", "sample-space", "curvature=gauss-newton")]
    public void Options_that_do_not_go_together_are_told(string name, string value, string remedy)
    {
        UserError error = Assert.Throws<UserError>(() =>
            MethodCatalog.Agent("stddpg-cl").With([(name, value)]));
        Assert.Contains($"'{name}' is '{value}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_exact_solver_tells_where_a_network_is_too_large()
    {
        var agent = MethodCatalog.Agent("stsac-al").With([("solver", "exact")]).Create;
        UserError error = Assert.Throws<UserError>(() => agent(new AgentTask(17, Box.Uniform(6, -1, 1)), new RandomStream(0)));
        Assert.Contains("it takes at most 4096 parameters", error.Message, StringComparison.Ordinal);
    }

    // DDPG's game on small tanh networks and one or several random batches.
    private sealed class DdpgProblem
    {
        private readonly TransitionInputs<double>[] _batches;
        private readonly ActionValue<double> _q;
        private readonly ActionValue<double> _target;
        private readonly DeterministicPolicy<double> _policy;
        private readonly DeterministicPolicy<double> _next;

        public DdpgProblem(NextAction next, int batches = 1)
        {
            var random = new RandomStream(11);
            Parameters<double> target = new("target"), targetActor = new("target actor");
            _policy = new(Network(Actor, [3, 6, 2]));
            DeterministicPolicy<double> targetPolicy = new(Network(targetActor, [3, 6, 2]));
            _q = new(Network(Critic, [5, 6, 1]));
            _target = new(Network(target, [5, 6, 1]));
            _next = next == NextAction.TargetPolicy ? targetPolicy : _policy;
            _batches = new TransitionInputs<double>[batches];
            for (int i = 0; i < batches; i++)
            {
                _batches[i] = new(8, 3, 2);
                foreach (Input<double> input in new[] { _batches[i].Observation, _batches[i].Action, _batches[i].Reward, _batches[i].NextObservation })
                {
                    random.Normal(input.Values);
                }
            }

            Mlp<double> Network(Parameters<double> player, int[] sizes)
            {
                var network = new Mlp<double>(player, "network", sizes, Activation.Tanh);
                network.Initialize(random, Initialization.Xavier);
                return network;
            }
        }

        public Parameters<double> Actor { get; } = new("actor");

        public Parameters<double> Critic { get; } = new("critic");

        public IReadOnlyList<ActorCriticGame<double>> Games(RuleOptions options) =>
            [.. _batches.Select(batch => new DdpgGame<double>(batch, _q, _target, _policy, _next, new DdpgOptions { Gradient = options }).Between(Actor, Critic))];

        public GradientRule<double> Rule(RuleOptions options) => new(options, [.. Games(options).Take(options.Batches)], new RandomStream(1));

        public void CopyFirstBatch()
        {
            foreach (TransitionInputs<double> batch in _batches)
            {
                _batches[0].Observation.Values.CopyTo(batch.Observation.Values);
                _batches[0].Action.Values.CopyTo(batch.Action.Values);
                _batches[0].Reward.Values.CopyTo(batch.Reward.Values);
                _batches[0].NextObservation.Values.CopyTo(batch.NextObservation.Values);
            }
        }
    }
}
