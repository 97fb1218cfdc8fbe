using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Benchmarks;

/// <summary>What both Stackelberg updates share: 256 x 256 units, a batch of 100, the actor leading, both directions at one point.</summary>
internal static class StackelbergUpdate
{
    public const int ObservationSize = 17, ActionSize = 6, Width = 256, BatchSize = 100;

    /// <summary>Options under which a solve does all of its ten steps.</summary>
    public static RuleOptions Gradient(Solver solver) => new()
    {
        Rule = Rule.Stackelberg,
        Leader = Player.Actor,
        Order = UpdateOrder.Simultaneous,
        Solver = solver,
        Curvature = solver == Solver.SampleSpace ? Curvature.GaussNewton : Curvature.Hessian,
        SolverTolerance = 0,
        Damping = 4,
    };

    /// <summary>Updates until the curvature is positive along all ten steps of a solve: the work that is counted and measured.</summary>
    public static void WarmUp(GradientRule<float> rule, RuleOptions options, Action run)
    {
        do
        {
            run();
        }
        while (options.Solver == Solver.ConjugateGradient && rule.Leading!.Report.Iterations < options.SolverIterations);
    }

    public static TransitionInputs<float> RandomBatch(RandomStream random)
    {
        var data = new TransitionInputs<float>(new Extent("batch", BatchSize), ObservationSize, ActionSize);
        foreach (Input<float> input in new[] { data.Observation, data.Action, data.Reward, data.NextObservation })
        {
            foreach (ref float x in input.Values)
            {
                x = (float)random.Uniform(-1, 1);
            }
        }

        return data;
    }

    public static Mlp<float> Network(Parameters<float> player, string name, int inputs, int outputs) =>
        new(player, name, [inputs, Width, Width, outputs]);

    // Uniform on what PyTorch's hidden layers start from.
    public static void Draw(RandomStream random, params ReadOnlySpan<Parameters<float>> players)
    {
        foreach (Parameters<float> player in players)
        {
            foreach (ref float w in player.Values)
            {
                w = (float)random.Uniform(-0.0625, 0.0625);
            }
        }
    }
}

/// <summary>One update of STSAC with the actor leading, on random data: everything that <see cref="SacUpdate"/> does, and the solve.</summary>
public sealed class StackelbergSacUpdate
{
    private readonly RandomStream _random = new(1);
    private readonly Parameters<float> _actor = new("actor");
    private readonly Parameters<float> _critic = new("critic");
    private readonly Parameters<float> _target = new("target");
    private readonly Parameters<float> _logTemperature = new("log temperature");
    private readonly Input<float> _noise;
    private readonly Input<float> _nextNoise;
    private readonly Adam<float> _actorAdam;
    private readonly Adam<float> _criticAdam;
    private readonly Adam<float> _temperatureAdam;
    private readonly GradientRule<float> _rule;

    /// <summary>An update with a solver.</summary>
    public StackelbergSacUpdate(Solver solver)
    {
        const int States = StackelbergUpdate.ObservationSize, Actions = StackelbergUpdate.ActionSize;
        var options = new SacOptions { Gradient = StackelbergUpdate.Gradient(solver) };
        var policy = new SquashedGaussianPolicy<float>(StackelbergUpdate.Network(_actor, "policy", States, 2 * Actions));
        ActionValue<float> Value(Parameters<float> player, string name) =>
            new(StackelbergUpdate.Network(player, name, States + Actions, 1));
        TwinActionValue<float> critic = new(Value(_critic, "q1"), Value(_critic, "q2")), target = new(Value(_target, "q1"), Value(_target, "q2"));
        StackelbergUpdate.Draw(_random, _actor, _critic);
        _critic.Values.CopyTo(_target.Values);
        Parameter<float> logTemperature = _logTemperature.Add("value", 1, 1);
        _logTemperature.Values[0] = MathF.Log(0.2f);
        TransitionInputs<float> data = StackelbergUpdate.RandomBatch(_random);
        _noise = new Input<float>("noise", data.Observation.Rows, Actions);
        _nextNoise = new Input<float>("next noise", data.Observation.Rows, Actions);
        SampledAction<float> current = policy.Sample(data.Observation, _noise), next = policy.Sample(data.NextObservation, _nextNoise);
        Expression<float> temperatureGradient = Derivatives.Gradient(Sac.TemperatureCost(logTemperature, current, -Actions), _logTemperature)[0];
        _rule = new GradientRule<float>(
            options.Gradient,
            [Sac.Game(_actor, _critic, data, critic, target, current, next, Operations.Exp<float>(logTemperature), options) with
            {
                ActorMeasures = [temperatureGradient],
            }],
            _random.Split("solver"));
        _actorAdam = new Adam<float>(_actor.Count, 1e-3);
        _criticAdam = new Adam<float>(_critic.Count, 1e-3);
        _temperatureAdam = new Adam<float>(1, 1e-3);
        StackelbergUpdate.WarmUp(_rule, options.Gradient, Run);
    }

    /// <summary>Float operations of the update's matrix products.</summary>
    public double Flop => _rule.Leading!.ProductFlop;

    /// <summary>One update.</summary>
    public void Run()
    {
        _random.Normal(_nextNoise.Values);
        _random.Normal(_noise.Values);
        _rule.ComputeBoth();
        _criticAdam.Descend(_critic.Values, _rule.CriticDirection);
        _actorAdam.Descend(_actor.Values, _rule.ActorDirection);
        _temperatureAdam.Descend(_logTemperature.Values, _rule.ActorMeasure(0));
        OptimizerLoops.Average<float>(_target.Values, _critic.Values, 0.005);
    }
}

/// <summary>One update of STDDPG with the actor leading, on random data.</summary>
public sealed class StackelbergDdpgUpdate
{
    private readonly Parameters<float> _actor = new("actor");
    private readonly Parameters<float> _critic = new("critic");
    private readonly Parameters<float> _target = new("target");
    private readonly Parameters<float> _targetActor = new("target actor");
    private readonly Adam<float> _actorAdam;
    private readonly Adam<float> _criticAdam;
    private readonly GradientRule<float> _rule;

    /// <summary>An update with a solver.</summary>
    public StackelbergDdpgUpdate(Solver solver)
    {
        const int States = StackelbergUpdate.ObservationSize, Actions = StackelbergUpdate.ActionSize;
        var random = new RandomStream(1);
        var options = new DdpgOptions { Gradient = StackelbergUpdate.Gradient(solver) };
        DeterministicPolicy<float> policy = new(StackelbergUpdate.Network(_actor, "policy", States, Actions));
        StackelbergUpdate.Network(_targetActor, "policy", States, Actions);
        ActionValue<float> critic = new(StackelbergUpdate.Network(_critic, "q", States + Actions, 1));
        ActionValue<float> target = new(StackelbergUpdate.Network(_target, "q", States + Actions, 1));
        StackelbergUpdate.Draw(random, _actor, _targetActor, _critic, _target);
        TransitionInputs<float> data = StackelbergUpdate.RandomBatch(random);
        _rule = new GradientRule<float>(options.Gradient, [Ddpg.Game(_actor, _critic, data, critic, target, policy, policy, options)], random.Split("solver"));
        _actorAdam = new Adam<float>(_actor.Count, 1e-3);
        _criticAdam = new Adam<float>(_critic.Count, 1e-3);
        StackelbergUpdate.WarmUp(_rule, options.Gradient, Run);
    }

    /// <summary>Float operations of the update's matrix products.</summary>
    public double Flop => _rule.Leading!.ProductFlop;

    /// <summary>One update.</summary>
    public void Run()
    {
        _rule.ComputeBoth();
        _criticAdam.Descend(_critic.Values, _rule.CriticDirection);
        _actorAdam.Descend(_actor.Values, _rule.ActorDirection);
        OptimizerLoops.Average<float>(_target.Values, _critic.Values, 0.005);
        OptimizerLoops.Average<float>(_targetActor.Values, _actor.Values, 0.005);
    }
}
