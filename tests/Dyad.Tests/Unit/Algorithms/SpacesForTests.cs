using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>A task with any actions: the observation is two random numbers, the reward what a test says of them and the action.</summary>
internal sealed class AnyActions(Space actions, Func<double[], double[], double>? reward = null, int limit = 10) : IEnvironment
{
    private readonly double[] _state = new double[2];
    private RandomStream _random = new(0);
    private int _steps;

    public Space ObservationSpace { get; } = Box.Uniform(2, -1, 1);

    public Space ActionSpace { get; } = actions;

    public List<double[]> Taken { get; } = [];

    public void Reset(Span<double> observation, long? seed = null)
    {
        _random = seed is long number ? new RandomStream(number) : _random;
        _steps = 0;
        Show(observation);
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        if (ActionSpace is MultiDiscrete several)
        {
            ActionCheck.MultiDiscrete("any", action, several.Counts);
        }
        else
        {
            ActionCheck.Box("any", action, ActionSpace.Size);
        }

        if (_steps == limit)
        {
            throw new InvalidOperationException("the episode is over");
        }

        if (Taken.Count < 100)
        {
            Taken.Add(action.ToArray());
        }

        double value = reward?.Invoke(_state, action.ToArray()) ?? 0;
        Show(observation);
        return new StepResult(value, Terminated: false, Truncated: ++_steps == limit);
    }

    public void Serialize(StateArchive archive)
    {
        archive.Array("state", _state.AsSpan());
        archive.Value("steps", ref _steps);
        _random.Serialize(archive);
    }

    public void Dispose()
    {
    }

    private void Show(Span<double> observation)
    {
        (_state[0], _state[1]) = (_random.Uniform(-1, 1), _random.Uniform(-1, 1));
        _state.CopyTo(observation);
    }
}
