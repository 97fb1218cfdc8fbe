using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Algorithms.Rules;

/// <summary>An agent's game on a batch of its own.</summary>
/// <param name="Game">Both costs at the agent's parameters of the moment: a program of them sees the agent learn.</param>
/// <param name="Draw">
/// Draws transitions of the agent's replay, and noise where the costs have some, by a stream of the caller's: the agent itself
/// notices nothing.
/// </param>
public sealed record GameOnBatch(ActorCriticGame<float> Game, Action<RandomStream> Draw)
{
    /// <summary>The game on the same batch without a residual correction; the game itself where there is none.</summary>
    public ActorCriticGame<float> Plain { get; init; } = Game;
}

/// <summary>The policy that an agent explores with in training, at its parameters of the moment.</summary>
/// <param name="Observation">s, rows x observation size.</param>
/// <param name="Noise">Standard normal, rows x action size.</param>
/// <param name="Action">a in [-1, 1], rows x action size.</param>
/// <param name="Entropy">-alpha log pi(a|s), rows x 1; null for a method without entropy.</param>
public sealed record ExploringPolicy(
    Input<float> Observation, Input<float> Noise, Expression<float> Action, Expression<float>? Entropy = null);

/// <summary>An agent whose actor and critic play a game of two costs, which can be looked at without disturbing it.</summary>
public interface IGameAgent : IAgent, IAppendOnlyState
{
    /// <summary>Transitions in a batch of an update.</summary>
    int BatchSize { get; }

    /// <summary>Transitions in the replay, of which a batch is drawn; none at the start.</summary>
    int Transitions { get; }

    /// <summary>gamma.</summary>
    double Discount { get; }

    /// <summary>What turns the costs into directions.</summary>
    GradientRule<float> Rule { get; }

    /// <summary>States the game on a batch of some size.</summary>
    GameOnBatch GameOn(int batchSize);

    /// <summary>States the policy that explores, on some number of observations.</summary>
    ExploringPolicy PolicyOn(int rows);
}
