using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Benchmarks;

/// <summary>One gradient step of textbook DDPG on random data: critic, actor, both target networks.</summary>
public sealed class DdpgUpdate
{
    private readonly Parameters<float> _actor = new("actor");
    private readonly Parameters<float> _critic = new("critic");
    private readonly Parameters<float> _targetActor = new("target actor");
    private readonly Parameters<float> _targetCritic = new("target critic");
    private readonly Adam<float> _actorAdam;
    private readonly Adam<float> _criticAdam;
    private readonly CompiledProgram _criticProgram;
    private readonly CompiledProgram _actorProgram;
    private readonly Output<float> _criticGradient;
    private readonly Output<float> _actorGradient;

    /// <summary>A step of 2 x width hidden units on a batch; the sizes are those of HalfCheetah unless said otherwise.</summary>
    public DdpgUpdate(int width, int batchSize, int observationSize = 17, int actionSize = 6)
    {
        var random = new RandomStream(1);
        int[] policySizes = [observationSize, width, width, actionSize], sizes = [observationSize + actionSize, width, width, 1];
        Mlp<float> policy = Network(_actor, policySizes), targetPolicy = Network(_targetActor, policySizes);
        Mlp<float> q = Network(_critic, sizes), targetQ = Network(_targetCritic, sizes);
        var data = new TransitionInputs<float>(new Extent("batch", batchSize), observationSize, actionSize);
        foreach (Input<float> input in new[] { data.Observation, data.Action, data.Reward, data.NextObservation })
        {
            random.Normal(input.Values);
        }

        Expression<float> criticCost = Ddpg.CriticCost(
            data, new ActionValue<float>(q), new ActionValue<float>(targetQ), new DeterministicPolicy<float>(targetPolicy), new DdpgOptions());
        Expression<float> actorCost = Ddpg.ActorCost(data, new ActionValue<float>(q), new DeterministicPolicy<float>(policy));
        var criticBuilder = new ProgramBuilder<float>();
        criticBuilder.Output(criticCost);
        _criticGradient = criticBuilder.Output(Derivatives.Gradient(criticCost, _critic));
        _criticProgram = criticBuilder.Build();
        var actorBuilder = new ProgramBuilder<float>();
        actorBuilder.Output(actorCost);
        _actorGradient = actorBuilder.Output(Derivatives.Gradient(actorCost, _actor));
        _actorProgram = actorBuilder.Build();
        _actorAdam = new Adam<float>(_actor.Count, 1e-3);
        _criticAdam = new Adam<float>(_critic.Count, 1e-3);

        Mlp<float> Network(Parameters<float> player, int[] layers) => Mlp.Drawn(player, "network", layers, random);
    }

    /// <summary>Float operations of the step's matrix products.</summary>
    public double Flop => _criticProgram.ProductFlop + _actorProgram.ProductFlop;

    /// <summary>One step.</summary>
    public void Run()
    {
        _criticProgram.Run();
        _criticAdam.Descend(_critic.Values, _criticGradient.Values);
        _actorProgram.Run();
        _actorAdam.Descend(_actor.Values, _actorGradient.Values);
        OptimizerLoops.Average<float>(_targetCritic.Values, _critic.Values, 0.005);
        OptimizerLoops.Average<float>(_targetActor.Values, _actor.Values, 0.005);
    }
}
