using System.Numerics;
using Dyad.Autodiff;
using Dyad.Networks;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>The res-critic's part of a game on a batch as a function of its symbols; each of two critics has its own.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Batch">(s, a, r, s', d).</param>
/// <param name="Critic">q.</param>
/// <param name="TargetCritic">qbar.</param>
/// <param name="Residual">w, of psi.</param>
/// <param name="TargetResidual">wbar.</param>
/// <param name="Next">a' and its entropy.</param>
/// <param name="Clip">c, 1 x 1, at least 0.</param>
/// <param name="Discount">gamma.</param>
/// <param name="Reward">Which TD error is the reward.</param>
internal sealed record ResidualGame<T>(
    TransitionInputs<T> Batch, TwinActionValue<T> Critic, TwinActionValue<T> TargetCritic, TwinActionValue<T> Residual,
    TwinActionValue<T> TargetResidual, NextMove<T> Next, Expression<T> Clip, double Discount, ResidualReward Reward)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// delta = r + gamma (1 - d) (qbar(s', a') - alpha log pi(a'|s')) - q(s, a), batch x critics, without derivative; the entropy's
    /// term only where the method has one and the reward takes it in (Wen et al. 2021, appendix C.1 with it, D.2.1 without).
    /// </summary>
    public Expression<T> Errors => Columns(Critic, TargetCritic, Error);

    /// <summary>delta held in [-c, c] (appendix D.2.1), batch x critics, without derivative.</summary>
    public Expression<T> Rewards => Columns(Critic, TargetCritic, Rewarded);

    /// <summary>
    /// J_W(psi) = 1/2 mean (w(s, a) - (residual reward + gamma (1 - d) wbar(s', a')))^2, 1 x 1, the target without derivative
    /// (appendix D.2.1); of two critics the sum.
    /// </summary>
    public Expression<T> Cost
    {
        get
        {
            Expression<T> first = CostOf(Critic.First, TargetCritic.First, Residual.First, TargetResidual.First);
            return Critic.Second is null
                ? first
                : first + CostOf(Critic.Second, TargetCritic.Second!, Residual.Second!, TargetResidual.Second!);
        }
    }

    /// <summary>q(s, a), batch x critics.</summary>
    public Expression<T> CriticValues => Columns(Critic, Critic, (q, _) => q.Value(Batch.Observation, Batch.Action));

    /// <summary>w(s, a), batch x critics.</summary>
    public Expression<T> Values => Columns(Residual, Residual, (w, _) => w.Value(Batch.Observation, Batch.Action));

    private Expression<T> Error(ActionValue<T> critic, ActionValue<T> target)
    {
        Expression<T> value = target.Value(Batch.NextObservation, Next.Action);
        Expression<T>? entropy = Reward == ResidualReward.Correct ? Next.Entropy : null;
        Expression<T> y = Batch.Target(Discount, entropy is null ? value : value + entropy);
        return Stop(y - critic.Value(Batch.Observation, Batch.Action));
    }

    private Expression<T> Rewarded(ActionValue<T> critic, ActionValue<T> target) => ResidualClip.Hold(Error(critic, target), Clip);

    private Expression<T> CostOf(ActionValue<T> critic, ActionValue<T> target, ActionValue<T> residual, ActionValue<T> targetResidual)
    {
        Expression<T> future = Batch.Future(Discount) * targetResidual.Value(Batch.NextObservation, Next.Action);
        return 0.5 * Mean(Square(residual.Value(Batch.Observation, Batch.Action) - Stop(Rewarded(critic, target) + future)));
    }

    private static Expression<T> Columns(TwinActionValue<T> x, TwinActionValue<T> y, Func<ActionValue<T>, ActionValue<T>, Expression<T>> one)
    {
        Expression<T> first = one(x.First, y.First);
        return x.Second is null ? first : Concatenate(first, one(x.Second, y.Second!));
    }
}
