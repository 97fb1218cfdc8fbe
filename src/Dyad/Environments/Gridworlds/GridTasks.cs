namespace Dyad.Environments.Gridworlds;

/// <summary>The grid worlds of the registry, each with its state as a one-hot vector.</summary>
internal static class GridTasks
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<EnvironmentEntry> All { get; } =
    [
        .. FourRoom.Tasks.Select(task => new EnvironmentEntry(
            task.Name,
            task.Description,
            "Wen et al. 2021, figure 4a",
            () => new GridEnvironment(FourRoom.Create(goal: task.Goal), GridObservation.OneHot, task.Name, FourRoom.Map),
            FourRoom.EpisodeLength,
            null)
        {
            Mdp = discount => FourRoom.Create(discount ?? FourRoom.Discount, task.Goal),
        }),
    ];
}
