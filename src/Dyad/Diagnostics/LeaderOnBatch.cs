using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Core;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Diagnostics;

/// <summary>
/// A leader's total derivative in an agent's game, on batches of its own: by the agent's rule where that player leads there, its
/// damping and warm start where they stand; otherwise by a rule with default options. The agent notices nothing.
/// </summary>
internal sealed class LeaderOnBatch
{
    private readonly GameBatch[] _batches;
    private readonly byte[]? _state;

    /// <summary>Compiles the directions.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="leader">Who leads; null for the leader of the agent's own rule, or the actor where it has none.</param>
    /// <param name="batchSize">Transitions in a batch.</param>
    /// <param name="corrected">Whether the actor's cost has the residual correction, where the agent has one.</param>
    /// <param name="solver">Random numbers of the solver.</param>
    public LeaderOnBatch(GameAgent agent, Player? leader, int batchSize, bool corrected, RandomStream solver)
    {
        RuleOptions own = agent.Rule.Options;
        Player player = leader ?? (own.Rule == Rule.Stackelberg ? own.Leader : Player.Actor);
        IsOwnRule = own.Rule == Rule.Stackelberg && own.Leader == player;
        RuleOptions options = IsOwnRule ? own : new RuleOptions { Rule = Rule.Stackelberg, Leader = player };
        _batches = [.. Enumerable.Range(0, options.Batches).Select(_ => agent.GameOn(batchSize))];
        ActorCriticGame<float>[] games = [.. _batches.Select(batch => corrected ? batch.Game : batch.Plain)];
        Directions = new GradientRule<float>(options, games, solver);
        Combined = TotalDirection<float>.Combine(options, [.. games.Select(game => game.LedBy(player))]);
        _state = IsOwnRule ? StateArchive.Save(agent.Rule.Serialize) : null;
    }

    /// <summary>The rule.</summary>
    public GradientRule<float> Directions { get; }

    /// <summary>The game with each factor of the implicit part from its batch, and the rule's curvature.</summary>
    public Game<float> Combined { get; }

    /// <summary>Whether this is the agent's rule.</summary>
    public bool IsOwnRule { get; }

    /// <summary>The first batch, of the direct term.</summary>
    public GameBatch First => _batches[0];

    /// <summary>Draws all batches, and puts damping and warm start back to where the agent has them.</summary>
    public void Draw(RandomStream random)
    {
        foreach (GameBatch batch in _batches)
        {
            batch.Draw(random);
        }

        if (_state is not null)
        {
            StateArchive.Load(_state, Directions.Serialize);
        }
    }
}
