using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Dyad.Core;

namespace Dyad.Environments.Wrappers;

/// <summary>
/// A task whose mistakes come out as one sentence. An exception of its code becomes a <see cref="UserError"/> that names the task, the
/// member, the step of the episode and what was thrown, whatever that means elsewhere: an <see cref="IOException"/> of the task is no
/// unwritable run, its <see cref="OperationCanceledException"/> no request to stop. Spaces that are none, and an observation or reward
/// that is not finite in single precision, are refused where they come. What the task itself says as a <see cref="UserError"/> passes.
/// </summary>
public sealed class GuardedTask : EnvironmentWrapper
{
    private const int LongestMessage = 300;

    private readonly string _name;

    // Of the present episode.
    private long _steps;

    private GuardedTask(string name, IEnvironment inner) : base(inner)
    {
        _name = name;
        ObservationSpace = Sound(nameof(ObservationSpace), () => inner.ObservationSpace, "observation");
        ActionSpace = Sound(nameof(ActionSpace), () => inner.ActionSpace, "action");
    }

    /// <inheritdoc/>
    public override Space ObservationSpace { get; }

    /// <inheritdoc/>
    public override Space ActionSpace { get; }

    /// <summary>Makes a task and guards it.</summary>
    /// <param name="name">The task's name, for sentences.</param>
    /// <param name="create">Makes the task.</param>
    /// <exception cref="UserError">It cannot be made, or its spaces are none.</exception>
    public static GuardedTask Create(string name, Func<IEnvironment> create)
    {
        IEnvironment inner;
        try
        {
            inner = create();
        }
        catch (Exception e) when (IsOfTheTask(e))
        {
            throw Failure(name, "the constructor failed", e);
        }

        try
        {
            return new GuardedTask(name, inner);
        }
        catch
        {
            Leave(inner);
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Reset(Span<double> observation, long? seed = null)
    {
        _steps = 0;
        try
        {
            Inner.Reset(observation, seed);
        }
        catch (Exception e) when (IsOfTheTask(e))
        {
            throw Failure(_name, $"{nameof(Reset)} failed", e);
        }

        RequireFinite(observation);
    }

    /// <inheritdoc/>
    internal override bool Announce(ReadOnlySpan<double> action) => Announce(Inner, action);

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        _steps++;
        StepResult result;
        try
        {
            result = Inner.Step(action, observation);
        }
        catch (Exception e) when (IsOfTheTask(e))
        {
            throw Failure(_name, $"{nameof(Step)} failed {Where()}", e);
        }

        RequireFinite(observation);
        if (!result.Failed && !IsFinite(result.Reward))
        {
            ThrowNotFinite("the reward", result.Reward);
        }

        return result;
    }

    /// <inheritdoc/>
    public override void Serialize(StateArchive archive)
    {
        archive.Value("task/steps", ref _steps);
        try
        {
            Inner.Serialize(archive);
        }
        catch (Exception e) when (IsOfTheTask(e) && !(archive.IsLoading && e is InvalidDataException))
        {
            throw Failure(_name, $"{nameof(Serialize)} failed {Where()}", e);
        }
    }

    /// <inheritdoc/>
    protected override void DisposeInner()
    {
        try
        {
            Inner.Dispose();
        }
        catch (Exception e) when (IsOfTheTask(e))
        {
            throw Failure(_name, $"{nameof(Dispose)} failed", e);
        }
    }

    // What is wrong with its spaces is told, and not what else goes wrong on its way out.
    private static void Leave(IEnvironment? task)
    {
        try
        {
            task?.Dispose();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
        }
    }

    // What was thrown, in one line.
    private static UserError Failure(string name, string what, Exception e)
    {
        while (e is TargetInvocationException or TypeInitializationException && e.InnerException is { } cause)
        {
            e = cause;
        }

        string message = e.Message.ReplaceLineEndings(" ").Trim();
        message = message.Length <= LongestMessage ? message : message[..LongestMessage] + "...";
        return new UserError($"{name}: {what}: {e.GetType().Name}: {message}", e);
    }

    // A sentence is one already, and no task can mend a lack of memory.
    private static bool IsOfTheTask(Exception e) => e is not (UserError or OutOfMemoryException);

    // What is larger becomes infinite in a network.
    private static bool IsFinite(double value) => Math.Abs(value) <= float.MaxValue;

    private Space Sound(string member, Func<Space?> read, string what)
    {
        Space? space;
        try
        {
            space = read();
        }
        catch (Exception e) when (IsOfTheTask(e))
        {
            throw Failure(_name, $"{member} failed", e);
        }

        return SpaceCheck.Fault(space, what) is string fault ? throw new UserError($"{_name}: {fault}") : space!;
    }

    private void RequireFinite(ReadOnlySpan<double> observation)
    {
        for (int i = 0; i < observation.Length; i++)
        {
            if (!IsFinite(observation[i]))
            {
                ThrowNotFinite($"component {i} of the observation", observation[i]);
            }
        }
    }

    [DoesNotReturn]
    private void ThrowNotFinite(string what, double value) => throw new UserError(string.Create(
        CultureInfo.InvariantCulture, $"{_name}: {what} is {value} {Where()}; it must be finite in single precision"));

    private string Where() => _steps == 0 ? "after a reset" : string.Create(CultureInfo.InvariantCulture, $"in step {_steps} of an episode");
}
