namespace Dyad.Environments.ToyText;

/// <summary>The toy-text tasks of the registry, each with the finite MDP behind it.</summary>
internal static class ToyTasks
{
    private const string Source = "Gymnasium, toy_text";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<EnvironmentEntry> All { get; } =
    [
        Lake("FrozenLake-v1", FrozenLake.Small, 100, 0.7),
        Lake("FrozenLake8x8-v1", FrozenLake.Large, 200, 0.85),
        Entry("Taxi-v3", "Fetch a passenger and bring them where they want to go, 500 states", Taxi.Create, 200, 8),
        Entry("Taxi-v4", "The same", Taxi.Create, 200, 8),
        Entry("CliffWalking-v1", "Walk along a cliff to its other end, 48 states; no time limit", CliffWalking.Create, null, null, FrozenLake.Scene(CliffWalking.Map)),

        // Nobody can hit for longer than to 22.
        Entry("Blackjack-v1", "Play cards against a dealer from an endless deck, 290 states", Blackjack.Create, 30, null, null, Blackjack.ObservationSize, Blackjack.Shown),
    ];

    private static EnvironmentEntry Lake(string name, IReadOnlyList<string> map, int limit, double threshold) => Entry(
        name, $"Cross slippery ice without falling into a hole, {map.Count} x {map.Count}", () => FrozenLake.Create(map), limit, threshold, FrozenLake.Scene(map));

    private static EnvironmentEntry Entry(
        string name, string description, Func<ToyTable> create, int? limit, double? threshold, string? scene = null, int? size = null, Func<int, IReadOnlyList<int>>? shown = null) =>
        new(name, description, Source, () => new ToyEnvironment(create(), name, scene, size, shown), limit, threshold)
        {
            Mdp = discount => create().ToMdp(discount ?? ToyTable.Discount),

            // With the state that a termination leads to, in which no step begins.
            CreateTable = () => ToyEnvironment.OfTable(create(), name, scene),
        };
}
