using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>The last states that episodes began in, of which samples of the start distribution mu_0 are drawn.</summary>
internal sealed class StartStates
{
    private const int Capacity = 4096;

    private readonly int _size;
    private readonly bool[] _isRunning;
    private readonly float[] _states;
    private long _added;

    /// <summary>None yet.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="environments">Environments in which episodes run.</param>
    public StartStates(int observationSize, int environments)
    {
        _size = observationSize;
        _isRunning = new bool[environments];
        _states = new float[Capacity * observationSize];
    }

    /// <summary>Keeps the state of a step where an episode begins with it.</summary>
    /// <param name="environment">Number of the environment.</param>
    /// <param name="observation">s.</param>
    /// <param name="done">Whether the episode ends with the step.</param>
    public void Observe(int environment, ReadOnlySpan<double> observation, bool done)
    {
        if (!_isRunning[environment])
        {
            TensorPrimitives.ConvertChecked(observation, _states.AsSpan((int)(_added++ % Capacity) * _size, _size));
        }

        _isRunning[environment] = !done;
    }

    /// <summary>Draws states uniformly, with replacement, one a row.</summary>
    public void Sample(RandomStream random, Span<float> observations)
    {
        int count = (int)Math.Min(_added, Capacity);
        for (int at = 0; at < observations.Length; at += _size)
        {
            _states.AsSpan(random.Index(count) * _size, _size).CopyTo(observations[at..]);
        }
    }

    /// <summary>Saves or loads the states.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Array("starts", _states.AsSpan());
        archive.Value("starts_added", ref _added);
        archive.Array("starts_running", _isRunning.AsSpan());
    }
}
