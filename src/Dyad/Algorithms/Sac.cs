using System.Numerics;
using Dyad.Autodiff;
using Dyad.Networks;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>Options of soft actor-critic.</summary>
public sealed record SacOptions
{
    /// <summary>gamma: discount of the next value, in [0, 1].</summary>
    public double Discount { get; init; } = 0.99;
}

/// <summary>
/// Soft actor-critic (Haarnoja et al. 2018) as a game: the costs of both players, and of the residual critic of Wen et al. 2021.
/// The temperature alpha is an expression, so that it can be a number, an input or a parameter.
/// </summary>
public static class Sac
{
    /// <summary>
    /// L(theta, w) = mean (Q1(s, a) - y)^2 + mean (Q2(s, a) - y)^2 with
    /// y = r + gamma (1 - d) (min(Qbar1, Qbar2)(s', a') - alpha log pi(a'|s')); 1 x 1. Derivatives flow through a' and log pi.
    /// </summary>
    /// <param name="batch">Transitions.</param>
    /// <param name="critic">Q1 and Q2.</param>
    /// <param name="targetCritic">Qbar1 and Qbar2.</param>
    /// <param name="next">a' and log pi(a'|s').</param>
    /// <param name="temperature">alpha, 1 x 1.</param>
    /// <param name="options">Options.</param>
    public static Expression<T> CriticCost<T>(TransitionInputs<T> batch, TwinActionValue<T> critic, TwinActionValue<T> targetCritic,
        SampledAction<T> next, Expression<T> temperature, SacOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> soft = targetCritic.Smaller(batch.NextObservation, next.Action) - (temperature * next.LogProbability);
        Expression<T> y = batch.Target(options.Discount, soft);
        return Mean(Square(critic.First.Value(batch.Observation, batch.Action) - y))
            + Mean(Square(critic.Second.Value(batch.Observation, batch.Action) - y));
    }

    /// <summary>-J(theta, w) = mean (alpha log pi(a|s) - min(Q1, Q2)(s, a)), 1 x 1.</summary>
    public static Expression<T> ActorCost<T>(TransitionInputs<T> batch, TwinActionValue<T> critic, SampledAction<T> current,
        Expression<T> temperature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Mean((temperature * current.LogProbability) - critic.Smaller(batch.Observation, current.Action));

    /// <summary>
    /// Cost of log alpha, mean (-log alpha (log pi(a|s) + target)), 1 x 1; the policy is not differentiated.
    /// </summary>
    /// <param name="logTemperature">log alpha, 1 x 1.</param>
    /// <param name="current">a and log pi(a|s).</param>
    /// <param name="targetEntropy">Usually minus the number of action dimensions.</param>
    public static Expression<T> TemperatureCost<T>(Expression<T> logTemperature, SampledAction<T> current, double targetEntropy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        -(logTemperature * Mean(Stop(current.LogProbability) + targetEntropy));

    /// <summary>
    /// The residual reward clip(r + gamma (1 - d) Qbar(s', a') - Q(s, a), -c, c), batch x 1, without derivative (Wen et al. 2021,
    /// appendix D.2.1 as printed: the entropy of the next action is left out).
    /// </summary>
    public static Expression<T> ResidualReward<T>(TransitionInputs<T> batch, ActionValue<T> critic, ActionValue<T> targetCritic,
        SampledAction<T> next, double clip, SacOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> y = batch.Target(options.Discount, targetCritic.Value(batch.NextObservation, next.Action));
        return Stop(Clamp(y - critic.Value(batch.Observation, batch.Action), -clip, clip));
    }

    /// <summary>
    /// Cost of the residual critic: 1/2 mean (w(s, a) - (residual reward + gamma (1 - d) wbar(s', a')))^2, 1 x 1, the target
    /// without derivative (Wen et al. 2021, appendix D.2.1).
    /// </summary>
    public static Expression<T> ResidualCost<T>(TransitionInputs<T> batch, ActionValue<T> residual, ActionValue<T> targetResidual,
        SampledAction<T> next, Expression<T> residualReward, SacOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> future = options.Discount * (1 - batch.Terminated) * targetResidual.Value(batch.NextObservation, next.Action);
        return 0.5 * Mean(Square(residual.Value(batch.Observation, batch.Action) - Stop(residualReward + future)));
    }

    /// <summary>Actor cost with a corrected critic: mean (alpha log pi - q(s, a) - w(s, a)), 1 x 1 (Wen et al. 2021).</summary>
    public static Expression<T> ResidualActorCost<T>(TransitionInputs<T> batch, ActionValue<T> critic, ActionValue<T> residual,
        SampledAction<T> current, Expression<T> temperature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Mean((temperature * current.LogProbability) - critic.Value(batch.Observation, current.Action)
            - residual.Value(batch.Observation, current.Action));
}
