using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Benchmarks;

/// <summary>
/// An epoch of the on-policy actor-critic on CartPole-v1: 4,000 environment steps in 8 environments with everything that belongs
/// to them, advantages, m steps of the critic and one of the actor; networks of 64 and 32 units, Adam.
/// </summary>
public sealed class ActorCriticEpoch
{
    private const int Steps = 4000, Environments = 8, Observation = 4, First = 64, Second = 32, Actions = 2;
    private readonly Action _advance;
    private readonly int _criticUpdates;

    /// <summary>An epoch with m steps of the critic.</summary>
    /// <param name="criticUpdates">m.</param>
    /// <param name="form">How the actor leads (STAC); plays no part in the plain method.</param>
    /// <param name="rule">What the leader solves with; null for the plain method.</param>
    public ActorCriticEpoch(int criticUpdates, EpisodeForm form, RuleOptions? rule)
    {
        _criticUpdates = criticUpdates;
        IEnvironment task = EnvironmentRegistry.Create("CartPole-v1");
        var options = new ActorCriticOptions
        {
            Environments = Environments,
            StepsPerEpoch = Steps,
            CriticUpdates = criticUpdates,
            EpisodeForm = form,
            Gradient = rule ?? new RuleOptions(),
        };
        var agent = ActorCritic.Agent(AgentTask.Of(task), options, new RandomStream(1).Split("agent"));

        // Its environments hold nothing that outlives the process.
        _advance = new AgentTraining(agent, () => EnvironmentRegistry.Create("CartPole-v1"), task, evaluationEpisodes: 1, seed: 1).Advance;
    }

    /// <summary>
    /// Float operations of the matrix products that the epoch cannot do without: acting, values, and a gradient, which is the
    /// forward pass, as much again for the weights, and all but the first layer for the layers between. A leader's is that of the
    /// plain epoch.
    /// </summary>
    public double Flop => Steps * (Forward(Actions) + Forward(1) + (_criticUpdates * Gradient(1)) + Gradient(Actions));

    /// <summary>One epoch.</summary>
    public void Run()
    {
        for (int i = 0; i < Steps; i += Environments)
        {
            _advance();
        }
    }

    private static double Forward(int outputs) => 2.0 * ((Observation * First) + (First * Second) + (Second * outputs));

    private static double Gradient(int outputs) => (2 * Forward(outputs)) + (2.0 * ((First * Second) + (Second * outputs)));
}
