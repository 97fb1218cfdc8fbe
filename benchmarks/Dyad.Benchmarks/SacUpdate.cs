using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Benchmarks;

/// <summary>
/// One gradient step of soft actor-critic on random data: noise, twin critics towards their targets, actor, temperature,
/// target networks.
/// </summary>
public sealed class SacUpdate
{
    private readonly RandomStream _random = new(1);
    private readonly Parameters<float> _actor = new("actor");
    private readonly Parameters<float> _critic = new("critic");
    private readonly Parameters<float> _target;
    private readonly Parameters<float> _logTemperature = new("log temperature");
    private readonly Input<float> _noise;
    private readonly Input<float> _nextNoise;
    private readonly Adam<float> _actorAdam;
    private readonly Adam<float> _criticAdam;
    private readonly Adam<float> _temperatureAdam;
    private readonly CompiledProgram _criticProgram;
    private readonly CompiledProgram _actorProgram;
    private readonly Output<float> _criticGradient;
    private readonly Output<float> _actorGradient;
    private readonly Output<float> _temperatureGradient;

    /// <summary>A step of 2 x width hidden units on a batch; the sizes are those of HalfCheetah unless said otherwise.</summary>
    public SacUpdate(int width, int batchSize, int observationSize = 17, int actionSize = 6)
    {
        Extent batch = new("batch", batchSize);
        int[] sizes = [observationSize + actionSize, width, width, 1];
        var policyNetwork = new Mlp<float>(_actor, "policy", [observationSize, width, width, 2 * actionSize]);
        var policy = new SquashedGaussianPolicy<float>(policyNetwork);
        var critic = new TwinActionValue<float>(_critic, sizes);
        _target = new Parameters<float>("target");
        var target = new TwinActionValue<float>(_target, sizes);
        policyNetwork.Initialize(_random.Split("actor"));
        foreach (ref float w in _critic.Values)
        {
            w = (float)_random.Uniform(-0.06, 0.06);
        }

        _critic.Values.CopyTo(_target.Values);
        Parameter<float> logTemperature = _logTemperature.Add("value", 1, 1);
        _logTemperature.Values[0] = MathF.Log(0.2f);
        Expression<float> temperature = Operations.Exp<float>(logTemperature);

        var data = new TransitionInputs<float>(batch, observationSize, actionSize);
        foreach (Input<float> input in new[] { data.Observation, data.Action, data.Reward, data.NextObservation })
        {
            foreach (ref float x in input.Values)
            {
                x = (float)_random.Uniform(-1, 1);
            }
        }

        _noise = new Input<float>("noise", batch, actionSize);
        _nextNoise = new Input<float>("next noise", batch, actionSize);
        SampledAction<float> current = policy.Sample(data.Observation, _noise), next = policy.Sample(data.NextObservation, _nextNoise);
        Expression<float> criticCost = Sac.CriticCost(data, critic, target, next, temperature, new SacOptions());
        Expression<float> actorCost = Sac.ActorCost(data, critic, current, temperature);
        Expression<float> temperatureCost = Sac.TemperatureCost(logTemperature, current, -actionSize);

        var criticBuilder = new ProgramBuilder<float>();
        criticBuilder.Output(criticCost);
        _criticGradient = criticBuilder.Output(Derivatives.Gradient(criticCost, _critic));
        _criticProgram = criticBuilder.Build();
        var actorBuilder = new ProgramBuilder<float>();
        actorBuilder.Output(actorCost);
        _actorGradient = actorBuilder.Output(Derivatives.Gradient(actorCost, _actor));
        _temperatureGradient = actorBuilder.Output(Derivatives.Gradient(temperatureCost, _logTemperature));
        _actorProgram = actorBuilder.Build();
        _actorAdam = new Adam<float>(_actor.Count, 1e-3);
        _criticAdam = new Adam<float>(_critic.Count, 1e-3);
        _temperatureAdam = new Adam<float>(1, 1e-3);

        // Gradients against a fixed batch drift; the speed does not depend on the values.
        var direction = _critic.Like("direction");
        _critic.Values.CopyTo(direction.Values);
        var hessian = new ProgramBuilder<float>();
        hessian.Output(Derivatives.HessianVectorProduct(criticCost, _critic, direction.Leaves));
        HessianAgain = hessian.After(direction.Leaves);
        Hessian = hessian.Build();
    }

    /// <summary>Float operations of the step's matrix products.</summary>
    public double Flop => _criticProgram.ProductFlop + _actorProgram.ProductFlop;

    /// <summary>Critic's Hessian product with everything before it.</summary>
    public CompiledProgram Hessian { get; }

    /// <summary>Critic's Hessian product with another direction.</summary>
    public CompiledProgram HessianAgain { get; }

    /// <summary>One step.</summary>
    public void Run()
    {
        _random.Normal(_noise.Values);
        _random.Normal(_nextNoise.Values);
        _criticProgram.Run();
        _criticAdam.Descend(_critic.Values, _criticGradient.Values);
        _actorProgram.Run();
        _actorAdam.Descend(_actor.Values, _actorGradient.Values);
        _temperatureAdam.Descend(_logTemperature.Values, _temperatureGradient.Values);
        OptimizerLoops.Average<float>(_target.Values, _critic.Values, 0.005);
    }
}
