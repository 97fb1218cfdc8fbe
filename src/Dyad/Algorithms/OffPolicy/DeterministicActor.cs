using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>Which policy chooses the next action in the critic's target.</summary>
public enum NextAction
{
    /// <summary>The target policy, as in the textbook; then the critic's cost does not depend on the actor.</summary>
    TargetPolicy,

    /// <summary>
    /// The current policy, as in the experiments of Zheng et al. 2021: the critic's cost depends on the actor, which their
    /// leader-follower versions need, and this is the plain method that matches those.
    /// </summary>
    CurrentPolicy,
}

/// <summary>The actor of DDPG and TD3: a = tanh of a network, with Gaussian noise in training, and its target network.</summary>
internal sealed class DeterministicActor
{
    private readonly double _noise;

    /// <summary>Untrained networks; the target starts as a copy because it is drawn from the same stream.</summary>
    /// <param name="actor">theta, which gets the network.</param>
    /// <param name="sizes">Observation size, hidden layers, action size.</param>
    /// <param name="next">Which policy stands in the critic's target.</param>
    /// <param name="noise">Standard deviation of the noise in training.</param>
    /// <param name="stream">The agent's random numbers.</param>
    public DeterministicActor(Parameters<float> actor, int[] sizes, NextAction next, double noise, RandomStream stream)
    {
        _noise = noise;
        var target = new Parameters<float>("target actor");
        Policy = new DeterministicPolicy<float>(Mlp.Drawn(actor, "policy", sizes, stream.Split("actor")));
        var targetPolicy = new DeterministicPolicy<float>(Mlp.Drawn(target, "policy", sizes, stream.Split("actor")));
        NextPolicy = next == NextAction.TargetPolicy ? targetPolicy : Policy;
        Target = new TargetNetwork("target_actor", target, actor, TargetMoment.AfterActor);
    }

    /// <summary>pi, of theta.</summary>
    public DeterministicPolicy<float> Policy { get; }

    /// <summary>pi': the target policy, or pi itself.</summary>
    public DeterministicPolicy<float> NextPolicy { get; }

    /// <summary>thetabar.</summary>
    public TargetNetwork Target { get; }

    /// <summary>clip(pi(s) + sigma noise, -1, 1).</summary>
    public NextMove<float> Explore(Expression<float> observation, Expression<float> noise) =>
        new(Clamp(Policy.Action(observation) + (_noise * noise), -1, 1));
}
