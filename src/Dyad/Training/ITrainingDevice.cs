using Dyad.Core;

namespace Dyad.Training;

/// <summary>What computes the updates of many runs at once, beside the processor.</summary>
internal interface ITrainingDevice : IDisposable
{
    /// <summary>Its name, for <c>run.json</c>.</summary>
    string Name { get; }

    /// <summary>Wall time between two checkpoints of a run, of which there are so many: each holds up the others for a moment.</summary>
    TimeSpan CheckpointInterval(int runs);

    /// <summary>Looks whether a learner can compute there.</summary>
    /// <exception cref="UserError">It cannot.</exception>
    void Require(IIterative learner);

    /// <summary>Has a learner compute there.</summary>
    /// <param name="learner">The learner; it has a thread of its own, since it waits for others like it.</param>
    /// <param name="expected">Learners like it, this one among them.</param>
    /// <returns>Its place, which is given back when it is disposed of.</returns>
    /// <exception cref="UserError">It cannot.</exception>
    IDisposable Seat(IIterative learner, int expected);
}
