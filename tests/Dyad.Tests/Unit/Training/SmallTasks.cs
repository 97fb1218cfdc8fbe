using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>
/// Asks for the action that equals the observation: reward -(a - s)^2. Whatever learns learns this in seconds. With a step at
/// which things go wrong, the reward is NaN from there on.
/// </summary>
internal sealed class IdentityTask(int breaksAt = int.MaxValue) : IEnvironment
{
    private RandomStream _random = new(0);
    private double _state;
    private int _steps;

    public Space ObservationSpace { get; } = Box.Uniform(1, -1, 1);

    public Space ActionSpace { get; } = Box.Uniform(1, -1, 1);

    public void Reset(Span<double> observation, long? seed = null)
    {
        if (seed is long s)
        {
            _random = new RandomStream(s);
        }

        observation[0] = _state = _random.Uniform(-1, 1);
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double reward = _steps++ < breaksAt ? -(action[0] - _state) * (action[0] - _state) : double.NaN;
        observation[0] = _state = _random.Uniform(-1, 1);
        return new StepResult(reward, Terminated: false, Truncated: false);
    }

    public void Serialize(StateArchive archive)
    {
        archive.Value("state", ref _state);
        archive.Value("steps", ref _steps);
        _random.Serialize(archive);
    }

    public void Dispose()
    {
    }
}

/// <summary>
/// Asks for action 1 where the observation is positive and for action 0 elsewhere: reward 1 or 0. Where it fails, it gives up on
/// the episode at every so many steps, with a reward that is no number.
/// </summary>
internal sealed class SignTask(int failsEvery = int.MaxValue) : IEnvironment
{
    private RandomStream _random = new(0);
    private double _state;
    private int _steps;

    public Space ObservationSpace { get; } = Box.Uniform(1, -1, 1);

    public Space ActionSpace { get; } = new Discrete(2);

    public void Reset(Span<double> observation, long? seed = null)
    {
        if (seed is long s)
        {
            _random = new RandomStream(s);
        }

        observation[0] = _state = _random.Uniform(-1, 1);
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        if (++_steps % failsEvery == 0)
        {
            return new StepResult(double.NaN, Terminated: false, Truncated: true, Failed: true);
        }

        double reward = action[0] == (_state > 0 ? 1 : 0) ? 1 : 0;
        observation[0] = _state = _random.Uniform(-1, 1);
        return new StepResult(reward, Terminated: false, Truncated: false);
    }

    public void Serialize(StateArchive archive)
    {
        archive.Value("state", ref _state);
        archive.Value("steps", ref _steps);
        _random.Serialize(archive);
    }

    public void Dispose()
    {
    }
}

/// <summary>Training runs of small networks.</summary>
internal static class SmallTasks
{
    public static readonly string[] Methods = ["sac", "ddpg"];

    public static readonly (string, string)[] Small =
    [
        ("hidden_width", "32"), ("batch_size", "64"), ("actor_learning_rate", "1e-3"), ("critic_learning_rate", "1e-3"),
        ("random_steps", "200"), ("update_after", "200"), ("replay_capacity", "20000"),
    ];

    public static IEnvironment Identity() => new TimeLimit(new IdentityTask(), 10);

    public static IEnvironment Pendulum() => new RescaleAction(EnvironmentRegistry.Create("Pendulum-v1"));

    public static AgentTraining Train(
        string method, Func<IEnvironment> task, int seed = 0, int episodes = 5, params (string, string)[] changes)
    {
        IEnvironment environment = task();
        IAgent agent = Method.Find(AgentMethods.All, method)!.With(changes).Create(
            AgentTask.Of(environment), new RandomStream(seed).Split("agent"));
        environment.Dispose();
        return new AgentTraining(agent, task, task(), episodes, seed);
    }
}
