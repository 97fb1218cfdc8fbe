using Dyad.Core;
using Dyad.Environments;

namespace Dyad.Tests.Unit.Environments;

/// <summary>A task that does in each step what a test says; 10 steps an episode.</summary>
internal sealed class Scripted : IEnvironment
{
    private int _steps;
    private int _inEpisode;

    /// <summary>Called with the steps so far.</summary>
    public Action<int> OnReset { get; init; } = _ => { };

    /// <summary>Called with the step and that of the episode, both counted from 1.</summary>
    public Action<int, int> OnStep { get; init; } = (_, _) => { };

    /// <summary>The reward of a step, counted likewise.</summary>
    public Func<int, int, double> Reward { get; init; } = (_, _) => 0;

    /// <summary>Steps of an episode.</summary>
    public Func<int> Length { get; init; } = () => 10;

    /// <summary>Whether the episode ends with a failure.</summary>
    public Func<bool> Fails { get; init; } = () => false;

    public Space ObservationSpace { get; } = Box.Uniform(1, -1, 1);

    public Space ActionSpace { get; } = Box.Uniform(1, -1, 1);

    public static IEnvironment Sound() => new Scripted();

    public void Reset(Span<double> observation, long? seed = null)
    {
        OnReset(_steps);
        _inEpisode = 0;
        observation[0] = 0.5;
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        _steps++;
        _inEpisode++;
        OnStep(_steps, _inEpisode);
        observation[0] = 0.5;
        bool over = _inEpisode >= Length();
        return new StepResult(Reward(_steps, _inEpisode), Terminated: false, Truncated: over, Failed: over && Fails());
    }

    public void Serialize(StateArchive archive)
    {
        archive.Value("steps", ref _steps);
        archive.Value("in_episode", ref _inEpisode);
    }

    public void Dispose()
    {
    }
}
