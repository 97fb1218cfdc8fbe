using Dyad.Numerics;

namespace Dyad.Algorithms.Rules;

/// <summary>An agent's game on a batch of its own.</summary>
/// <param name="Game">Both costs at the agent's parameters of the moment: a program of them sees the agent learn.</param>
/// <param name="Draw">
/// Draws transitions of the agent's replay, and noise where the costs have some, by a stream of the caller's: the agent itself
/// notices nothing.
/// </param>
public sealed record GameOnBatch(ActorCriticGame<float> Game, Action<RandomStream> Draw);

/// <summary>An agent whose actor and critic play a game of two costs, which can be looked at without disturbing it.</summary>
public interface IGameAgent : IAgent
{
    /// <summary>Transitions in a batch of an update.</summary>
    int BatchSize { get; }

    /// <summary>Transitions in the replay, of which a batch is drawn; none at the start.</summary>
    int Transitions { get; }

    /// <summary>What turns the costs into directions.</summary>
    GradientRule<float> Rule { get; }

    /// <summary>States the game on a batch of some size.</summary>
    GameOnBatch GameOn(int batchSize);
}
