using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>Keeps the transitions of an off-policy method, draws batches of them, and says when updates are due.</summary>
internal sealed class ReplayExperience : IAppendOnlyState
{
    private readonly ReplayOptions _options;
    private readonly ReplayBuffer _replay;
    private readonly RandomStream _sampling;
    private long _steps;

    /// <summary>An empty memory.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action.</param>
    /// <param name="options">Replay and schedule.</param>
    /// <param name="stream">The method's random numbers.</param>
    public ReplayExperience(int observationSize, int actionSize, ReplayOptions options, RandomStream stream)
    {
        _options = options;
        _replay = new ReplayBuffer(observationSize, actionSize, options.ReplayCapacity);
        Scaler = options.NormalizeObservations ? new ObservationScaler(observationSize) : null;
        Rewards = options.NormalizeRewards ? new RewardScaler(1, options.Discount, options.NormalizedRewardClip) : null;
        Exploration = stream.Split("exploration");
        _sampling = stream.Split("replay");
    }

    /// <summary>What observations are seen by; null for nothing.</summary>
    public ObservationScaler? Scaler { get; }

    /// <summary>In what unit rewards are learned from; null for the task's. The replay keeps them as they were.</summary>
    public RewardScaler? Rewards { get; }

    /// <summary>Random numbers of the actions in training.</summary>
    public RandomStream Exploration { get; }

    /// <summary>Random numbers of the batches.</summary>
    public RandomStream Sampling => _sampling;

    /// <summary>Environment steps so far.</summary>
    public long Steps => _steps;

    /// <summary>Transitions that can be drawn.</summary>
    public int Count => _replay.Count;

    /// <summary>Keeps a transition.</summary>
    /// <returns>How many updates are due.</returns>
    public int Observe(ReadOnlySpan<double> observation, ReadOnlySpan<double> action, in StepResult result, ReadOnlySpan<double> next)
    {
        // A transition that the simulator gave up on is no experience.
        if (!result.Failed)
        {
            _replay.Add(observation, action, result.Reward, next, result.Terminated);
        }

        Scaler?.Update(observation);
        Rewards?.Update(0, result);
        _steps++;
        return _steps >= _options.UpdateAfter && _steps % _options.UpdateEvery == 0 && _replay.Count > 0 ? _options.UpdatesPerRound : 0;
    }

    /// <summary>Draws a batch, by the memory's own random numbers or others.</summary>
    public void Sample(TransitionInputs<float> batch, RandomStream? sampling = null)
    {
        _replay.Sample(
            sampling ?? _sampling, batch.Observation.Values, batch.Action.Values, batch.Reward.Values, batch.NextObservation.Values, batch.Terminated.Values);
        Scaler?.Apply(batch.Observation.Values);
        Scaler?.Apply(batch.NextObservation.Values);
        Rewards?.Apply(batch.Reward.Values);
    }

    /// <summary>Saves or loads all but the rows of the replay.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Value("steps", ref _steps);
        Exploration.Serialize(archive);
        _sampling.Serialize(archive);
        _replay.Serialize(archive);
        Scaler?.Serialize(archive);
        Rewards?.Serialize(archive);
    }

    /// <inheritdoc/>
    public void SaveRows(string folder) => _replay.SaveRows(folder);

    /// <inheritdoc/>
    public void LoadRows(string folder) => _replay.LoadRows(folder);
}
