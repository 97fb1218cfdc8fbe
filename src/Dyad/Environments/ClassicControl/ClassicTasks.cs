namespace Dyad.Environments.ClassicControl;

/// <summary>The classic-control tasks of the registry, with gym's limits and thresholds.</summary>
internal static class ClassicTasks
{
    private const string Gym = "Gymnasium, classic control";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<EnvironmentEntry> All { get; } =
    [
        new("CartPole-v0", "Balance a pole on a cart; at most 200 steps", $"Barto, Sutton, Anderson 1983; {Gym}", () => new CartPole("CartPole-v0"), 200, 195),
        new("CartPole-v1", "Balance a pole on a cart; at most 500 steps", $"Barto, Sutton, Anderson 1983; {Gym}", () => new CartPole(), 500, 475),
        new("Pendulum-v0", "Swing a pendulum up and hold it; the angle moves with the unclipped speed", "gym 0.20, classic control", () => new Pendulum(0), 200, null),
        new("Pendulum-v1", "Swing a pendulum up and hold it", Gym, () => new Pendulum(1), 200, null),
        new("Acrobot-v1", "Swing the tip of two links above a line", $"Sutton and Barto 1998, section 11.3; {Gym}", () => new Acrobot(), 500, -100),
        new("MountainCar-v0", "Leave a valley with an engine that is too weak", $"Moore 1990; {Gym}", () => new MountainCar(), 200, -110),
        new("MountainCarContinuous-v0", "The same valley with a continuous force", Gym, () => new MountainCarContinuous(), 999, 90),
    ];
}
