using System.Runtime.ExceptionServices;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Environments;

/// <summary>
/// Several instances of a task that step together, on one thread or more. Results depend on the seed alone: each instance has
/// its own random stream, and threads share nothing. An episode that ends is followed by the next one in the same step:
/// <see cref="NextObservations"/> keeps where the step led, <see cref="Observations"/> is where the next action is taken.
/// No allocation in <see cref="Step"/>. One thread at a time calls the members.
/// </summary>
public sealed class VectorEnvironment : IDisposable
{
    private readonly IEnvironment[] _environments;
    private readonly int _observationSize;
    private readonly int _actionSize;
    private readonly double[] _observations;
    private readonly double[] _nextObservations;
    private readonly double[] _actions;
    private readonly StepResult[] _results;

    private readonly SemaphoreSlim[] _starts;
    private readonly CountdownEvent _running;
    private readonly Thread[] _workers;
    private readonly Exception?[] _errors;
    private volatile bool _stopping;

    /// <summary>Instances of a task, with no episode yet: reset them first.</summary>
    /// <param name="create">Makes an instance.</param>
    /// <param name="count">Instances, at least 1.</param>
    /// <param name="threads">Threads that step them, the caller's included; no more than instances are used.</param>
    public VectorEnvironment(Func<IEnvironment> create, int count, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        _environments = new IEnvironment[count];
        for (int i = 0; i < count; i++)
        {
            _environments[i] = create();
        }

        _observationSize = ObservationSpace.Size;
        _actionSize = ActionSpace.Size;
        _observations = new double[count * _observationSize];
        _nextObservations = new double[count * _observationSize];
        _actions = new double[count * _actionSize];
        _results = new StepResult[count];
        _errors = new Exception?[count];

        // The caller's thread is the last of them.
        threads = Math.Min(threads, count);
        _running = new CountdownEvent(1);
        _starts = new SemaphoreSlim[threads - 1];
        _workers = new Thread[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            int worker = i;
            _starts[i] = new SemaphoreSlim(0);
            _workers[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"environments {i}" };
            _workers[i].Start();
        }
    }

    /// <summary>Instances.</summary>
    public int Count => _environments.Length;

    /// <summary>What the observation of an instance may be.</summary>
    public Space ObservationSpace => _environments[0].ObservationSpace;

    /// <summary>What the action of an instance may be.</summary>
    public Space ActionSpace => _environments[0].ActionSpace;

    /// <summary>The present observation of each instance, one after the other: after an end, the first of the next episode.</summary>
    public ReadOnlySpan<double> Observations => _observations;

    /// <summary>The observation that the last step of each instance led to: at an end, the final one of the episode.</summary>
    public ReadOnlySpan<double> NextObservations => _nextObservations;

    /// <summary>What the last step of each instance brought.</summary>
    public ReadOnlySpan<StepResult> Results => _results;

    /// <summary>Starts an episode in every instance; instance i has the stream <c>environment-i</c> of the seed.</summary>
    public void Reset(long seed)
    {
        var root = new RandomStream(seed);
        for (int i = 0; i < Count; i++)
        {
            _environments[i].Reset(Slice(_observations, i), (long)root.Split($"environment-{i}").NextBits());
        }
    }

    /// <summary>Takes an action in every instance.</summary>
    /// <param name="actions">The action of each instance, one after the other.</param>
    /// <exception cref="UserError">An instance refused its action; all are in an undefined state then.</exception>
    public void Step(ReadOnlySpan<double> actions)
    {
        if (actions.Length != _actions.Length)
        {
            throw new UserError($"{actions.Length} action numbers given for {Count} environments of {_actionSize}; there must be {_actions.Length}");
        }

        actions.CopyTo(_actions);
        if (_workers.Length > 0)
        {
            _running.Reset(_workers.Length);
            foreach (SemaphoreSlim start in _starts)
            {
                start.Release();
            }
        }

        StepShare(_workers.Length);
        if (_workers.Length > 0)
        {
            _running.Wait();
        }

        ThrowFirst();
    }

    /// <summary>Saves or loads every instance, and the present observations.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Array("observations", _observations.AsSpan());
        foreach (IEnvironment environment in _environments)
        {
            environment.Serialize(archive);
        }
    }

    /// <summary>Ends the threads and disposes the instances.</summary>
    public void Dispose()
    {
        _stopping = true;
        for (int i = 0; i < _workers.Length; i++)
        {
            _starts[i].Release();
            _workers[i].Join();
            _starts[i].Dispose();
        }

        _running.Dispose();
        foreach (IEnvironment environment in _environments)
        {
            environment.Dispose();
        }
    }

    private void Work(int worker)
    {
        while (true)
        {
            _starts[worker].Wait();
            if (_stopping)
            {
                return;
            }

            StepShare(worker);
            _running.Signal();
        }
    }

    // Each thread steps a fixed run of neighbours.
    private void StepShare(int share)
    {
        int shares = _workers.Length + 1;
        for (int i = (int)((long)share * Count / shares); i < (long)(share + 1) * Count / shares; i++)
        {
            try
            {
                Span<double> next = Slice(_nextObservations, i);
                _results[i] = _environments[i].Step(_actions.AsSpan(i * _actionSize, _actionSize), next);
                next.CopyTo(Slice(_observations, i));
                if (_results[i].Done)
                {
                    _environments[i].Reset(Slice(_observations, i));
                }
            }
            catch (Exception e)
            {
                // An exception on a worker would end the process; the caller gets it instead.
                _errors[i] = e;
            }
        }
    }

    // The first instance's, whichever thread was faster.
    private void ThrowFirst()
    {
        Exception? error = Array.Find(_errors, e => e is not null);
        if (error is not null)
        {
            Array.Clear(_errors);
            ExceptionDispatchInfo.Throw(error);
        }
    }

    private Span<double> Slice(double[] rows, int i) => rows.AsSpan(i * _observationSize, _observationSize);
}
