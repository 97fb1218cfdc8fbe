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

    /// <summary>E[r_0 + gamma V(s_1)] (Zheng et al. 2021, section 4.2, with the discount that is lost there).</summary>
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
internal static class EpisodeGame
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

        // V^pi(s_0) is G_0 with its derivative in theta as a score function.
        var error = new SquaredError<T>(start, Surrogate(returned, scores));
        return new Game<T>(actor, critic, -Mean(direct), error.Cost)
        {
            LeaderCostInFollower = -Mean(oneStep ? ahead : start),
            FollowerErrors = [error],
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

        // Q^pi(s_0, a_0) is G_0, which depends on theta from the second step on; a_0 itself is drawn by theta.
        Expression<T> later = Scores(batch, logProbability) - (firstScore * batch.OfFirst(batch.DiscountedReturn));
        Expression<T> drawn = 1 + firstScore - Stop(firstScore);
        return new Game<T>(
            actor, critic, -Mean(firstScore * Stop(value)), Mean(drawn * Square(value - Surrogate(returned, later))))
        {
            LeaderCostInFollower = -Mean(value),

            // The factor of a_0 is 1 and moves no curvature.
            FollowerErrors = [new SquaredError<T>(value, Stop(returned))],
        };
    }

    /// <summary>
    /// The game as the code of Zheng et al. 2021 plays it: all steps count alike, J in w is the mean of V over them, and the
    /// coupling is that of the first step alone, 2 (G_0 - V(s_0)), with the mean of A_t log pi(a_t|s_t). The implicit part is then
    /// a multiple of the plain gradient: a change of step length.
    /// </summary>
    /// <param name="actor">theta, which leads.</param>
    /// <param name="critic">w.</param>
    /// <param name="batch">Episodes; the weight is A_t.</param>
    /// <param name="logProbability">log pi(a_t|s_t), steps x 1.</param>
    /// <param name="value">V(s), rows x 1, of observations.</param>
    public static Game<T> AsPublished<T>(Parameters<T> actor, Parameters<T> critic, EpisodeInputs<T> batch,
        Expression<T> logProbability, Func<Expression<T>, Expression<T>> value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> all = value(batch.Observation), cost = ActorCritic.ActorCost(batch, logProbability);
        var error = new SquaredError<T>(all, batch.Return);
        Expression<T> first = GatherRows(batch.Return - all, batch.VeryFirst);
        return new Game<T>(actor, critic, cost, error.Cost)
        {
            LeaderCostInFollower = -Mean(all),
            FollowerErrors = [error],
            Coupling = -2 * cost * first,
        };
    }

    // sum_t log pi(a_t|s_t) gamma^t G_t of every episode, episodes x 1.
    private static Expression<T> Scores<T>(EpisodeInputs<T> batch, Expression<T> logProbability)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        batch.SumOverSteps(batch.DiscountedReturn * logProbability);
}
