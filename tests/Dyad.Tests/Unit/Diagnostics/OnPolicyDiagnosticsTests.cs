using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Games;
using Dyad.Numerics;
using Dyad.Tests.Unit.Training;
using Dyad.Training;

namespace Dyad.Tests.Unit.Diagnostics;

/// <summary>Inspection and gap of on-policy agents, on episodes that are played for them.</summary>
[Trait("Category", "unit")]
public sealed class OnPolicyDiagnosticsTests
{
    private static readonly (string, string)[] Small = [("hidden_width", "8"), ("last_hidden_width", "6"), ("steps_per_epoch", "150"), ("critic_updates", "5")];

    private static readonly (string, string)[] QCritic = [("critic", "q"), ("critic_target", "bootstrapped"), ("direct_term", "critic")];

    public static TheoryData<string, bool, string, bool> Agents => new()
    {
        { "ac", true, "", false },
        { "ac", false, "environments=3,discounted_visits=true", false },
        { "ac", false, "critic=q,critic_target=bootstrapped,direct_term=critic,residual=true", false },
        { "ppo", true, "", false },
        { "ppo", false, "environments=3,entropy_coefficient=0.01,value_clip=0.2,passes=2,initial_log_deviation=-1", false },
        { "ppo", false, "residual=true,rate_schedule=linear,schedule_steps=1000", false },
        { "stppo", true, "damping=1000", false },
        { "blpo", true, "environments=3", false },
        { "stac", true, "damping=1000", true },
        { "stac", true, "episode_form=one-step,whole_episodes=true,damping=1000", true },
        { "stac", false, "episode_form=as-published,warm_start=true", true },
        { "stac", false, "critic=q,critic_target=bootstrapped,direct_term=critic,damping=1000", true },
        { "stac", true, "curvature=gauss-newton,solver=sample-space", true },
    };

    [Theory]
    [MemberData(nameof(Agents))]
    public void An_agent_is_inspected_and_left_as_it_was(string method, bool discrete, string changes, bool isOwnRule)
    {
        using AgentTraining training = Trained(method, discrete, Changes(changes));
        byte[] before = StateArchive.Save(training.Serialize);
        EpochInspection inspection = Inspect(training, discrete);
        Assert.Equal(before, StateArchive.Save(training.Serialize));
        Assert.Equal(inspection, Inspect(training, discrete));
        Assert.Equal(isOwnRule, inspection.IsOwnRule);
        Assert.InRange(inspection.Steps, 150, changes.Contains("whole", StringComparison.Ordinal) ? 350 : 150);
        Assert.InRange(inspection.Stretches, 1, 150);
        Assert.True(inspection.ActorGradient > 0 && inspection.CriticGradient > 0 && inspection.Direction.Norm > 0);

        // By default options, a critic that is far off meets negative curvature at once.
        Assert.True(inspection.Direction.Implicit > 0 || !isOwnRule);
        Assert.True(inspection.CriticCurvature.Highest > 0 && inspection.ActorCurvature.Lowest < inspection.ActorCurvature.Highest);
        Assert.NotEqual(inspection, Inspect(training, discrete, new InspectionOptions { BatchSize = 200 }));
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public void An_agents_gap_is_measured_and_it_is_left_as_it_was(string method, bool discrete, string changes, bool isOwnRule)
    {
        using AgentTraining training = Trained(method, discrete, Changes(changes));
        byte[] before = StateArchive.Save(training.Serialize);
        MeasuredGap gap = Measure(training, discrete);
        Assert.Equal(before, StateArchive.Save(training.Serialize));
        string[] expected =
        [
            "plain", .. changes.Contains("discounted", StringComparison.Ordinal) ? [] : new[] { "discounted" },
            .. changes.Contains("residual", StringComparison.Ordinal) ? new[] { "residual" } : [],
            .. changes.Contains("critic=q", StringComparison.Ordinal) ? new[] { "action-value" }
                : changes.Contains("sample", StringComparison.Ordinal) ? new[] { "start-value", "one-step" }
                : ["start-value", "one-step", "as-published"],
        ];
        Assert.Equal(expected, gap.Estimators.Select(x => x.Name));
        Assert.Equal(isOwnRule, gap.IsOwnRule);
        Assert.Equal(gap.Estimators.Select(x => x.Derivative!.Full), Measure(training, discrete).Estimators.Select(x => x.Derivative!.Full));
        if (isOwnRule)
        {
            Assert.Equal(expected.Length, gap.Estimators.Select(x => x.NormSquared).Distinct().Count());
        }

        Assert.All(gap.Estimators, x => Assert.True(double.IsFinite(x.Derivative!.Full.Mean)));
    }

    [Fact]
    public void Directions_point_up_where_a_step_is_an_episode()
    {
        // Rewards of a single step, in the average over states what the policy gradient says; one Gaussian, one softmax.
        foreach (bool discrete in new[] { true, false })
        {
            Func<IEnvironment> task = () => new TimeLimit(discrete ? new DiscreteIdentityTask() : new IdentityTask(), 10);
            using AgentTraining training = SmallTasks.Train("stac", task, episodes: 1, changes: [.. Small, ("discount", "0"), ("steps_per_epoch", "400"), ("damping", "0.1")]);
            Advance(training, 2000);
            var gap = MeasuredGap.Of((EpochAgent)training.Agent, task, new GapOptions { Rollouts = 1500, Batches = 40, FullCosine = true, Step = 0.01 }, new RandomStream(3),
                cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(1, gap.Rollouts.Horizon);
            Assert.All(gap.Estimators, estimator =>
            {
                Assert.True(estimator.Derivative!.Full.Low > 0, $"{estimator.Name} {estimator.Derivative.Full}");
                Assert.True(estimator.FullCosine!.Value.Mean > 0.8, $"{discrete} {estimator.Name} {estimator.FullCosine}");
            });
        }
    }

    [Fact]
    public void The_published_form_is_collinear_with_the_plain_gradient_and_visits_are_weighed_where_asked()
    {
        using AgentTraining training = Trained("stac", discrete: true, ("discount", "0.9"));
        using var gradients = new EpisodeGradients((EpochAgent)training.Agent, SmallTasks.CartPole, steps: null, new RandomStream(1));
        float[][] results = [.. gradients.Names.Select(_ => new float[training.Agent.Policy.Count])];
        gradients.Compute(new RandomStream(2), results);
        double Cosine(string name) => Product(results[0], results[gradients.Names.ToList().IndexOf(name)], normed: true);
        Assert.Equal(1, Math.Abs(Cosine("as-published")), 1e-4);
        Assert.InRange(Cosine("start-value"), -1, 0.9999);

        // What a run that discounts its visits takes for plain is what the other calls discounted.
        using AgentTraining weighing = SmallTasks.Train("stac", SmallTasks.CartPole, episodes: 1, changes: [.. Small, ("discount", "0.9"), ("discounted_visits", "true")]);
        training.Agent.Policy.Values.CopyTo(weighing.Agent.Policy.Values);
        ((EpochAgent)training.Agent).Critic.Values.CopyTo(((EpochAgent)weighing.Agent).Critic.Values);
        using var weighed = new EpisodeGradients((EpochAgent)weighing.Agent, SmallTasks.CartPole, steps: null, new RandomStream(1));
        float[][] others = [.. weighed.Names.Select(_ => new float[training.Agent.Policy.Count])];
        weighed.Compute(new RandomStream(2), others);
        double[] discounted = [.. results[gradients.Names.ToList().IndexOf("discounted")].Select(x => (double)x)];
        Near.Equal(discounted, [.. others[0].Select(x => (double)x)], 1e-4);
        Assert.InRange(Cosine("discounted"), -1, 0.9999);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Eigenvalues_are_those_of_the_costs_that_the_players_descend_along(bool discrete, bool q)
    {
        using AgentTraining training = Trained("ac", discrete, q ? QCritic : []);
        using var batch = new EpochBatch((EpochAgent)training.Agent, Task(discrete), steps: 300);
        batch.Draw(new RandomStream(4), cancellation: TestContext.Current.CancellationToken);
        EpochAgent copy = batch.Copy;
        Action freeze = () => copy.DrawBy(new RandomStream(1), new RandomStream(2));
        foreach (Player player in new[] { Player.Actor, Player.Critic })
        {
            EpochGradient gradient = player == Player.Actor ? copy.Plain : copy.CriticGradient;
            var parameters = player == Player.Actor ? copy.Policy : copy.Critic;
            var curvature = new EpochCurvature(copy.Experience, copy.Game.Of(player), freeze, player == Player.Critic ? copy.DrawValues : null);
            new RandomStream(5).Normal(curvature.Direction);
            float[] direction = curvature.Direction.ToArray();
            curvature.Multiply();
            const float Step = 5e-3f;
            float[] Ahead(float by)
            {
                float[] before = parameters.Values.ToArray();
                for (int i = 0; i < before.Length; i++)
                {
                    parameters.Values[i] += by * direction[i];
                }

                freeze();
                gradient.Compute();
                before.CopyTo(parameters.Values);
                return gradient.Values.ToArray();
            }

            // A bootstrapped target moves with w without being differentiated: its quotient is another matrix.
            float[] up = Ahead(Step), down = Ahead(-Step);
            double[] expected = [.. up.Zip(down, (a, b) => (double)(a - b) / (2 * Step))], actual = [.. curvature.Product.ToArray().Select(x => (double)x)];
            if (q && player == Player.Critic)
            {
                curvature.Multiply();
                Assert.Equal(actual.AsEnumerable(), curvature.Product.ToArray().Select(x => (double)x));
            }
            else
            {
                Assert.True(Distance(expected, actual) < 0.02 * Distance(actual, new double[actual.Length]), $"{player} {Distance(expected, actual)}");
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ends_of_episodes_are_those_of_the_agents_epochs(bool bootstraps)
    {
        Func<IEnvironment> task = () => new TimeLimit(new DiscreteIdentityTask(), 10);
        using AgentTraining training = SmallTasks.Train("ppo", task, episodes: 1, changes: [.. Small, ("bootstrap_at_time_limit", bootstraps ? "true" : "false")]);
        using var batch = new EpochBatch((EpochAgent)training.Agent, task, steps: 40);
        batch.Draw(new RandomStream(4), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(bootstraps ? 0 : 4, batch.Copy.Experience.Steps.Terminated.ToArray().Count(ends => ends == 1));
    }

    [Fact]
    public void A_leader_on_another_game_lends_no_options()
    {
        using AgentTraining surrogate = Trained("blpo", discrete: true), episodes = Trained("stac", discrete: true, ("damping", "8"));
        Assert.Equal(new RuleOptions { Rule = Rule.Stackelberg }, EpochBatch.RuleOf((EpochAgent)surrogate.Agent));
        Assert.Equal(8, EpochBatch.RuleOf((EpochAgent)episodes.Agent).Damping);
    }

    [Fact]
    public void Damping_is_where_the_run_has_it()
    {
        using AgentTraining training = Trained("stac", discrete: true, ("damping", "8"), ("damping_schedule", "exponential"), ("damping_decay_steps", "2"));
        Assert.Equal(8 * Math.Exp(-4 / 2.0), Inspect(training, discrete: true).Direction.Damping, 1e-9);
    }

    [Fact]
    public void What_the_definition_asks_for_and_cannot_be_told_stays_undecided()
    {
        var positive = new ExtremeEigenvalues(0.5, 2, 1e-6, 0.5, 10);
        Assert.Equal(EquilibriumKind.Undecided, EquilibriumVerdict.WithoutResponse(1e-4, 1e-4, positive, 1e-3).Kind);
        Assert.Equal(EquilibriumKind.NotStationary, EquilibriumVerdict.WithoutResponse(1e-2, 1e-4, positive, 1e-3).Kind);
        Assert.Equal(EquilibriumKind.NotMinimal, EquilibriumVerdict.WithoutResponse(1e-4, 1e-4, positive with { Lowest = -0.5 }, 1e-3).Kind);
        Assert.Equal(EquilibriumKind.Degenerate, EquilibriumVerdict.WithoutResponse(1e-4, 1e-4, positive with { NearestToZero = 0 }, 1e-3).Kind);
        using AgentTraining training = Trained("ac", discrete: true);
        Assert.Contains("only the actor leads", Assert.Throws<UserError>(() => Inspect(training, discrete: true, new InspectionOptions { Leader = Player.Critic })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("batch")]
    [InlineData("gradients")]
    [InlineData("rollouts")]
    public void Where_an_environment_is_refused_or_cannot_be_made_none_is_left_behind(string what)
    {
        int made = 0, left = 0;
        Func<IEnvironment> Until(int most, bool discrete) => () => made - left < most ? Made(discrete) : throw new UserError("no more of them");
        IEnvironment Made(bool discrete)
        {
            made++;
            return new Counted(Task(discrete)(), () => left++);
        }

        using AgentTraining training = Trained("ac", discrete: false, [.. QCritic, ("residual", "true")]);
        var agent = (EpochAgent)training.Agent;
        string message = Assert.Throws<UserError>(() => what switch
        {
            "batch" => new EpochBatch(agent, Until(1, discrete: true)),
            "gradients" => new EpisodeGradients(agent, Until(1, discrete: false), steps: null, new RandomStream(1)),
            _ => (IDisposable)new PolicyRollouts(agent.PolicyOn, Until(2, discrete: false), 3),
        }).Message;
        Assert.Contains(what == "batch" ? "is made for" : "no more of them", message, StringComparison.Ordinal);
        Assert.Equal(what == "rollouts" ? 2 : 1, made);
        Assert.Equal(made, left);
    }

    private sealed class Counted(IEnvironment inner, Action leave) : EnvironmentWrapper(inner)
    {
        public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation) => Inner.Step(action, observation);

        protected override void DisposeInner()
        {
            leave();
            base.DisposeInner();
        }
    }

    private static (string, string)[] Changes(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(x => x.Split('=')).Select(x => (x[0], x[1]))];

    private static Func<IEnvironment> Task(bool discrete) => discrete ? SmallTasks.CartPole : SmallTasks.Pendulum;

    private static EpochInspection Inspect(AgentTraining training, bool discrete, InspectionOptions? options = null) =>
        EpochInspection.Of((EpochAgent)training.Agent, Task(discrete), (options ?? new InspectionOptions()) with { Steps = 8 }, new RandomStream(9));

    private static MeasuredGap Measure(AgentTraining training, bool discrete) => MeasuredGap.Of(
        (EpochAgent)training.Agent, Task(discrete), new GapOptions { Rollouts = 20, Batches = 4, Horizon = 20 }, new RandomStream(3));

    private static AgentTraining Trained(string method, bool discrete, params (string, string)[] changes)
    {
        AgentTraining training = SmallTasks.Train(method, Task(discrete), episodes: 1, changes: [.. Small, .. changes]);
        Advance(training, 700);
        return training;
    }

    private static void Advance(AgentTraining training, int steps)
    {
        while (training.Step < steps)
        {
            training.Advance();
        }
    }

    private static double Product(float[] a, float[] b, bool normed)
    {
        double product = a.Zip(b, (x, y) => (double)x * y).Sum();
        return normed ? product / Math.Sqrt(Product(a, a, normed: false) * Product(b, b, normed: false)) : product;
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
}
