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
    private readonly int _observationSize;
    private readonly int _actionSize;

    // One for each environment; null where a transition is a single step.
    private readonly NStepReturns[]? _returns;

    // 1 + gamma + ... + gamma^(n-1).
    private readonly double _rewardWeight;
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
        (_observationSize, _actionSize) = (observationSize, actionSize);
        _replay = new ReplayBuffer(observationSize, actionSize, options.ReplayCapacity, options.HasDiscounts);
        _returns = !options.HasDiscounts ? null : [.. Enumerable.Range(0, options.Environments)
            .Select(_ => new NStepReturns(observationSize, actionSize, options.NSteps, options.Discount))];
        _rewardWeight = Enumerable.Range(0, options.NSteps).Sum(k => Math.Pow(options.Discount, k));
        Scaler = options.NormalizeObservations ? new ObservationScaler(observationSize) : null;
        Rewards = options.NormalizeRewards ? new RewardScaler(options.Environments, options.Discount, options.NormalizedRewardClip) : null;
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

    /// <summary>Environment steps so far, of all environments.</summary>
    public long Steps => _steps;

    /// <summary>Transitions that can be drawn.</summary>
    public int Count => _replay.Count;

    /// <summary>Keeps a transition of each environment.</summary>
    /// <returns>How many updates are due: with several environments those of each step, after all of them.</returns>
    public int Observe(
        ReadOnlySpan<double> observations, ReadOnlySpan<double> actions, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next)
    {
        long before = Math.Max(_steps, _options.UpdateAfter - 1);
        for (int i = 0; i < results.Length; i++)
        {
            ReadOnlySpan<double> observation = observations.Slice(i * _observationSize, _observationSize);
            Keep(i, observation, actions.Slice(i * _actionSize, _actionSize), results[i], next.Slice(i * _observationSize, _observationSize));
            Scaler?.Update(observation);
            Rewards?.Update(i, results[i]);
        }

        _steps += results.Length;
        long rounds = (_steps / _options.UpdateEvery) - (before / _options.UpdateEvery);
        return _steps > before && _replay.Count > 0 ? (int)rounds * _options.UpdatesPerRound : 0;
    }

    /// <summary>Draws a batch, by the memory's own random numbers or others.</summary>
    public void Sample(TransitionInputs<float> batch, RandomStream? sampling = null)
    {
        _replay.Sample(
            sampling ?? _sampling, batch.Observation.Values, batch.Action.Values, batch.Reward.Values, batch.NextObservation.Values,
            batch.Terminated.Values, batch.Discount is { } discount ? discount.Values : default);
        Scaler?.Apply(batch.Observation.Values);
        Scaler?.Apply(batch.NextObservation.Values);
        Rewards?.Apply(batch.Reward.Values, _rewardWeight);
    }

    /// <summary>Saves or loads all but the rows of the replay.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Value("steps", ref _steps);
        Exploration.Serialize(archive);
        _sampling.Serialize(archive);
        _replay.Serialize(archive);
        foreach (NStepReturns returns in _returns ?? [])
        {
            returns.Serialize(archive);
        }

        Scaler?.Serialize(archive);
        Rewards?.Serialize(archive);
    }

    /// <inheritdoc/>
    public void SaveRows(string folder) => _replay.SaveRows(folder);

    /// <inheritdoc/>
    public void LoadRows(string folder) => _replay.LoadRows(folder);

    private void Keep(int environment, ReadOnlySpan<double> observation, ReadOnlySpan<double> action, in StepResult result, ReadOnlySpan<double> next)
    {
        if (_returns is not null)
        {
            _returns[environment].Observe(observation, action, result, next, _replay);
        }
        else if (!result.Failed)
        {
            // A transition that the simulator gave up on is no experience.
            _replay.Add(observation, action, result.Reward, next, result.Terminated);
        }
    }
}
