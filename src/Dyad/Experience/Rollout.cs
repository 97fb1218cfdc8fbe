using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Environments;

namespace Dyad.Experience;

/// <summary>
/// The steps of one policy in several environments, in single precision. Once closed, steps lie one environment after the other,
/// in the order of time, as <see cref="AdvantageEstimation"/> reads them.
/// </summary>
public sealed class Rollout
{
    private readonly int _observationSize;
    private readonly int _actionSize;

    // Steps kept of each environment, and how long its running episode is.
    private readonly int[] _counts;
    private readonly int[] _episodeSteps;
    private int _capacity;
    private float[] _observations;
    private float[] _actions;
    private float[] _nextObservations;
    private float[] _rewards;
    private float[] _terminated;
    private int[] _times;
    private bool[] _last;

    /// <summary>An empty rollout.</summary>
    /// <param name="environments">Environments, n.</param>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action.</param>
    /// <param name="steps">Steps of each environment; more are allowed of a single environment, at the price of an allocation.</param>
    public Rollout(int environments, int observationSize, int actionSize, int steps)
    {
        _observationSize = observationSize;
        _actionSize = actionSize;
        _counts = new int[environments];
        _episodeSteps = new int[environments];
        _capacity = steps;
        int rows = environments * steps;
        _observations = new float[rows * observationSize];
        _actions = new float[rows * actionSize];
        _nextObservations = new float[rows * observationSize];
        _rewards = new float[rows];
        _terminated = new float[rows];
        _times = new int[rows];
        _last = new bool[rows];
    }

    /// <summary>Steps of all environments.</summary>
    public int Count
    {
        get
        {
            int sum = 0;
            foreach (int count in _counts)
            {
                sum += count;
            }

            return sum;
        }
    }

    /// <summary>s_t, step by step. This and what follows: of a closed rollout.</summary>
    public ReadOnlySpan<float> Observations => _observations.AsSpan(0, Count * _observationSize);

    /// <summary>a_t.</summary>
    public ReadOnlySpan<float> Actions => _actions.AsSpan(0, Count * _actionSize);

    /// <summary>s_{t+1}: the final observation where the episode ended.</summary>
    public ReadOnlySpan<float> NextObservations => _nextObservations.AsSpan(0, Count * _observationSize);

    /// <summary>r_t.</summary>
    public ReadOnlySpan<float> Rewards => _rewards.AsSpan(0, Count);

    /// <summary>1 where s_{t+1} has no future, else 0.</summary>
    public ReadOnlySpan<float> Terminated => _terminated.AsSpan(0, Count);

    /// <summary>t: how many steps of the episode came before.</summary>
    public ReadOnlySpan<int> Times => _times.AsSpan(0, Count);

    /// <summary>Whether the step is the last of its stretch: the episode ended, or the rollout was closed.</summary>
    public ReadOnlySpan<bool> Last => _last.AsSpan(0, Count);

    /// <summary>
    /// Adds a step. One that the simulator gave up on is left out: its episode then ends with the step before, as if cut there.
    /// </summary>
    /// <param name="environment">Number of the environment.</param>
    /// <param name="observation">s_t.</param>
    /// <param name="action">a_t.</param>
    /// <param name="result">r_t, and how the step ended. Terminated wins over truncated.</param>
    /// <param name="next">s_{t+1}.</param>
    /// <exception cref="InvalidOperationException">The rollout is of several environments, and has all steps of this one.</exception>
    public void Add(int environment, ReadOnlySpan<double> observation, ReadOnlySpan<float> action, in StepResult result,
        ReadOnlySpan<double> next)
    {
        if (result.Failed)
        {
            if (_counts[environment] > 0)
            {
                _last[(environment * _capacity) + _counts[environment] - 1] = true;
            }

            _episodeSteps[environment] = 0;
            return;
        }

        if (_counts[environment] == _capacity)
        {
            Grow();
        }

        int row = (environment * _capacity) + _counts[environment]++;
        TensorPrimitives.ConvertChecked(observation, _observations.AsSpan(row * _observationSize, _observationSize));
        action.CopyTo(_actions.AsSpan(row * _actionSize, _actionSize));
        TensorPrimitives.ConvertChecked(next, _nextObservations.AsSpan(row * _observationSize, _observationSize));
        _rewards[row] = (float)result.Reward;
        _terminated[row] = result.Terminated ? 1 : 0;
        _times[row] = _episodeSteps[environment];
        _last[row] = result.Done;
        _episodeSteps[environment] = result.Done ? 0 : _episodeSteps[environment] + 1;
    }

    /// <summary>Ends every stretch and moves the steps together. Nothing is added until <see cref="Clear"/>.</summary>
    public void Close()
    {
        int end = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            int first = i * _capacity, count = _counts[i];
            if (count == 0)
            {
                continue;
            }

            _last[first + count - 1] = true;
            Move(_observations, first, end, count, _observationSize);
            Move(_actions, first, end, count, _actionSize);
            Move(_nextObservations, first, end, count, _observationSize);
            Move(_rewards, first, end, count, 1);
            Move(_terminated, first, end, count, 1);
            Move(_times, first, end, count, 1);
            Move(_last, first, end, count, 1);
            end += count;
        }
    }

    /// <summary>Forgets the steps; episodes that are running go on.</summary>
    public void Clear() => Array.Clear(_counts);

    /// <summary>Saves or loads the steps of a rollout that is not closed.</summary>
    /// <exception cref="InvalidDataException">The saved steps are of another kind or shape, or more than there is room for.</exception>
    public void Serialize(StateArchive archive)
    {
        archive.Array("rollout/counts", _counts.AsSpan());
        archive.Array("rollout/episode_steps", _episodeSteps.AsSpan());
        while (archive.IsLoading && _counts.Length == 1 && _counts[0] > _capacity)
        {
            Grow();
        }

        for (int i = 0; i < _counts.Length; i++)
        {
            int first = i * _capacity, count = _counts[i];
            if (count < 0 || count > _capacity)
            {
                throw new InvalidDataException($"a rollout of {_capacity} steps cannot hold {count}");
            }

            archive.Array("rollout/observations", _observations.AsSpan(first * _observationSize, count * _observationSize));
            archive.Array("rollout/actions", _actions.AsSpan(first * _actionSize, count * _actionSize));
            archive.Array("rollout/next", _nextObservations.AsSpan(first * _observationSize, count * _observationSize));
            archive.Array("rollout/rewards", _rewards.AsSpan(first, count));
            archive.Array("rollout/terminated", _terminated.AsSpan(first, count));
            archive.Array("rollout/times", _times.AsSpan(first, count));
            archive.Array("rollout/last", _last.AsSpan(first, count));
        }
    }

    private static void Move<T>(T[] values, int from, int to, int count, int size)
    {
        if (from != to)
        {
            Array.Copy(values, from * size, values, to * size, count * size);
        }
    }

    private void Grow()
    {
        if (_counts.Length > 1)
        {
            throw new InvalidOperationException($"a rollout of {_counts.Length} environments holds {_capacity} steps of each");
        }

        _capacity *= 2;
        Array.Resize(ref _observations, _capacity * _observationSize);
        Array.Resize(ref _actions, _capacity * _actionSize);
        Array.Resize(ref _nextObservations, _capacity * _observationSize);
        Array.Resize(ref _rewards, _capacity);
        Array.Resize(ref _terminated, _capacity);
        Array.Resize(ref _times, _capacity);
        Array.Resize(ref _last, _capacity);
    }
}
