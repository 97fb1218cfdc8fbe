using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Dyad.Autodiff;
using Dyad.Games;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>How the critic's cost depends on an actor that leads on PPO's surrogate (<see cref="SurrogateGame"/>).</summary>
public enum SurrogateCoupling
{
    /// <summary>Through the returns that the critic regresses on, as in proposition 1 of Zheng et al. 2021 from every visited state.</summary>
    Returns,

    /// <summary>Through the returns and through which states are visited.</summary>
    ReturnsAndVisits,

    /// <summary>As the code of Prakash et al. 2025 has it, with the opposite sign and means over the steps before.</summary>
    AsPublished,
}

/// <summary>J as a function of the critic where an actor leads on PPO's surrogate (<see cref="SurrogateGame"/>).</summary>
public enum SurrogateValue
{
    /// <summary>The surrogate with A_t + V(s_t), the lambda-return: the baseline is no part of J.</summary>
    Return,

    /// <summary>The surrogate with A_t, baseline and all (Prakash et al. 2025).</summary>
    Advantage,
}

/// <summary>What a game on PPO's surrogate is made of.</summary>
public sealed record SurrogateOptions
{
    /// <summary>How the critic's cost depends on the actor.</summary>
    public SurrogateCoupling Coupling { get; init; } = SurrogateCoupling.Returns;

    /// <summary>J as a function of the critic.</summary>
    public SurrogateValue LeaderValue { get; init; } = SurrogateValue.Return;

    /// <summary>How far a ratio of probabilities may be from 1 and still couple the players.</summary>
    [Range(1e-6, 1e6)]
    public double CouplingClip { get; init; } = 0.2;
}

/// <summary>
/// PPO as a game that the actor leads, on steps that an older policy drew. With rho_t = pi(a_t|s_t) / pi_old(a_t|s_t) and
/// S_t(c) = min(rho_t A_t, clip(rho_t, 1 - c, 1 + c) A_t), the players' costs are f1 = -mean S_t (Schulman et al. 2017, eq. 7) and
/// f2 = E[(V(s) - E_pi[G|s])^2] over the states that pi visits, G the lambda-return. f2 depends on theta in two ways, each a
/// score-function estimate as in proposition 1 of Zheng et al. 2021, which has the start states alone:
/// <list type="bullet">
/// <item>
/// the returns: with per-decision weights, G_t(theta) = V(s_t) + sum over l of (gamma lambda)^l rho_t .. rho_{t+l} delta_{t+l}, whose
/// derivative at ratio 1 is sum over l of (gamma lambda)^l A_{t+l} grad log pi(a_{t+l}|s_{t+l}); it is carried by
/// sum over l of (gamma lambda)^l S_{t+l}, which away from ratio 1 drops the other steps' ratios, as the surrogate itself does;
/// </item>
/// <item>
/// the visits: s_t is seen with the weight rho_0 .. rho_{t-1}, whose derivative at ratio 1 is the sum of the scores before t. Its part
/// of the mixed derivative vanishes in expectation where V is right.
/// </item>
/// </list>
/// </summary>
internal static class SurrogateGame
{
    /// <summary>The game.</summary>
    /// <param name="actor">theta, which leads.</param>
    /// <param name="critic">w.</param>
    /// <param name="batch">Steps of one environment.</param>
    /// <param name="cost">f1, 1 x 1, of which derivatives in theta alone are taken.</param>
    /// <param name="logProbability">log pi(a_t|s_t), steps x 1.</param>
    /// <param name="value">V(s_t), steps x 1.</param>
    /// <param name="advantage">A_t as a function of w, steps x 1 (<see cref="SegmentInputs{T}.Advantages"/>).</param>
    /// <param name="unit">What f1 has divided A_t by, 1 x 1.</param>
    /// <param name="clip">epsilon of the surrogate, 1 x 1.</param>
    /// <param name="trace">gamma lambda.</param>
    /// <param name="options">Coupling, and J as a function of w.</param>
    public static Game<T> Of<T>(Parameters<T> actor, Parameters<T> critic, SegmentInputs<T> batch, Expression<T> cost, Expression<T> logProbability,
        Expression<T> value, Expression<T> advantage, Expression<T> unit, Expression<T> clip, double trace, SurrogateOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> ratio = Exp(logProbability - batch.OldLogProbability), couplingClip = Number<T>(options.CouplingClip);

        // V(s_t) is the baseline: with it A_t + V(s_t) is the lambda-return, without it its derivative is in A_t.
        Expression<T> seen = options.LeaderValue == SurrogateValue.Return ? advantage + value - Stop(value) : advantage;
        Expression<T> scores = SumOfFollowing(Ppo.Surrogate(ratio, batch.Advantage, couplingClip), batch.Continues, trace);
        bool published = options.Coupling == SurrogateCoupling.AsPublished;
        var error = new SquaredError<T>(value, published ? batch.Return : Surrogate(batch.Return, scores));
        return new Game<T>(actor, critic, cost, error.Cost)
        {
            LeaderCostInFollower = -Mean(Ppo.Surrogate(ratio, seen, clip)) / unit,
            FollowerErrors = [error],
            Coupling = options.Coupling switch
            {
                SurrogateCoupling.AsPublished => Published(batch, Ppo.Surrogate(ratio, advantage, couplingClip), value),
                SurrogateCoupling.ReturnsAndVisits => Mean(Visited(batch, logProbability) * Square(value - error.Target)),
                _ => error.Cost,
            },
        };
    }

    // -2 mean of (G_t - V(s_t)) L_t, L_t the mean of the clipped surrogate over the rows up to t, V and L both functions of w.
    private static Expression<T> Published<T>(SegmentInputs<T> batch, Expression<T> surrogate, Expression<T> value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        -2 * Mean((batch.Return - value) * (SumOfPreceding(surrogate, batch.One) * batch.PerRow));

    // 1, with the derivative of the log probability of the actions before: steps x 1.
    private static Expression<T> Visited<T>(SegmentInputs<T> batch, Expression<T> logProbability)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> before = SumOfPreceding(logProbability, batch.Continues) - logProbability;
        return 1 + before - Stop(before);
    }
}
