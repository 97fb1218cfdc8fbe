using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Training;

/// <summary>Shows a number that is drawn anew in each step, and pays by it and the action; what learns learns this in seconds.</summary>
internal abstract class DrawnTask(Box observations, Space actions) : IEnvironment
{
    private RandomStream _random = new(0);
    private double _state;
    private int _steps;

    public Space ObservationSpace => observations;

    public Space ActionSpace => actions;

    public void Reset(Span<double> observation, long? seed = null)
    {
        if (seed is long s)
        {
            _random = new RandomStream(s);
        }

        observation[0] = _state = Draw(_random);
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = Answer(action[0], _state, _steps++);
        if (!result.Failed)
        {
            observation[0] = _state = Draw(_random);
        }

        return result;
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

    protected abstract double Draw(RandomStream random);

    /// <summary>What an action brings where a number is shown, after so many steps of all episodes.</summary>
    protected abstract StepResult Answer(double action, double state, int steps);

    protected static StepResult Pay(double reward) => new(reward, Terminated: false, Truncated: false);
}

/// <summary>
/// Asks for the action that equals the observation: reward -(a - s)^2. With a step at which things go wrong, the reward is NaN from
/// there on.
/// </summary>
internal sealed class IdentityTask(int breaksAt = int.MaxValue) : DrawnTask(Box.Uniform(1, -1, 1), Box.Uniform(1, -1, 1))
{
    protected override double Draw(RandomStream random) => random.Uniform(-1, 1);

    protected override StepResult Answer(double action, double state, int steps) =>
        Pay(steps < breaksAt ? -(action - state) * (action - state) : double.NaN);
}

/// <summary>
/// The same for one of three actions: the observation is the number of the action asked for, the reward -(a - s)^2.
/// </summary>
internal sealed class DiscreteIdentityTask(int breaksAt = int.MaxValue) : DrawnTask(Box.Uniform(1, 0, 2), new Discrete(3))
{
    protected override double Draw(RandomStream random) => random.Index(3);

    protected override StepResult Answer(double action, double state, int steps) =>
        Pay(steps < breaksAt ? -(action - state) * (action - state) : double.NaN);
}

/// <summary>
/// Asks for action 1 where the observation is positive and for action 0 elsewhere: reward 1 or 0. Where it fails, it gives up on
/// the episode at every so many steps, with a reward that is no number.
/// </summary>
internal sealed class SignTask(int failsEvery = int.MaxValue) : DrawnTask(Box.Uniform(1, -1, 1), new Discrete(2))
{
    protected override double Draw(RandomStream random) => random.Uniform(-1, 1);

    protected override StepResult Answer(double action, double state, int steps) => (steps + 1) % failsEvery == 0
        ? new StepResult(double.NaN, Terminated: false, Truncated: true, Failed: true)
        : Pay(action == (state > 0 ? 1 : 0) ? 1 : 0);
}
