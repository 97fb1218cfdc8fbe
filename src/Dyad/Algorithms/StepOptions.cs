using System.ComponentModel.DataAnnotations;
using Dyad.Core;

namespace Dyad.Algorithms;

/// <summary>How a number changes over a run.</summary>
public enum Schedule
{
    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>To 0 or a fraction, by the same amount with each step of the environment.</summary>
    Linear,
}

/// <summary>What lies between a direction and a step along it, and changes nothing by default.</summary>
public sealed record StepOptions
{
    /// <summary>Largest norm of what is descended along: a longer direction is shortened to it; 0 for no bound.</summary>
    [Range(0.0, 1e12)]
    public double GradientClip { get; init; }

    /// <summary>How step lengths change.</summary>
    public Schedule RateSchedule { get; init; } = Schedule.Constant;

    /// <summary>Environment steps after which a schedule is at its end, and stays there; 0 for the steps of the run.</summary>
    [Range(0, 2_000_000_000)]
    public int ScheduleSteps { get; init; }

    /// <summary>Fraction that is left of a number at the end of its schedule.</summary>
    [Range(0.0, 1.0)]
    public double ScheduleEnd { get; init; }

    /// <summary>The same without a clip, for a single number.</summary>
    internal StepOptions Unclipped => this with { GradientClip = 0 };

    /// <summary>Holds against each other what schedules an agent has and how long they are; for its constructor, since a run knows its length late.</summary>
    /// <exception cref="UserError">There is a schedule without an end.</exception>
    internal void RequireLength(string name, Schedule schedule)
    {
        if (schedule != Schedule.Constant && ScheduleSteps == 0)
        {
            throw new UserError($"the option '{name}' is '{OptionBinder.Text(schedule)}' with schedule_steps=0, the steps of a run, and here is none: give schedule_steps");
        }
    }

    /// <summary>What is left of a number by a schedule.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="step">Environment steps taken before.</param>
    /// <returns>In [0, 1].</returns>
    internal double Left(Schedule schedule, long step) =>
        schedule == Schedule.Constant ? 1 : ScheduleEnd + ((1 - ScheduleEnd) * Math.Max(0, 1 - ((double)step / ScheduleSteps)));
}
