using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;

namespace Dyad.Diagnostics;

/// <summary>Where rollouts start.</summary>
public enum StartDistribution
{
    /// <summary>Where episodes start: after a reset.</summary>
    Start,

    /// <summary>
    /// States that the policy visits: after a number of its steps that is uniform below the time limit (1,000 where there is
    /// none), a new episode beginning where one ends; one state for each such walk, so that they are independent.
    /// </summary>
    Visited,
}

/// <summary>A state that rollouts start from.</summary>
/// <param name="Snapshot">The environment's saved state, its random stream included.</param>
/// <param name="Observation">What it looks like.</param>
internal sealed record StartState(byte[] Snapshot, double[] Observation);

/// <summary>J of a policy: the sum over t = 0 .. horizon - 1 of gamma^t (r_t - alpha log pi(a_t|s_t)).</summary>
/// <param name="Horizon">Steps.</param>
/// <param name="Discount">gamma.</param>
/// <param name="Entropy">Whether the entropy's term counts, for a policy that has one.</param>
public readonly record struct RolloutObjective(int Horizon, double Discount, bool Entropy);

/// <summary>
/// Plays a policy from given states with given noise, many rollouts side by side. The same states, noise and parameters give the
/// same returns, whatever was played before: rollouts of two policies that share states and noise have common random numbers.
/// <para>
/// A rollout ends at the horizon, at a termination, or where the simulator gives up. The time limit of a task does not end it,
/// as it is no termination: its clock starts anew.
/// </para>
/// </summary>
internal sealed class PolicyRollouts : IDisposable
{
    private const int WalkWithoutLimit = 1000;

    private readonly ExploringPolicy _policy;
    private readonly IEnvironment[] _environments;
    private readonly TimeLimit?[] _limits;
    private readonly CompiledProgram _program;
    private readonly Output<float> _actions;
    private readonly Output<float>? _entropies;
    private readonly int _observationSize;
    private readonly int _actionSize;
    private readonly double[] _observations;
    private readonly double[] _action;
    private readonly RandomStream[] _noise;
    private readonly bool[] _running;

    /// <summary>Compiles the policy and makes the environments.</summary>
    /// <param name="policyOn">States the policy on some number of observations.</param>
    /// <param name="create">Makes an environment with actions in [-1, 1].</param>
    /// <param name="rows">Rollouts side by side.</param>
    public PolicyRollouts(Func<int, ExploringPolicy> policyOn, Func<IEnvironment> create, int rows)
    {
        _policy = policyOn(rows);
        var builder = new ProgramBuilder<float>();
        _actions = builder.Output(_policy.Move.Action);
        _entropies = _policy.Move.Entropy is null ? null : builder.Output(_policy.Move.Entropy);
        _program = builder.Build();
        _environments = new IEnvironment[rows];
        try
        {
            for (int i = 0; i < rows; i++)
            {
                _environments[i] = create();
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        _limits = [.. _environments.Select(EnvironmentWrapper.Find<TimeLimit>)];
        _observationSize = _policy.Observation.Columns.Count;
        _actionSize = _policy.Noise.Columns.Count;
        _observations = new double[rows * _observationSize];
        _action = new double[_actionSize];
        _noise = new RandomStream[rows];
        _running = new bool[rows];
    }

    /// <summary>Stops whatever is played, between two steps.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Whether the policy has an entropy's term.</summary>
    public bool HasEntropy => _entropies is not null;

    /// <summary>Rollouts so far in which the simulator gave up; they count as they stood.</summary>
    public long Failures { get; private set; }

    /// <summary>Draws independent start states.</summary>
    /// <param name="distribution">Where rollouts start; visited states are those of the present policy.</param>
    /// <param name="count">How many.</param>
    /// <param name="random">Draws them; state i depends on its seed and i alone.</param>
    public StartState[] Starts(StartDistribution distribution, int count, RandomStream random)
    {
        var starts = new StartState[count];
        int[] left = new int[_environments.Length];
        for (int first = 0; first < count; first += _environments.Length)
        {
            int rows = Math.Min(_environments.Length, count - first);
            for (int i = 0; i < rows; i++)
            {
                RandomStream stream = random.Split($"start-{first + i}");
                _environments[i].Reset(Row(i), (long)stream.Split("environment").NextBits());
                left[i] = distribution == StartDistribution.Visited ? stream.Split("steps").Index(_limits[i]?.Limit ?? WalkWithoutLimit) : 0;
                _noise[i] = stream.Split("noise");
                _running[i] = left[i] > 0;
            }

            while (Choose(rows))
            {
                for (int i = 0; i < rows; i++)
                {
                    if (_running[i])
                    {
                        if (Step(i).Done)
                        {
                            _environments[i].Reset(Row(i));
                        }

                        _running[i] = --left[i] > 0;
                    }
                }
            }

            for (int i = 0; i < rows; i++)
            {
                _limits[i]?.Restart();
                starts[first + i] = new StartState(StateArchive.Save(_environments[i].Serialize), Row(i).ToArray());
            }
        }

        return starts;
    }

    /// <summary>Plays a rollout from each of the states.</summary>
    /// <param name="starts">The states.</param>
    /// <param name="objective">What is summed.</param>
    /// <param name="noise">Noise of the actions; that of rollout i depends on its seed and i alone.</param>
    /// <param name="returns">Receives the sum of each rollout.</param>
    public void Play(IReadOnlyList<StartState> starts, RolloutObjective objective, RandomStream noise, Span<double> returns)
    {
        returns.Clear();
        for (int first = 0; first < starts.Count; first += _environments.Length)
        {
            int rows = Math.Min(_environments.Length, starts.Count - first);
            for (int i = 0; i < rows; i++)
            {
                StateArchive.Load(starts[first + i].Snapshot, _environments[i].Serialize);
                starts[first + i].Observation.CopyTo(Row(i));
                _noise[i] = noise.Split($"rollout-{first + i}");
                _running[i] = true;
            }

            double weight = 1;
            for (int t = 0; t < objective.Horizon && Choose(rows); t++)
            {
                for (int i = 0; i < rows; i++)
                {
                    if (_running[i])
                    {
                        StepResult result = Step(i);
                        double entropy = objective.Entropy && _entropies is not null ? _entropies.Values[i] : 0;
                        double reward = _policy.Rewards?.Scaled(result.Reward) ?? result.Reward;
                        returns[first + i] += weight * (reward + entropy);
                        _running[i] = GoesOn(i, result);
                    }
                }

                weight *= objective.Discount;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IEnvironment? environment in _environments)
        {
            environment?.Dispose();
        }
    }

    // Actions of all rows that still run; false where none does.
    private bool Choose(int rows)
    {
        Cancellation.ThrowIfCancellationRequested();
        bool any = false;
        for (int i = 0; i < rows; i++)
        {
            if (_running[i])
            {
                any = true;
                if (_policy.Choices.Count == 0)
                {
                    _noise[i].Normal(_policy.Noise.Values.Slice(i * _actionSize, _actionSize));
                }

                SeenObservation.Write(Row(i), _policy.Scaler, _policy.Observation.Values.Slice(i * _observationSize, _observationSize));
            }
        }

        if (any)
        {
            _program.Run();
        }

        return any;
    }

    private StepResult Step(int row)
    {
        if (_policy.Choices.Count > 0)
        {
            int count = _actions.Values.Length / _noise.Length;
            CategoricalDraw.Draw(_actions.Values.Slice(row * count, count), _policy.Choices, _noise[row], _action);
            return _environments[row].Step(_action, Row(row));
        }

        for (int k = 0; k < _actionSize; k++)
        {
            _action[k] = _actions.Values[(row * _actionSize) + k];
        }

        return _environments[row].Step(_action, Row(row));
    }

    private bool GoesOn(int row, StepResult result)
    {
        Failures += result.Failed ? 1 : 0;
        if (result.Truncated && !result.Terminated && !result.Failed && _limits[row] is { IsReached: true } limit)
        {
            limit.Restart();
            return true;
        }

        return !result.Done;
    }

    private Span<double> Row(int row) => _observations.AsSpan(row * _observationSize, _observationSize);
}
