using System.Numerics;

namespace Dyad.Experience;

/// <summary>
/// What followed each step of a rollout, from rewards and estimated values. Steps lie in the order of time, one stretch of an
/// episode after the other. A stretch ends where its episode terminated, where it was truncated, or at the rollout's cut; beyond
/// its end stands the value of its final observation, 0 after a termination, and never the first value of another episode.
/// </summary>
public static class AdvantageEstimation
{
    /// <summary>
    /// Generalised advantage estimation (Schulman et al. 2016, eq. 16): A_t = sum over l of (gamma lambda)^l delta_{t+l} up to the
    /// end of the stretch, with delta_t = r_t + gamma V(s_{t+1}) - V(s_t).
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="rewards">r_t.</param>
    /// <param name="values">V(s_t).</param>
    /// <param name="nextValues">V(s_{t+1}): of the final observation where the stretch ends, and 0 where its episode terminated.</param>
    /// <param name="last">Whether a stretch ends with this step.</param>
    /// <param name="discount">gamma, in [0, 1].</param>
    /// <param name="lambda">lambda, in [0, 1].</param>
    /// <param name="advantages">Receives A_t.</param>
    public static void Advantages<T>(ReadOnlySpan<T> rewards, ReadOnlySpan<T> values, ReadOnlySpan<T> nextValues,
        ReadOnlySpan<bool> last, double discount, double lambda, Span<T> advantages)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T gamma = T.CreateChecked(discount), decay = T.CreateChecked(discount * lambda), advantage = T.Zero;
        for (int t = rewards.Length - 1; t >= 0; t--)
        {
            T delta = rewards[t] + (gamma * nextValues[t]) - values[t];
            advantage = last[t] ? delta : delta + (decay * advantage);
            advantages[t] = advantage;
        }
    }

    /// <summary>Discounted return to go: G_t = r_t + gamma G_{t+1}, at the end of a stretch r_t + gamma V(s_{t+1}).</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="rewards">r_t.</param>
    /// <param name="nextValues">As for <see cref="Advantages"/>; read at the ends of stretches alone.</param>
    /// <param name="last">Whether a stretch ends with this step.</param>
    /// <param name="discount">gamma, in [0, 1].</param>
    /// <param name="returns">Receives G_t.</param>
    public static void Returns<T>(ReadOnlySpan<T> rewards, ReadOnlySpan<T> nextValues, ReadOnlySpan<bool> last, double discount,
        Span<T> returns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T gamma = T.CreateChecked(discount), toGo = T.Zero;
        for (int t = rewards.Length - 1; t >= 0; t--)
        {
            toGo = rewards[t] + (gamma * (last[t] ? nextValues[t] : toGo));
            returns[t] = toGo;
        }
    }
}
