using System.Numerics;

namespace Dyad.Algorithms.Rules;

/// <summary>
/// Who moves when in an update of an off-policy game, as <see cref="UpdateOrder"/> says: in turn, the critic's steps come first and
/// the actor's first step is on the last of their batches; simultaneously, both directions are computed at the same point.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="options">Order, and the follower's steps.</param>
/// <param name="rule">What computes the directions.</param>
/// <param name="draw">Draws the batches of an update.</param>
/// <param name="stepCritic">Moves the critic along its direction.</param>
/// <param name="stepActor">Moves the actor along its direction.</param>
internal sealed class PlayerTurns<T>(RuleOptions options, GradientRule<T> rule, Action draw, Action stepCritic, Action stepActor)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// What a third network does in an update: after the critic's steps and before the actor's direction is computed, or at the
    /// start of a simultaneous update.
    /// </summary>
    public Action Third { get; init; } = () => { };

    /// <summary>An update of both players.</summary>
    /// <param name="criticUpdates">x of Algo-x-y: the critic's steps for one of the actor, times m where it follows.</param>
    public void Play(int criticUpdates)
    {
        int criticSteps = CriticSteps(criticUpdates), actorSteps = options.StepsOf(Player.Actor);
        if (options.Order == UpdateOrder.Simultaneous)
        {
            Together(criticSteps, actorSteps);
            return;
        }

        MoveCritic(criticSteps);
        Third();
        rule.ComputeActor();
        stepActor();
        MoveActor(actorSteps - 1);
    }

    /// <summary>An update without the actor, as where it is delayed.</summary>
    /// <param name="criticUpdates">The critic's steps, times m where it follows.</param>
    public void PlayCritic(int criticUpdates) => MoveCritic(CriticSteps(criticUpdates));

    private int CriticSteps(int criticUpdates) => criticUpdates * options.StepsOf(Player.Critic);

    // The leader moves last, so that further steps of the follower see it where it was.
    private void Together(int criticSteps, int actorSteps)
    {
        Third();
        draw();
        rule.ComputeBoth();
        if (actorSteps == 1)
        {
            stepCritic();
            MoveCritic(criticSteps - 1);
            stepActor();
            return;
        }

        stepActor();
        MoveActor(actorSteps - 1);
        stepCritic();
    }

    private void MoveCritic(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            draw();
            rule.ComputeCritic();
            stepCritic();
        }
    }

    private void MoveActor(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            draw();
            rule.ComputeActor();
            stepActor();
        }
    }
}
