using System.Numerics;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Networks;

namespace Dyad.Algorithms;

/// <summary>
/// What an off-policy actor-critic method states: its players' networks, their costs on a batch, how it explores and exploits, and
/// what moves beside the players. A <see cref="GameAgent"/> plays it, under any gradient rule and with any correction.
/// </summary>
public interface IActorCritic
{
    /// <summary>Options.</summary>
    GameOptions Options { get; }

    /// <summary>Numbers in an observation.</summary>
    int ObservationSize { get; }

    /// <summary>
    /// Numbers in an action, each in [-1, 1]. Of finitely many actions it is how many there are: an action is then a row of weights, 1 at
    /// the one that was taken, or the probabilities of all.
    /// </summary>
    int ActionSize { get; }

    /// <summary>The task that the method is made for.</summary>
    AgentTask Task => AgentTask.RealActions(ObservationSize, ActionSize);

    /// <summary>theta.</summary>
    Parameters<float> Actor { get; }

    /// <summary>How the outputs of the actor's network become an action; null where no <see cref="PolicyHead"/> tells.</summary>
    PolicyHead? Head => null;

    /// <summary>w.</summary>
    Parameters<float> Critic { get; }

    /// <summary>The target networks, in the order in which they move.</summary>
    IReadOnlyList<TargetNetwork> Targets { get; }

    /// <summary>What descends a cost of its own beside the players.</summary>
    IReadOnlyList<SidePlayer> SidePlayers => [];

    /// <summary>d: updates of the critic for each of the actor.</summary>
    int ActorDelay => 1;

    /// <summary>alpha at this moment; null for a method without entropy.</summary>
    double? EntropyWeight => null;

    /// <summary>The critics that the actor follows: what a correction corrects.</summary>
    TwinActionValue<float> FollowedCritic { get; }

    /// <summary>The target networks of <see cref="FollowedCritic"/>.</summary>
    TwinActionValue<float> FollowedTarget { get; }

    /// <summary>States the game on a batch. It is asked once for each critic that the actor could follow.</summary>
    /// <param name="batch">Transitions.</param>
    /// <param name="noise">Standard normal numbers, drawn anew with the batch and frozen for all that is computed on it.</param>
    /// <param name="followed"><see cref="FollowedCritic"/>, or that with a correction.</param>
    ActorCriticGame<float> Game(TransitionInputs<float> batch, NoiseInputs noise, TwinActionValue<float> followed);

    /// <summary>What follows s' in the critic's target.</summary>
    /// <param name="observation">s', rows x observation size.</param>
    /// <param name="noise">Standard normal, rows x action size.</param>
    NextMove<float> Next(Expression<float> observation, Expression<float> noise);

    /// <summary>How the method acts in training. Of finitely many actions it gives log pi(.|s), by which one is drawn.</summary>
    /// <param name="observation">s, rows x observation size.</param>
    /// <param name="noise">Standard normal, rows x action size.</param>
    NextMove<float> Explore(Expression<float> observation, Expression<float> noise);

    /// <summary>How the method acts otherwise, rows x action size. Of finitely many actions the one with the largest number is taken.</summary>
    /// <param name="observation">s, rows x observation size.</param>
    Expression<float> Exploit(Expression<float> observation);
}

/// <summary>What is done in a state, in training or in a target.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Action">a, batch x actions; pi(.|s) where they are finitely many and the expectation over them is exact.</param>
/// <param name="Entropy">-alpha log pi(a|s) or its expectation, batch x 1; null for a method without entropy.</param>
public readonly record struct NextMove<T>(Expression<T> Action, Expression<T>? Entropy = null)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>When a target network moves.</summary>
public enum TargetMoment
{
    /// <summary>After each step of the critic.</summary>
    AfterCritic,

    /// <summary>At the end of an update in which the actor moved.</summary>
    AfterActor,
}

/// <summary>A network that follows another by a moving average: wbar &lt;- wbar + tau (w - wbar).</summary>
/// <param name="Name">In the agent's state.</param>
/// <param name="Parameters">wbar.</param>
/// <param name="Source">w.</param>
/// <param name="Moment">When it moves.</param>
public sealed record TargetNetwork(string Name, Parameters<float> Parameters, Parameters<float> Source, TargetMoment Moment);

/// <summary>What descends a cost of its own by Adam after each step of the actor, as log alpha does.</summary>
/// <param name="Name">In the agent's state; also the name of the actor's measure that is the gradient.</param>
/// <param name="Parameters">What moves.</param>
/// <param name="LearningRate">Its step length.</param>
public sealed record SidePlayer(string Name, Parameters<float> Parameters, double LearningRate);
