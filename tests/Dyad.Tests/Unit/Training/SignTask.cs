using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Training;

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
