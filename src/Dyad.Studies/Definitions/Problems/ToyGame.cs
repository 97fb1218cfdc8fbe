using Dyad.Autodiff;
using Dyad.Games;
using static Dyad.Autodiff.Operations;

namespace Dyad.Studies.Definitions.Problems;

/// <summary>
/// A one-step decision problem as a game: the actor leads and maximises what the critic predicts, the critic minimises its
/// squared error (Zheng et al. 2021, section 3.2).
/// </summary>
/// <param name="Game">The game; the leader's cost is -J.</param>
/// <param name="Noise">What is random, standard normal; null where nothing is.</param>
internal sealed record ToyGame(Game<double> Game, Input<double>? Noise = null)
{
    /// <summary>
    /// The motivating example: theta is the action, R(theta) = -c theta^2, with c = 1/5 in the paper, Q_w(theta) = w theta;
    /// J = w theta, L = (w theta + c theta^2)^2.
    /// </summary>
    /// <param name="scale">c.</param>
    public static ToyGame Deterministic(double scale = 0.2)
    {
        (Parameters<double> actor, Parameters<double> critic) = (new("actor"), new("critic"));
        Expression<double> theta = actor.Add("theta", 1, 1), w = critic.Add("w", 1, 1);
        return Of(actor, critic, w * theta, -scale * Square(theta), w * theta);
    }

    /// <summary>
    /// The example with entropy: actions a = tanh(mean + deviation noise), J = E[w a - eta log pi(a)],
    /// L = E[(w a + a^2)^2]; the expectations are means over a batch.
    /// </summary>
    /// <param name="samples">Actions in a batch.</param>
    /// <param name="entropyWeight">eta.</param>
    public static ToyGame Squashed(int samples, double entropyWeight)
    {
        (Parameters<double> actor, Parameters<double> critic) = (new("actor"), new("critic"));
        Expression<double> mean = actor.Add("mean", 1, 1), deviation = actor.Add("deviation", 1, 1), w = critic.Add("w", 1, 1);
        var noise = new Input<double>("noise", samples, 1);
        Expression<double> u = mean + (deviation * noise);
        Expression<double> action = Tanh(u);

        // log N(u) - log(1 - tanh(u)^2), with 1 - tanh(u)^2 as 2 (log 2 - u - softplus(-2u)).
        Expression<double> logProbability = (-0.5 * Square(noise)) - Log(deviation) - (0.5 * Math.Log(2 * Math.PI))
            - (2 * (Math.Log(2) - u - Softplus(-2 * u)));
        return Of(actor, critic, w * action, -Square(action), (w * action) - (entropyWeight * logProbability)) with { Noise = noise };
    }

    /// <summary>
    /// A problem whose differential Stackelberg equilibrium is known, (theta, w) = (0, -2): R(theta) = -4 - theta^2/5 + noise,
    /// Q_w(theta) = w phi(theta) with phi = 2 + tanh(theta), so that the follower's curvature 2 phi^2 is never 0. With the best
    /// response w = R/phi the leader's objective is R itself, of second derivative -2/5. The individual gradient w phi' never
    /// vanishes there.
    /// </summary>
    public static ToyGame NoisyReward()
    {
        (Parameters<double> actor, Parameters<double> critic) = (new("actor"), new("critic"));
        Expression<double> theta = actor.Add("theta", 1, 1), w = critic.Add("w", 1, 1);
        var noise = new Input<double>("noise", 1, 1);
        Expression<double> value = w * (2 + Tanh(theta));
        return Of(actor, critic, value, -4 - (0.2 * Square(theta)) + noise, value) with { Noise = noise };
    }

    private static ToyGame Of(
        Parameters<double> actor, Parameters<double> critic, Expression<double> value, Expression<double> reward, Expression<double> objective) =>
        new(new Game<double>(actor, critic, -Mean(objective), Mean(Square(reward - value))));
}
