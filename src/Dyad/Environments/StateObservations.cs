using Dyad.Core;
using Dyad.Environments.Wrappers;

namespace Dyad.Environments;

/// <summary>The states of a finite MDP as a task shows them to agents.</summary>
internal static class StateObservations
{
    /// <summary>The observation of every state.</summary>
    /// <param name="task">The task as agents see it.</param>
    /// <param name="states">States of the MDP.</param>
    /// <returns>states x observation size; zeros for a termination that no step begins in.</returns>
    /// <exception cref="UserError">The task shows no states of an MDP, or a layer of it has other observations, rewards or steps than the MDP.</exception>
    public static double[] Of(IEnvironment task, int states)
    {
        IEnvironment layer = task;
        bool isOneHot = false;
        for (; layer is EnvironmentWrapper wrapper; layer = wrapper.Inner)
        {
            isOneHot |= layer is OneHotObservation;
            if (layer is not (TimeLimit or TerminateAtTimeLimit or GuardedTask or EpisodeStatistics or OneHotObservation))
            {
                throw new UserError($"the task is wrapped in {layer.GetType().Name}, of which its MDP does not know");
            }
        }

        if (layer is not IShowsStates shown || shown.States > states)
        {
            throw new UserError("the task does not show the states of a finite MDP");
        }

        int size = task.ObservationSpace.Size;
        double[] observations = new double[states * size], number = new double[1];
        for (int s = 0; s < shown.States; s++)
        {
            Span<double> row = observations.AsSpan(s * size, size);
            shown.Show(s, isOneHot ? number : row);
            if (isOneHot)
            {
                row[(int)number[0]] = 1;
            }
        }

        return observations;
    }
}
