using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Benchmarks;

/// <summary>
/// One update of an agent on random transitions of HalfCheetah's sizes, as training does it: batch, noise, both players, targets.
/// </summary>
public sealed class AgentUpdate
{
    private const int ObservationSize = 17, ActionSize = 6, Transitions = 10_000;

    private readonly GameAgent _agent;

    private AgentUpdate(GameAgent agent)
    {
        _agent = agent;
        var random = new RandomStream(2);
        double[] observation = new double[ObservationSize], action = new double[ActionSize], next = new double[ObservationSize];
        for (int i = 0; i < Transitions; i++)
        {
            Fill(observation);
            Fill(action);
            Fill(next);
            agent.Observe(observation, action, [new StepResult(random.Uniform(-1, 1), Terminated: false, Truncated: false)], next);
        }

        agent.Update();

        void Fill(double[] values)
        {
            foreach (ref double x in values.AsSpan())
            {
                x = random.Uniform(-1, 1);
            }
        }
    }

    /// <summary>Float operations of the matrix products of an update of an agent.</summary>
    public static double Flop(GameAgent agent)
    {
        GradientRule<float> rule = agent.Rule;
        return (rule.Options.Rule == Rule.Stackelberg ? rule.Leading.ProductFlop : rule.Critic.ProductFlop + rule.Actor.ProductFlop)
            + (agent.Residual?.ProductFlop ?? 0);
    }

    /// <summary>SAC.</summary>
    public static AgentUpdate Sac(int width, int batchSize, RuleOptions? rule = null) => new(Algorithms.Sac.Agent(
        ObservationSize, ActionSize,
        new SacOptions { HiddenWidth = width, BatchSize = batchSize, UpdateAfter = 2 * Transitions, Gradient = rule ?? new() },
        new RandomStream(1)));

    /// <summary>DDPG: the textbook's, or with a leader that with a current policy in the target.</summary>
    public static AgentUpdate Ddpg(int width, int batchSize, RuleOptions? rule = null) => new(Algorithms.Ddpg.Agent(
        ObservationSize, ActionSize,
        new DdpgOptions
        {
            HiddenWidth = width,
            BatchSize = batchSize,
            UpdateAfter = 2 * Transitions,
            Gradient = rule ?? new(),
            NextAction = rule is null ? NextAction.TargetPolicy : NextAction.CurrentPolicy,
        },
        new RandomStream(1)));

    /// <summary>The actor leading, both directions at one point, all ten steps of a solve.</summary>
    public static RuleOptions ActorLeads(Solver solver) => new()
    {
        Rule = Rule.Stackelberg,
        Leader = Player.Actor,
        Order = UpdateOrder.Simultaneous,
        Solver = solver,
        Curvature = solver == Solver.SampleSpace ? Curvature.GaussNewton : Curvature.Hessian,
        SolverTolerance = 0,
        StopAtNegativeCurvature = false,
        Damping = 4,
    };

    /// <summary>The case of this update.</summary>
    public BenchmarkCase Case(string name) => new(name, Flop(_agent), _agent.Update);

    /// <summary>Where its time goes.</summary>
    public IReadOnlyList<ProfileRow> Profile() =>
        UpdateProfile.Measure(_agent, _agent.Update, ["draw of batch and noise", "critic's step, averaging of targets", "actor's step"]);

    /// <summary>The critic's Hessian product with everything before it, and with another direction.</summary>
    public (CompiledProgram Whole, CompiledProgram Again) Hessian(int batchSize)
    {
        GameBatch batch = _agent.GameOn(batchSize);
        batch.Draw(new RandomStream(3));
        Parameters<float> critic = batch.Game.Critic, direction = critic.Like("direction");
        critic.Values.CopyTo(direction.Values);
        var builder = new ProgramBuilder<float>();
        builder.Output(Derivatives.HessianVectorProduct(batch.Game.CriticCost, critic, direction.Leaves));
        CompiledProgram again = builder.After(direction.Leaves), whole = builder.Build();
        whole.Run();
        return (whole, again);
    }
}
