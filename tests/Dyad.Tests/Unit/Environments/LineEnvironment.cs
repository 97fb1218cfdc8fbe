using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Environments;

/// <summary>Ways to be wrong.</summary>
public enum Fault
{
    None,
    LeaksNaN,
    LeavesObservationUnwritten,
    LeavesItsSpace,
    RewardsInfinity,
    IgnoresSeed,
    SharesRandomness,
    ForgetsPosition,
    ForgetsStream,
    GoesOnAfterTheEnd,
    EndsTwice,
    FailsWithoutTruncation,
    TakesNaN,
    TakesAnySize,
    RefusesWithoutItsName,
    Allocates,
    Throws,
    HasCrossedBounds,
}

/// <summary>
/// A noisy walk on a line: position += action + noise; the reward is the action, and the episode terminates beyond 5. It can
/// be given one fault.
/// </summary>
public sealed class LineEnvironment(Fault fault = Fault.None) : IEnvironment
{
    public const string Name = "Line";

    private static readonly RandomStream Shared = new(1);

    private RandomStream _stream = new(0);
    private double _position;
    private bool _over;
    private int _steps;

    /// <summary>The last action that came.</summary>
    public double Seen { get; private set; }

    public Space ObservationSpace { get; } =
        fault == Fault.HasCrossedBounds ? new Box([1, 0], [-1, 0]) : Box.Uniform(2, -100, 100);

    public Space ActionSpace { get; } = new Box([-1], [3]);

    public void Reset(Span<double> observation, long? seed = null)
    {
        if (seed is long number && fault != Fault.IgnoresSeed)
        {
            _stream = new RandomStream(number);
        }

        _position = (fault == Fault.SharesRandomness ? Shared : _stream).Uniform(-1, 1);
        (_over, _steps) = (false, 0);
        Observe(observation);
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        if (fault == Fault.RefusesWithoutItsName)
        {
            ActionCheck.Box("?", action, 1);
        }
        else if (fault is not (Fault.TakesNaN or Fault.TakesAnySize) || (fault == Fault.TakesNaN && action.Length != 1))
        {
            ActionCheck.Box(Name, action, 1);
        }
        else if (fault == Fault.TakesAnySize && (action.Length == 0 || !double.IsFinite(action[0])))
        {
            ActionCheck.Box(Name, action.IsEmpty ? [] : action[..1], 1);
        }

        if (_over && fault != Fault.GoesOnAfterTheEnd)
        {
            throw new InvalidOperationException("the episode is over");
        }

        Seen = fault == Fault.Allocates ? action.ToArray()[0] : action[0];

        _steps++;
        _position += action[0] + _stream.Uniform(-0.1, 0.1);
        _over = Math.Abs(_position) > 5;
        Observe(observation);
        double reward = fault == Fault.RewardsInfinity && _steps == 3 ? double.PositiveInfinity : action[0];
        return fault switch
        {
            Fault.Throws when _steps == 3 => throw new NotSupportedException("a bug"),
            Fault.EndsTwice => new StepResult(reward, _over, _over),
            Fault.FailsWithoutTruncation => new StepResult(reward, _over, false, Failed: _over),
            Fault.GoesOnAfterTheEnd => new StepResult(reward, _over && Math.Abs(_position - action[0]) < 5, false),
            _ => new StepResult(reward, _over, false),
        };
    }

    public void Serialize(StateArchive archive)
    {
        if (fault != Fault.ForgetsPosition)
        {
            archive.Value("position", ref _position);
        }

        archive.Value("over", ref _over);
        archive.Value("steps", ref _steps);
        if (fault != Fault.ForgetsStream)
        {
            _stream.Serialize(archive);
        }
    }

    public void Dispose()
    {
    }

    private void Observe(Span<double> observation)
    {
        observation[0] = fault == Fault.LeavesItsSpace && _steps == 3 ? 101 : _position;
        if (fault != Fault.LeavesObservationUnwritten)
        {
            observation[1] = fault == Fault.LeaksNaN && _steps == 3 ? double.NaN : _steps;
        }
    }
}
