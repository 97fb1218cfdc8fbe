using System.Buffers.Binary;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Environments.Python;

/// <summary>
/// One task in Python as an environment. Its state is what the task gives (<c>get_state</c> and <c>set_state</c>, MuJoCo's own, or its
/// pickle); where it gives none, whoever loads a snapshot goes on with a fresh episode from a seed that the snapshot has, and the
/// episode that was cut off comes out as failed, so that nothing is learned from the seam.
/// </summary>
internal sealed class PythonEnvironment : IEnvironment, ISimulated, IForetold
{
    /// <summary>Bytes of a step's answer before the observation: flags and reward.</summary>
    public const int ResultSize = 1 + sizeof(double);

    private const byte NoState = 0;

    private readonly PythonEnvironments _owner;
    private readonly int _index;
    private readonly bool _isShare;
    private readonly double[] _last;

    // The next action where it was told ahead, and what came of it where it was taken with others.
    private readonly double[] _told;
    private readonly byte[] _answer;
    private bool _isTold;
    private bool _isAnswered;
    private bool _isDisposed;
    private readonly List<byte> _state = [];
    private byte _stateKind;
    private bool _isStateFresh;
    private bool _isStateToWrite;
    private bool _isOver = true;
    private bool _isCutOff;
    private long _seed;
    private long _restarts;
    private long _steps;

    /// <summary>An instance.</summary>
    /// <param name="owner">Whose child it is in.</param>
    /// <param name="index">Its number there.</param>
    /// <param name="isShare">Whether the child ends with the last of such instances.</param>
    public PythonEnvironment(PythonEnvironments owner, int index, bool isShare = false)
    {
        (_owner, _index, _isShare) = (owner, index, isShare);
        _last = new double[owner.Info.Observations.Size];
        _told = new double[owner.Info.Actions.Size];
        _answer = new byte[ResultSize + (_last.Length * sizeof(double))];
    }

    /// <summary>The instances of its child.</summary>
    public PythonEnvironments Owner => _owner;

    /// <summary>Whether its next action is known.</summary>
    public bool IsTold => _isTold && !_isAnswered;

    /// <summary>Its next action, where it is known.</summary>
    public ReadOnlySpan<double> Told => _told;

    /// <inheritdoc/>
    public Space ObservationSpace => _owner.Info.Observations;

    /// <inheritdoc/>
    public Space ActionSpace => _owner.Info.Actions;

    /// <inheritdoc/>
    public string Software => _owner.Info.Software;

    /// <inheritdoc/>
    public string? Note => _restarts == 0 ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"the task gives no state, so where the run was stopped it went on with a fresh episode, {_restarts} time{(_restarts == 1 ? "" : "s")}, the last from seed {RestartSeed & int.MaxValue}: its bits are not those of a run never stopped");

    /// <summary>Names of the classes of its wrappers, and of the task itself.</summary>
    public IReadOnlyList<string> Layers => _owner.Info.Layers;

    /// <summary>Whether the task gives its state. Asks it, which makes a snapshot.</summary>
    public bool KeepsState
    {
        get
        {
            ReadState();
            return _stateKind != NoState;
        }
    }

    /// <summary>The task by its name, in a child of its own.</summary>
    public static PythonEnvironment Create(PythonTarget target, PythonTaskInfo info) => new PythonEnvironments(target, info, 0).Add();

    /// <summary>What makes instances of a task that share a child: those that are made before the first of them is used.</summary>
    public static Func<PythonEnvironment> Sharing(PythonTarget target, PythonTaskInfo info)
    {
        PythonEnvironments? shared = null;
        return () =>
        {
            shared = shared is null || shared.HasStarted ? new PythonEnvironments(target, info, 0) : shared;
            return shared.Add();
        };
    }

    /// <inheritdoc/>
    public bool Announce(ReadOnlySpan<double> action)
    {
        // What is wrong with an action is said where it is taken.
        _isTold = !_isOver && !_isCutOff && action.Length == _told.Length
            && (_owner.Info.Actions is Box ? TensorPrimitives.IsFiniteAll(action) : _owner.Info.Actions.Contains(action));
        if (_isTold)
        {
            action.CopyTo(_told);
        }

        return _isTold;
    }

    /// <summary>Takes what came of its known action.</summary>
    public void Answer(ReadOnlySpan<byte> answer)
    {
        answer.CopyTo(_answer);
        _isAnswered = true;
    }

    /// <inheritdoc/>
    public void Reset(Span<double> observation, long? seed = null)
    {
        _seed = seed ?? _seed;
        if (_isCutOff)
        {
            seed ??= RestartSeed;
            _isCutOff = false;
        }

        WriteState();
        Span<byte> request = _owner.Child.Request('R', 13);
        BinaryPrimitives.WriteInt32LittleEndian(request, _index);
        request[4] = seed is null ? (byte)0 : (byte)1;

        // Some tasks take no more than 31 bits.
        BinaryPrimitives.WriteInt64LittleEndian(request[5..], (seed ?? 0) & int.MaxValue);
        Observe(_owner.Child.Send("a reset"), observation);
        (_isOver, _isStateFresh, _steps) = (false, false, 0);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        CheckStep(action);
        if (_isCutOff)
        {
            _isOver = true;
            _last.CopyTo(observation);
            return new StepResult(0, Terminated: false, Truncated: true, Failed: true);
        }

        if (IsTold)
        {
            _owner.StepTold();
        }

        _isTold = false;
        if (_isAnswered)
        {
            _isAnswered = false;
            return action.SequenceEqual(_told) ? Take(_answer, observation)
                : throw new InvalidOperationException("another action was announced than is taken");
        }

        WriteState();
        Span<byte> request = _owner.Child.Request('S', 4 + (action.Length * sizeof(double)));
        BinaryPrimitives.WriteInt32LittleEndian(request, _index);
        MemoryMarshal.AsBytes(action).CopyTo(request[4..]);
        return Take(_owner.Child.Send("a step"), observation);
    }

    /// <summary>Brings the task to where it can take a step with others.</summary>
    public void PrepareStep(ReadOnlySpan<double> action)
    {
        CheckStep(action);
        if (_isCutOff)
        {
            throw new UserError($"{_owner.Name}: a loaded instance that could not give its state must be reset before it steps with others");
        }

        WriteState();
    }

    /// <summary>Reads a step's answer.</summary>
    public StepResult Take(ReadOnlySpan<byte> answer, Span<double> observation)
    {
        Observe(answer[ResultSize..], observation);
        bool isTerminated = (answer[0] & 1) != 0;

        // Terminated wins: a state without a future has none after a time limit either.
        bool isTruncated = !isTerminated && (answer[0] & 2) != 0;
        _steps++;
        (_isOver, _isStateFresh) = (isTerminated || isTruncated, false);
        return new StepResult(BinaryPrimitives.ReadDoubleLittleEndian(answer[1..]), isTerminated, isTruncated);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        if (!archive.IsLoading)
        {
            ReadState();
        }

        archive.Value("python/state_kind", ref _stateKind);
        archive.List("python/state", _state);
        archive.Value("python/is_over", ref _isOver);
        archive.Value("python/is_cut_off", ref _isCutOff);
        archive.Value("python/seed", ref _seed);
        archive.Value("python/restarts", ref _restarts);
        archive.Value("python/steps", ref _steps);
        archive.Array("python/observation", _last.AsSpan());
        if (archive.IsLoading)
        {
            _isStateFresh = true;
            _isStateToWrite = _stateKind != NoState;
            if (_stateKind == NoState)
            {
                // Between two episodes there is nothing to cut off, but the task's stream is not where it was.
                _restarts++;
                _isCutOff = true;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isShare && !_isDisposed)
        {
            _isDisposed = true;
            _owner.Release();
        }
    }

    private long RestartSeed => (long)new RandomStream(_seed).Split(string.Create(CultureInfo.InvariantCulture, $"restart-{_restarts}")).NextBits();

    // Refuses an action that is none, and a step where no episode goes on.
    private void CheckStep(ReadOnlySpan<double> action)
    {
        if (_owner.Info.Actions is Discrete discrete)
        {
            ActionCheck.Discrete(_owner.Name, action, discrete.Count);
        }
        else if (_owner.Info.Actions is MultiDiscrete several)
        {
            ActionCheck.MultiDiscrete(_owner.Name, action, several.Counts);
        }
        else
        {
            ActionCheck.Box(_owner.Name, action, _owner.Info.Actions.Size);
        }

        if (_isOver)
        {
            throw new UserError($"{_owner.Name}: the episode is over: reset it before the next step");
        }
    }

    // What was loaded and not advanced is saved as it was: a pickle of what was unpickled may have other bytes.
    private void ReadState()
    {
        if (_isStateFresh)
        {
            return;
        }

        BinaryPrimitives.WriteInt32LittleEndian(_owner.Child.Request('G', 4), _index);
        ReadOnlySpan<byte> answer = _owner.Child.Send("giving its state");
        _stateKind = answer[0];
        _state.Clear();
        _state.AddRange(answer[1..]);
        _isStateFresh = true;
    }

    // Of a run that is only looked at the task is not needed; and a pickle runs code.
    private void WriteState()
    {
        if (!_isStateToWrite)
        {
            return;
        }

        _isStateToWrite = false;
        ReadOnlySpan<byte> state = CollectionsMarshal.AsSpan(_state);
        Span<byte> request = _owner.Child.Request('P', 5 + state.Length);
        BinaryPrimitives.WriteInt32LittleEndian(request, _index);
        request[4] = _stateKind;
        state.CopyTo(request[5..]);
        _owner.Child.Send("taking its state back");
    }

    private void Observe(ReadOnlySpan<byte> bytes, Span<double> observation)
    {
        MemoryMarshal.Cast<byte, double>(bytes).CopyTo(observation);
        observation.CopyTo(_last);
    }
}
