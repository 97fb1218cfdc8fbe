using Dyad.Core;

namespace Dyad.Environments.Wrappers;

/// <summary>Counts episodes, their undiscounted returns and lengths.</summary>
public sealed class EpisodeStatistics : EnvironmentWrapper
{
    private long _episodes;
    private double _lastReturn = double.NaN;
    private int _lastLength;
    private double _return;
    private int _length;

    /// <summary>The counts around an environment.</summary>
    public EpisodeStatistics(IEnvironment inner) : base(inner)
    {
    }

    /// <summary>Episodes that ended.</summary>
    public long Episodes => _episodes;

    /// <summary>The sum of rewards of the last episode that ended; NaN before the first.</summary>
    public double LastReturn => _lastReturn;

    /// <summary>Steps of the last episode that ended; 0 before the first.</summary>
    public int LastLength => _lastLength;

    /// <inheritdoc/>
    public override void Reset(Span<double> observation, long? seed = null)
    {
        Inner.Reset(observation, seed);
        (_return, _length) = (0, 0);
    }

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        StepResult result = Inner.Step(action, observation);
        _return += result.Reward;
        _length++;
        if (result.Done)
        {
            _episodes++;
            (_lastReturn, _lastLength) = (_return, _length);
        }

        return result;
    }

    /// <inheritdoc/>
    public override void Serialize(StateArchive archive)
    {
        archive.Value("episodes", ref _episodes);
        archive.Value("last_return", ref _lastReturn);
        archive.Value("last_length", ref _lastLength);
        archive.Value("return", ref _return);
        archive.Value("length", ref _length);
        Inner.Serialize(archive);
    }
}
