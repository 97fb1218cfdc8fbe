using System.Numerics;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Algorithms.Rules;

/// <summary>
/// Turns the costs of an actor and a critic into a direction for each: the individual gradient, or for the leader of a Stackelberg
/// game its total derivative.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GradientRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Without a device on the processor.
    private readonly Action<IGameDevice?> _computeBoth;

    /// <summary>Compiles the directions.</summary>
    /// <param name="options">The rule.</param>
    /// <param name="games">
    /// The costs on each of the batches an update draws (<see cref="RuleOptions.Batches"/>); individual gradients and direct term
    /// use the first.
    /// </param>
    /// <param name="random">Random numbers of the solver.</param>
    /// <exception cref="UserError">The options do not go together, or a network is too large for the exact solver.</exception>
    public GradientRule(RuleOptions options, IReadOnlyList<ActorCriticGame<T>> games, RandomStream random)
    {
        options.Check();
        Options = options;
        ActorCriticGame<T> game = games[0];
        _computeBoth = ComputeEach;
        if (options.Rule == Rule.Individual)
        {
            Actor = new IndividualDirection<T>(game.Of(Player.Actor));
            Critic = new IndividualDirection<T>(game.Of(Player.Critic));
            return;
        }

        bool actorLeads = options.Leader == Player.Actor;
        var follower = new IndividualDirection<T>(game.Of(actorLeads ? Player.Critic : Player.Actor));
        var builder = new ProgramBuilder<T>();
        var measures = new MeasureOutputs<T>(builder, game.Of(options.Leader).Measures);

        // In a simultaneous update the follower's gradient shares the leader's activations.
        IDirection<T> itself = follower;
        Action<IGameDevice?> take = options.Order == UpdateOrder.Simultaneous ? follower.Along(builder) : device => Compute(itself, device);
        var leader = new TotalDirection<T>(builder, options, [.. games.Select(g => g.LedBy(options.Leader))], random, measures);
        Actor = actorLeads ? leader : follower;
        Critic = actorLeads ? follower : leader;
        _computeBoth = device =>
        {
            Compute(leader, device);
            take(device);
        };
    }

    /// <summary>The rule.</summary>
    public RuleOptions Options { get; }

    /// <summary>What the actor descends along.</summary>
    public IDirection<T> Actor { get; }

    /// <summary>What the critic descends along.</summary>
    public IDirection<T> Critic { get; }

    /// <summary>What a player descends along.</summary>
    public IDirection<T> Of(Player player) => player == Player.Actor ? Actor : Critic;

    /// <summary>The leader's direction.</summary>
    /// <exception cref="InvalidOperationException">The rule has no leader.</exception>
    public TotalDirection<T> Leading => Of(Options.Leader) as TotalDirection<T>
        ?? throw new InvalidOperationException("a rule without a leader has no total derivative");

    /// <summary>Computes both directions at the same point.</summary>
    public void ComputeBoth() => _computeBoth(null);

    /// <summary>The same on a device.</summary>
    internal void ComputeBoth(IGameDevice device) => _computeBoth(device);

    /// <summary>The programs of individual gradients.</summary>
    internal IEnumerable<CompiledProgram> Programs => new[] { Actor, Critic }.OfType<IndividualDirection<T>>().Select(direction => direction.Program);

    /// <summary>Records what happened since the last call.</summary>
    public void Measure(IMetrics metrics)
    {
        Critic.Measure(metrics);
        Actor.Measure(metrics);
    }

    /// <summary>Saves or loads what later directions depend on.</summary>
    public void Serialize(StateArchive archive)
    {
        Critic.Serialize(archive);
        Actor.Serialize(archive);
    }

    private void ComputeEach(IGameDevice? device)
    {
        Compute(Critic, device);
        Compute(Actor, device);
    }

    private static void Compute(IDirection<T> direction, IGameDevice? device)
    {
        if (device is null)
        {
            direction.Compute();
        }
        else
        {
            direction.Compute(device);
        }
    }
}
