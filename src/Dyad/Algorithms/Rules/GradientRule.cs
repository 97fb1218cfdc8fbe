using System.Numerics;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Algorithms.Rules;

/// <summary>
/// Turns the costs of an actor and a critic into directions to descend: the individual gradients, or for the leader of a
/// Stackelberg game its total derivative. The programs are compiled once; a computation leaves its results in place until the
/// next of the same player.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GradientRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Player? _leader;
    private readonly IndividualProgram<T>? _actor;
    private readonly IndividualProgram<T>? _critic;
    private readonly LeaderDirection<T>? _leading;
    private readonly PlayerOutputs<T>? _along;
    private readonly IReadOnlyList<Output<T>> _leaderMeasures = [];

    // Whether the follower's last direction came from the leader's program.
    private bool _together;

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
        ActorCriticGame<T> costs = games[0];
        _leader = options.Rule == Rule.Stackelberg ? options.Leader : null;
        _actor = _leader == Player.Actor ? null : new IndividualProgram<T>(costs.ActorCost, costs.Actor, costs.ActorMeasures);
        _critic = _leader == Player.Critic ? null : new IndividualProgram<T>(costs.CriticCost, costs.Critic, costs.CriticMeasures);
        if (_leader is not Player leader)
        {
            return;
        }

        var builder = new ProgramBuilder<T>();
        _leaderMeasures = [.. (leader == Player.Actor ? costs.ActorMeasures : costs.CriticMeasures).Select(x => builder.Output(x))];

        // In a simultaneous update the follower's gradient shares the leader's activations.
        if (options.Order == UpdateOrder.Simultaneous)
        {
            _along = leader == Player.Actor
                ? new PlayerOutputs<T>(builder, costs.CriticCost, costs.Critic, costs.CriticMeasures)
                : new PlayerOutputs<T>(builder, costs.ActorCost, costs.Actor, costs.ActorMeasures);
        }

        _leading = new LeaderDirection<T>(builder, options, [.. games.Select(g => g.LedBy(leader))], random);
    }

    /// <summary>The rule.</summary>
    public RuleOptions Options { get; }

    /// <summary>-J of the last computation.</summary>
    public T ActorCost => _leader == Player.Actor ? Leading!.Cost : Following(_actor).Cost.Value;

    /// <summary>What the actor descends along.</summary>
    public ReadOnlySpan<T> ActorDirection => _leader == Player.Actor ? Leading!.Total : Following(_actor).Gradient.Values;

    /// <summary>L of the last computation.</summary>
    public T CriticCost => _leader == Player.Critic ? Leading!.Cost : Following(_critic).Cost.Value;

    /// <summary>What the critic descends along.</summary>
    public ReadOnlySpan<T> CriticDirection => _leader == Player.Critic ? Leading!.Total : Following(_critic).Gradient.Values;

    /// <summary>The leader's total derivative with its parts; null under the individual rule.</summary>
    public TotalDerivative<T>? Leading => _leading?.Total;

    /// <summary>One of the game's <see cref="ActorCriticGame{T}.ActorMeasures"/> at the last computation.</summary>
    public ReadOnlySpan<T> ActorMeasure(int index) =>
        (_leader == Player.Actor ? _leaderMeasures : Following(_actor).Measures)[index].Values;

    /// <summary>One of the game's <see cref="ActorCriticGame{T}.CriticMeasures"/> at the last computation.</summary>
    public ReadOnlySpan<T> CriticMeasure(int index) =>
        (_leader == Player.Critic ? _leaderMeasures : Following(_critic).Measures)[index].Values;

    /// <summary>Computes the actor's direction.</summary>
    public void ComputeActor() => Compute(Player.Actor, _actor);

    /// <summary>Computes the critic's direction.</summary>
    public void ComputeCritic() => Compute(Player.Critic, _critic);

    /// <summary>Computes both directions at the same point.</summary>
    public void ComputeBoth()
    {
        if (_along is null)
        {
            ComputeCritic();
            ComputeActor();
            return;
        }

        _leading!.Compute();
        _together = true;
    }

    /// <summary>Records what happened since the last call; nothing under the individual rule.</summary>
    public void Measure(IMetrics metrics) => _leading?.Measure(metrics);

    /// <summary>Saves or loads what later directions depend on; nothing under the individual rule.</summary>
    public void Serialize(StateArchive archive) => _leading?.Serialize(archive);

    private void Compute(Player player, IndividualProgram<T>? individual)
    {
        if (player == _leader)
        {
            _leading!.Compute();
            return;
        }

        individual!.Program.Run();
        _together = false;
    }

    // Under the individual rule both players follow.
    private PlayerOutputs<T> Following(IndividualProgram<T>? individual) => _together ? _along! : individual!.Outputs;
}

/// <summary>A player's cost and gradient, and what is computed along, in a program.</summary>
internal sealed class PlayerOutputs<T>(ProgramBuilder<T> builder, Expression<T> cost, Parameters<T> player, IReadOnlyList<Expression<T>> measures)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Output<T> Cost { get; } = builder.Output(cost);

    public Output<T> Gradient { get; } = builder.Output(Derivatives.Gradient(cost, player));

    public IReadOnlyList<Output<T>> Measures { get; } = [.. measures.Select(x => builder.Output(x))];
}

/// <summary>A player's cost and gradient as a program of their own.</summary>
internal sealed class IndividualProgram<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public IndividualProgram(Expression<T> cost, Parameters<T> player, IReadOnlyList<Expression<T>> measures)
    {
        var builder = new ProgramBuilder<T>();
        Outputs = new PlayerOutputs<T>(builder, cost, player, measures);
        Program = builder.Build();
    }

    public PlayerOutputs<T> Outputs { get; }

    public CompiledProgram Program { get; }
}
