using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Environments.Python;

/// <summary>
/// Instances of a task in Python, all in one child process that is started when the first of them is used. Each is an environment of
/// its own; <see cref="Step"/> advances all of them by one call, which shares the cost of the way there and back.
/// </summary>
/// <example><code>
/// using var tasks = new PythonEnvironments("gymnasium:CartPole-v1", count: 16);
/// </code></example>
public sealed class PythonEnvironments : IDisposable
{
    private readonly PythonTarget _target;
    private readonly List<PythonEnvironment> _environments = [];
    private readonly int _observationSize;
    private readonly int _actionSize;
    private PythonChild? _child;
    private int _shares;

    /// <summary>Instances of a task.</summary>
    /// <param name="task"><c>gymnasium:NAME[?key=value]</c> or <c>py:[FOLDER/]package.module:factory[?key=value]</c>.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="UserError">The task cannot be made; the sentence has what Python says.</exception>
    public PythonEnvironments(string task, int count)
        : this(PythonTarget.Names(task) ? PythonTarget.Parse(task) : throw new UserError($"'{task}' is no task in Python; it must begin with gymnasium: or py:"), null, count > 0 ? count : throw new ArgumentOutOfRangeException(nameof(count)))
    {
    }

    internal PythonEnvironments(PythonTarget target, PythonTaskInfo? info, int count)
    {
        _target = target;
        Name = target.Name;
        if (info is null)
        {
            (_child, info) = Start(count);
        }

        Info = info;
        _observationSize = Info.Observations.Size;
        _actionSize = Info.Actions.Size;
        for (int i = 0; i < count; i++)
        {
            _environments.Add(new PythonEnvironment(this, i));
        }
    }

    /// <summary>How many instances there are.</summary>
    public int Count => _environments.Count;

    /// <summary>The task's name, for sentences.</summary>
    public string Name { get; }

    internal PythonTaskInfo Info { get; }

    // Started when it is needed: of a task that is only looked at, the spaces are known.
    internal PythonChild Child
    {
        get
        {
            if (_child is null)
            {
                (PythonChild child, PythonTaskInfo now) = Start(Count);
                if (now.Fingerprint != Info.Fingerprint)
                {
                    child.Dispose();
                    throw new UserError($"{Name}: the task's source has changed while it was being used");
                }

                _child = child;
            }

            return _child;
        }
    }

    /// <summary>An instance.</summary>
    public IEnvironment this[int index] => _environments[index];

    /// <summary>Takes an action in every instance, none of which may be at the end of an episode.</summary>
    /// <param name="actions">The action of each, one after the other.</param>
    /// <param name="observations">Receives the observation of each, one after the other.</param>
    /// <param name="results">Receives what the step of each brought.</param>
    /// <exception cref="UserError">An action is refused, or the task failed.</exception>
    public void Step(ReadOnlySpan<double> actions, Span<double> observations, Span<StepResult> results)
    {
        for (int i = 0; i < Count; i++)
        {
            _environments[i].PrepareStep(actions.Slice(i * _actionSize, _actionSize));
        }

        MemoryMarshal.AsBytes(actions).CopyTo(Child.Request('B', actions.Length * sizeof(double)));
        ReadOnlySpan<byte> answer = Child.Send("a step");
        int size = PythonEnvironment.ResultSize + (_observationSize * sizeof(double));
        for (int i = 0; i < Count; i++)
        {
            results[i] = _environments[i].Take(answer.Slice(i * size, size), observations.Slice(i * _observationSize, _observationSize));
        }
    }

    /// <summary>Whether the child runs or ran, so that no instance can be added.</summary>
    internal bool HasStarted { get; private set; }

    /// <summary>Steps that all instances took together because each was told its action ahead.</summary>
    internal long ToldSteps { get; private set; }

    /// <summary>One instance more, in a child that ends when all such instances are disposed.</summary>
    internal PythonEnvironment Add()
    {
        var added = new PythonEnvironment(this, Count, isShare: true);
        _environments.Add(added);
        _shares++;
        return added;
    }

    /// <summary>One instance fewer that needs the child.</summary>
    internal void Release()
    {
        if (--_shares == 0)
        {
            Dispose();
        }
    }

    /// <summary>Where every instance knows its next action, takes them all by one call.</summary>
    internal void StepTold()
    {
        if (Count < 2 || _environments.Exists(environment => !environment.IsTold))
        {
            return;
        }

        foreach (PythonEnvironment environment in _environments)
        {
            environment.PrepareStep(environment.Told);
        }

        Span<byte> request = Child.Request('B', Count * _actionSize * sizeof(double));
        for (int i = 0; i < Count; i++)
        {
            MemoryMarshal.AsBytes(_environments[i].Told).CopyTo(request[(i * _actionSize * sizeof(double))..]);
        }

        ReadOnlySpan<byte> answer = Child.Send("a step");
        int size = PythonEnvironment.ResultSize + (_observationSize * sizeof(double));
        for (int i = 0; i < Count; i++)
        {
            _environments[i].Answer(answer.Slice(i * size, size));
        }

        ToldSteps++;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _child?.Dispose();
        _child = null;
    }

    private (PythonChild Child, PythonTaskInfo Info) Start(int count)
    {
        HasStarted = true;
        var child = new PythonChild(Name);
        try
        {
            byte[] request = Encoding.UTF8.GetBytes(new JsonObject
            {
                ["version"] = PythonTaskInfo.Protocol,
                ["kind"] = _target.Kind,
                ["target"] = _target.Target,
                ["query"] = _target.Query,
                ["folder"] = _target.Folder,
                ["count"] = count,
            }.ToJsonString());
            request.CopyTo(child.Request('H', request.Length));
            return (child, PythonTaskInfo.Parse(Name, child.Send("making the task")));
        }
        catch
        {
            child.Dispose();
            throw;
        }
    }
}
