using Dyad.Environments;
using Dyad.Environments.Wrappers;

namespace Dyad.Training;

/// <summary>A task as neural methods see it.</summary>
public static class TaskPreparation
{
    // From here on the experiments that a preset repeats tell a time limit from a termination.
    private const int LongEpisode = 1000;

    /// <summary>The task with a box of actions rescaled to [-1, 1].</summary>
    /// <param name="task">The task.</param>
    /// <param name="limit">Its time limit, in steps; null for none.</param>
    /// <param name="timeLimitTerminates">Whether a limit below 1,000 steps counts as a termination.</param>
    public static IEnvironment ForAgents(IEnvironment task, int? limit, bool timeLimitTerminates)
    {
        task = task.ActionSpace is Box ? new RescaleAction(task) : task;
        return timeLimitTerminates && limit < LongEpisode ? new TerminateAtTimeLimit(task) : task;
    }
}
