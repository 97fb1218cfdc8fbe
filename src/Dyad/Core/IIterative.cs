namespace Dyad.Core;

/// <summary>
/// Something that advances in steps, can be measured between any two of them, and resumes to the bit from its saved state:
/// a learner, a dynamic-programming iteration, a check over many random problems.
/// </summary>
public interface IIterative
{
    /// <summary>Steps done so far; environment steps for whatever learns from samples.</summary>
    long Step { get; }

    /// <summary>Does one update (an episode and its gradient steps, one sweep) and increases <see cref="Step"/>.</summary>
    void Advance();

    /// <summary>Measures the present state into one row, without changing it.</summary>
    void Measure(IMetrics metrics);

    /// <summary>The same, where it may take long and is stopped on request, which leaves the state as it was.</summary>
    /// <exception cref="OperationCanceledException">It was stopped; there is no row.</exception>
    void Measure(IMetrics metrics, CancellationToken cancellation) => Measure(metrics);

    /// <summary>Saves or loads everything that later steps depend on.</summary>
    void Serialize(StateArchive archive);
}
