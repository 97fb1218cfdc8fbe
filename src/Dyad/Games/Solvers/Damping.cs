using Dyad.Core;

namespace Dyad.Games;

/// <summary>How the damping of the follower's curvature changes from update to update.</summary>
public enum DampingSchedule
{
    /// <summary>Always the same.</summary>
    Constant,

    /// <summary>damping exp(-t / decay steps), as in the code of Zheng et al. 2021.</summary>
    Exponential,

    /// <summary>
    /// Follows what solves see (Levenberg and Marquardt's idea): doubled, and raised beyond the negative curvature seen, where a
    /// solve ended at negative curvature; doubled where the residual stayed above a half; else lowered by 5 %.
    /// </summary>
    Adaptive,
}

/// <summary>lambda, which is added to the diagonal of the follower's curvature (Zheng et al. 2021, section 4.5).</summary>
public sealed class Damping
{
    // An adaptive damping moves at most this far from where it started.
    private const double Range = 1e6;

    private readonly double _initial;
    private readonly DampingSchedule _schedule;
    private readonly double _decaySteps;
    private double _adapted;
    private long _updates;

    /// <summary>A damping at its start.</summary>
    /// <param name="initial">At least 0; positive for an adaptive one.</param>
    /// <param name="schedule">How it changes.</param>
    /// <param name="decaySteps">Updates in which an exponential one falls to 1/e; positive.</param>
    public Damping(double initial, DampingSchedule schedule = DampingSchedule.Constant, double decaySteps = 1e5)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(initial);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(decaySteps);
        _initial = _adapted = initial;
        _schedule = schedule;
        _decaySteps = decaySteps;
    }

    /// <summary>lambda at this moment.</summary>
    public double Value => _schedule switch
    {
        DampingSchedule.Exponential => _initial * Math.Exp(-_updates / _decaySteps),
        DampingSchedule.Adaptive => _adapted,
        _ => _initial,
    };

    /// <summary>Counts an update and takes in what its solve saw.</summary>
    public void Advance(in SolveReport report)
    {
        _updates++;
        if (report.NegativeCurvature)
        {
            _adapted = Math.Max(2 * _adapted, -2 * report.LowestCurvature);
        }
        else
        {
            _adapted *= report.Residual <= 0.5 ? 0.95 : 2;
        }

        _adapted = Math.Clamp(_adapted, _initial / Range, _initial * Range);
    }

    /// <summary>Saves or loads the state.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Value("damping/adapted", ref _adapted);
        archive.Value("damping/updates", ref _updates);
    }
}
