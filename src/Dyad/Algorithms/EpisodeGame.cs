using System.Numerics;
using Dyad.Autodiff;
using Dyad.Games;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>J as a function of a state-value critic that follows.</summary>
public enum LeaderObjective
{
    /// <summary>E[V(s_0)].</summary>
    StartValue,

    /// <summary>E[r_0 + gamma V(s_1)] (Zheng et al. 2021, appendix B, with the discount that is lost there).</summary>
    OneStep,
}

/// <summary>
/// The on-policy actor-critic as a game that the actor leads, from whole episodes (Zheng et al. 2021, section 4.2: STAC). The
/// follower's cost L(theta, w) = E[(critic - return)^2] at the start states depends on theta through the episodes alone, so its
/// mixed derivative is a score-function estimate: theorem 1 for Q, proposition 1 for V. Expectations over episodes:
/// <list type="bullet">
/// <item>Q: with no damping and a table for w, the total derivative is the policy gradient, whatever w is.</item>
/// <item>V with E[V(s_0)] and the policy gradient as direct term: twice the policy gradient, so almost only a longer step.</item>
/// <item>V with E[r_0 + gamma V(s_1)]: the policy gradient where V_w = V^pi.</item>
/// </list>
/// </summary>
public static class EpisodeGame
{
    /// <summary>The game with a state-value critic.</summary>
    /// <param name="actor">theta, which leads.</param>
    /// <param name="critic">w.</param>
    /// <param name="batch">Episodes.</param>
    /// <param name="logProbability">log pi(a_t|s_t), steps x 1.</param>
    /// <param name="value">V(s), rows x 1, of observations.</param>
    /// <param name="objective">J as a function of w.</param>
    /// <param name="discount">gamma.</param>
    public static Game<T> OfStateValue<T>(Parameters<T> actor, Parameters<T> critic, EpisodeInputs<T> batch,
        Expression<T> logProbability, Func<Expression<T>, Expression<T>> value, LeaderObjective objective, double discount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> start = value(batch.OfFirst(batch.Observation)), returned = batch.OfFirst(batch.Return);
        Expression<T> scores = Scores(batch, logProbability);

        // r_0 + gamma (1 - d) V(s_1)
        Expression<T> ahead = batch.OfFirst(batch.Reward)
            + (discount * (1 - batch.OfFirst(batch.Terminated)) * value(batch.OfFirst(batch.NextObservation)));
        bool oneStep = objective == LeaderObjective.OneStep;
        Expression<T> direct = oneStep ? batch.OfFirst(logProbability) * Stop(ahead) : scores;
        return new Game<T>(actor, critic, -Mean(direct), Mean(Square(start - returned)))
        {
            LeaderCostInFollower = -Mean(oneStep ? ahead : start),

            // Proposition 1 with the factor 2 of the workshop version; V^pi(s_0) drops out of the derivative in w.
            Coupling = Mean(2 * (returned - start) * scores),
        };
    }

    /// <summary>The game with an action-value critic.</summary>
    /// <param name="actor">theta, which leads.</param>
    /// <param name="critic">w.</param>
    /// <param name="batch">Episodes.</param>
    /// <param name="logProbability">log pi(a_t|s_t), steps x 1.</param>
    /// <param name="value">Q(s_0, a_0) of the first steps, episodes x 1.</param>
    public static Game<T> OfActionValue<T>(Parameters<T> actor, Parameters<T> critic, EpisodeInputs<T> batch,
        Expression<T> logProbability, Expression<T> value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> returned = batch.OfFirst(batch.Return), firstScore = batch.OfFirst(logProbability);

        // sum over t >= 1 of gamma^t log pi(a_t|s_t) G_t
        Expression<T> later = Scores(batch, logProbability) - (firstScore * returned);
        return new Game<T>(actor, critic, -Mean(firstScore * Stop(value)), Mean(Square(value - returned)))
        {
            LeaderCostInFollower = -Mean(value),

            // Theorem 1 with the factor 2 of the workshop version.
            Coupling = Mean((firstScore * Square(value - returned)) + (2 * (returned - value) * later)),
        };
    }

    // sum_t gamma^t log pi(a_t|s_t) G_t of every episode, episodes x 1.
    private static Expression<T> Scores<T>(EpisodeInputs<T> batch, Expression<T> logProbability)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        batch.SumOverSteps(batch.DiscountedReturn * logProbability);
}
