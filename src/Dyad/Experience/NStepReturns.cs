using Dyad.Core;
using Dyad.Environments;

namespace Dyad.Experience;

/// <summary>
/// Makes transitions of n steps out of those of one environment, for a replay: (s_t, a_t, R, s_{t+m}, d) with
/// R = r_t + gamma r_{t+1} + ... + gamma^(m-1) r_{t+m-1}, after which gamma^m discounts what follows s_{t+m} (Sutton and Barto 2018,
/// eq. 7.1). m is n, and smaller at the end of an episode: the last steps all lead to its final observation, which has a value unless
/// it is terminal. Where the simulator gave up, the last sound observation is taken for that of a cut.
/// <para>No allocation in <see cref="Observe"/>.</para>
/// </summary>
internal sealed class NStepReturns
{
    private readonly int _observationSize;
    private readonly int _actionSize;
    private readonly double[] _powers;

    // A ring of steps whose returns are not complete, the oldest at _first.
    private readonly double[] _observations;
    private readonly double[] _actions;
    private readonly double[] _returns;
    private int _first;
    private int _count;

    /// <summary>No steps yet.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action.</param>
    /// <param name="steps">n, at least 1.</param>
    /// <param name="discount">gamma.</param>
    public NStepReturns(int observationSize, int actionSize, int steps, double discount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        _observationSize = observationSize;
        _actionSize = actionSize;
        _powers = [.. Enumerable.Range(0, steps + 1).Select(k => Math.Pow(discount, k))];
        _observations = new double[steps * observationSize];
        _actions = new double[steps * actionSize];
        _returns = new double[steps];
    }

    /// <summary>Takes in a step of the environment, and gives the replay what is complete with it.</summary>
    /// <param name="observation">s.</param>
    /// <param name="action">a.</param>
    /// <param name="result">Reward, and how the step ended.</param>
    /// <param name="next">s', the final observation where the episode ended.</param>
    /// <param name="replay">Receives transitions.</param>
    public void Observe(
        ReadOnlySpan<double> observation, ReadOnlySpan<double> action, in StepResult result, ReadOnlySpan<double> next, ReplayBuffer replay)
    {
        if (result.Failed)
        {
            // Its own reward and observation are no experience.
            End(observation, terminated: false, replay);
            return;
        }

        int newest = Slot(_count++);
        observation.CopyTo(_observations.AsSpan(newest * _observationSize));
        action.CopyTo(_actions.AsSpan(newest * _actionSize));
        _returns[newest] = 0;
        for (int i = 0; i < _count; i++)
        {
            _returns[Slot(i)] += _powers[_count - 1 - i] * result.Reward;
        }

        if (result.Done)
        {
            End(next, result.Terminated, replay);
        }
        else if (_count == _returns.Length)
        {
            Give(next, terminated: false, replay);
        }
    }

    /// <summary>Saves or loads the steps whose returns are not complete.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Array("n_step/observations", _observations.AsSpan());
        archive.Array("n_step/actions", _actions.AsSpan());
        archive.Array("n_step/returns", _returns.AsSpan());
        archive.Value("n_step/first", ref _first);
        archive.Value("n_step/count", ref _count);
    }

    private int Slot(int i) => (_first + i) % _returns.Length;

    private void End(ReadOnlySpan<double> last, bool terminated, ReplayBuffer replay)
    {
        while (_count > 0)
        {
            Give(last, terminated, replay);
        }
    }

    // The oldest step, which has a reward of itself and of each that came after it.
    private void Give(ReadOnlySpan<double> last, bool terminated, ReplayBuffer replay)
    {
        replay.Add(
            _observations.AsSpan(_first * _observationSize, _observationSize), _actions.AsSpan(_first * _actionSize, _actionSize),
            _returns[_first], last, terminated, _powers[_count]);
        _first = Slot(1);
        _count--;
    }
}
