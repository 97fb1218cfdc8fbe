namespace Dyad.Core;

/// <summary>
/// Receives the measured values of one row. Names are paths such as <c>eval/return</c>; the step and the wall time of the
/// row are added by whoever writes it.
/// </summary>
public interface IMetrics
{
    /// <summary>Adds one value to the row.</summary>
    /// <param name="name">Name of the metric, for example <c>train/critic_loss</c>.</param>
    /// <param name="value">Its value; a value that is not finite is recorded as missing.</param>
    void Record(string name, double value);
}
