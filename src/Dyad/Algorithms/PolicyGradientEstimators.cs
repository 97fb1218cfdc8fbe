using System.Numerics;
using Dyad.Autodiff;
using Dyad.Networks;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>
/// Three estimators of the policy gradient grad_theta E_pi[Q(s, a)] from the same samples a = f_theta(s, xi) (lecture on soft
/// actor-critic, section 3). Each answers rows x 1: the value of a row is Q(s, a), and the derivative of a row in the actor's
/// parameters is one sample's estimate, so that <c>-Mean(...)</c> is a cost for an actor. Rows may be weighted, with
/// gamma^t for example, before the mean.
/// <para>
/// All rest on Stein's identity E[grad_a log pi(a|s) phi(s, a) + grad_a phi(s, a)] = 0 for a smooth density, which carries
/// over to theta: E[grad_theta log pi(a|s) phi(s, a)] = E[grad_theta f_theta(s, xi) grad_a phi(s, a)], for phi that are
/// continuous and piecewise smooth in the action. Where phi jumps, the right side misses the jumps.
/// </para>
/// </summary>
public static class PolicyGradientEstimators
{
    /// <summary>
    /// By score function: grad_theta log pi(a|s) Q. Unbiased where E[Q given (s, a)] is the action value, whatever its shape: a
    /// sampled return will do.
    /// </summary>
    /// <param name="sample">a and log pi(a|s).</param>
    /// <param name="value">Q of the samples, rows x 1; it is not differentiated.</param>
    public static Expression<T> ScoreFunction<T>(SampledAction<T> sample, Expression<T> value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Surrogate(value, sample.HeldLogProbability * Stop(value));

    /// <summary>
    /// By reparametrisation: grad_theta f_theta(s, xi) grad_a Q(s, a). Needs Q as a function of the action; with a fitted one
    /// it is the gradient of E[fit], not of E[Q]. With a policy that ignores xi this is the deterministic policy gradient.
    /// </summary>
    /// <param name="sample">a and log pi(a|s).</param>
    /// <param name="value">Q(s, .): rows x actions to rows x 1.</param>
    public static Expression<T> Reparametrized<T>(SampledAction<T> sample, Func<Expression<T>, Expression<T>> value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => value(sample.Action);

    /// <summary>
    /// With Stein's control variate: grad_theta log pi(a|s) (Q - phi(s, a)) + grad_theta f_theta(s, xi) grad_a phi(s, a).
    /// Unbiased for every continuous phi: phi = 0 is the score function, phi = b(s) a baseline, and phi = Q, where Q is
    /// continuous, reparametrisation. The variance is small where phi is close to Q, and may be larger than without where it
    /// is not.
    /// </summary>
    /// <param name="sample">a and log pi(a|s).</param>
    /// <param name="value">Q of the samples, rows x 1; it is not differentiated.</param>
    /// <param name="control">
    /// phi(s, .): rows x actions to rows x 1. Whatever else in it depends on the actor must be stopped: phi is one function,
    /// the same before and after a change of theta.
    /// </param>
    public static Expression<T> Stein<T>(
        SampledAction<T> sample, Expression<T> value, Func<Expression<T>, Expression<T>> control)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> phi = control(sample.Action);
        return Surrogate(value, (sample.HeldLogProbability * Stop(value - phi)) + phi);
    }

    /// <summary>
    /// The first-order Taylor expansion phi(a) = Q(m) + (a - m)' grad_a Q(m) around an action m, as a control variate; nothing
    /// but a is differentiated.
    /// </summary>
    /// <param name="value">Q(s, .): rows x actions to rows x 1, row by row.</param>
    /// <param name="around">m, rows x actions: usually the policy's mean.</param>
    public static Func<Expression<T>, Expression<T>> Taylor<T>(
        Func<Expression<T>, Expression<T>> value, Expression<T> around)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> m = Stop(around);
        Expression<T> at = value(m);
        Expression<T> slope = Stop(Derivatives.PullBack([at], [Broadcast(Number<T>(1), at.Rows, 1)], [m])[0]);
        Expression<T> constant = Stop(at);
        return action => constant + SumColumns(slope * (action - m));
    }
}
