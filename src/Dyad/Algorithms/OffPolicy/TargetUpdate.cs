using Dyad.Autodiff;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>How a target network follows its network.</summary>
public enum TargetUpdate
{
    /// <summary>A moving average: wbar &lt;- wbar + tau (w - wbar) after every update.</summary>
    MovingAverage,

    /// <summary>A copy now and then: wbar &lt;- w after every C-th update.</summary>
    Periodic,
}

/// <summary>Moves target networks.</summary>
internal static class TargetUpdates
{
    /// <summary>Moves a target after an update.</summary>
    /// <param name="update">How.</param>
    /// <param name="target">wbar.</param>
    /// <param name="source">w.</param>
    /// <param name="updates">Updates so far, with this one.</param>
    /// <param name="rate">tau of the moving average.</param>
    /// <param name="period">C of the copies.</param>
    public static void Move(
        this TargetUpdate update, Parameters<float> target, Parameters<float> source, long updates, double rate, int period)
    {
        if (update == TargetUpdate.MovingAverage)
        {
            OptimizerLoops.Average<float>(target.Values, source.Values, rate);
        }
        else if (updates % period == 0)
        {
            source.Values.CopyTo(target.Values);
        }
    }
}
