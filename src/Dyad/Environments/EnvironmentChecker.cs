using System.Globalization;
using Dyad.Core;
using Dyad.Environments.Python;
using Dyad.Environments.Wrappers;

namespace Dyad.Environments;

/// <summary>One rule of the checker.</summary>
/// <param name="Rule">What must hold.</param>
/// <param name="Problem">What does not, in one sentence; null where the rule holds.</param>
/// <param name="Note">What could not be seen, for a rule that holds as far as it was tried; null for nothing.</param>
public sealed record EnvironmentFinding(string Rule, string? Problem, string? Note = null)
{
    /// <summary>Whether the rule holds.</summary>
    public bool Holds => Problem is null;
}

/// <summary>
/// Whether an environment keeps the promises of <see cref="IEnvironment"/>: it is run with random actions of its own action
/// space, for users' tasks as for ours.
/// </summary>
public static class EnvironmentChecker
{
    private const long Seed = 7;
    private const int ShortRun = 50;
    private const int LongRun = 2000;

    /// <summary>Tries every rule; each gets a finding, in a fixed order. Later rules are left out where the spaces are wrong.</summary>
    /// <param name="create">Makes a new instance.</param>
    /// <param name="name">The task's name, which sentences about wrong actions must contain; null where it has none.</param>
    /// <exception cref="UserError">The environment cannot be made at all.</exception>
    public static IReadOnlyList<EnvironmentFinding> Check(Func<IEnvironment> create, string? name = null)
    {
        IEnvironment first = create();
        EnvironmentFinding spaces = Try("spaces are well formed", () => CheckSpaces(first));
        if (!spaces.Holds)
        {
            return [spaces];
        }

        string? note = null, snapshotNote = null;
        EnvironmentFinding ends = Try("an episode ends once, terminated or truncated", () => CheckEnds(create, out note));
        return
        [
            spaces,
            Try("observations and rewards are finite and lie in their space", () => CheckValues(create)),
            Try("two instances with one seed agree, and a seed starts again", () => CheckSeeds(create)),
            Try("observations and rewards are not normalised by the task", () => CheckScaling(create)),
            Try("a snapshot continues to the same bits", () => CheckSnapshots(create, out snapshotNote)) with { Note = snapshotNote },
            ends with { Note = note },
            Try("wrong actions are refused in one sentence", () => CheckRefusals(create, name)),
            Try("Step allocates nothing", () => CheckAllocation(create)),
        ];
    }

    // A rule is a function that returns what is wrong, or null.
    private static EnvironmentFinding Try(string rule, Func<string?> check)
    {
        try
        {
            return new EnvironmentFinding(rule, check());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Any exception of the environment is a finding about it.
            string message = e.Message.ReplaceLineEndings(" ");
            return new EnvironmentFinding(rule, e is UserError ? message : $"{e.GetType().Name}: {message}");
        }
    }

    private static string? CheckSpaces(IEnvironment environment)
    {
        using (environment)
        {
            return SpaceCheck.Fault(environment.ObservationSpace, "observation") ?? SpaceCheck.Fault(environment.ActionSpace, "action");
        }
    }

    private static string? CheckValues(Func<IEnvironment> create)
    {
        using var run = new EnvironmentTrial(create());
        Array.Fill(run.Observation, double.NaN);
        run.Reset(Seed);
        for (int step = 0; ; step++)
        {
            string where = step == 0 ? "after a reset" : $"after step {step}";
            int bad = Array.FindIndex(run.Observation, x => !double.IsFinite(x));
            if (bad >= 0)
            {
                return $"component {bad} of the observation is {Text(run.Observation[bad])} {where}";
            }

            if (!run.Environment.ObservationSpace.Contains(run.Observation))
            {
                bad = run.Environment.ObservationSpace is Box box
                    ? Enumerable.Range(0, box.Size).First(i => !(run.Observation[i] >= box.Low[i] && run.Observation[i] <= box.High[i]))
                    : 0;
                return $"component {bad} of the observation is {Text(run.Observation[bad])} {where}, outside the observation space";
            }

            if (!double.IsFinite(run.Result.Reward))
            {
                return $"the reward is {Text(run.Result.Reward)} {where}";
            }

            if (step == LongRun)
            {
                return null;
            }

            // What is not written stays visible.
            Array.Fill(run.Observation, double.NaN);
            run.StepOrReset();
        }
    }

    private static string? CheckSeeds(Func<IEnvironment> create)
    {
        using var first = new EnvironmentTrial(create());
        using var second = new EnvironmentTrial(create());
        first.Reset(Seed);
        second.Reset(Seed);
        double[][] rows = first.RowsAroundReset(ShortRun);
        if (Differs(rows, second.RowsAroundReset(ShortRun)) is int step)
        {
            return $"two instances with seed {Seed} differ after {step} steps";
        }

        first.Reset(Seed);
        return Differs(rows, first.RowsAroundReset(ShortRun)) is int again
            ? $"the same instance with seed {Seed} again differs after {again} steps: the seed does not start everything again"
            : null;
    }

    // Each instance would have statistics of its own, and those of evaluation go on changing.
    private static string? CheckScaling(Func<IEnvironment> create)
    {
        using IEnvironment task = create();
        IReadOnlyList<string> layers = EnvironmentWrapper.Find<PythonEnvironment>(task)?.Layers ?? [];
        return EnvironmentWrapper.Find<NormalizeObservation>(task) is not null || layers.Contains(nameof(NormalizeObservation))
            ? $"the task wraps itself in {nameof(NormalizeObservation)}, so that evaluation and training see other numbers, and each evaluation others again: leave it out, and let the agent normalise (--set normalize_observations=true)"
            : EnvironmentWrapper.Find<NormalizeReward>(task) is not null || layers.Contains(nameof(NormalizeReward))
            ? $"the task wraps itself in {nameof(NormalizeReward)}, so that an evaluation reports no return of the task, and each another one: leave it out, and let the agent normalise (--set normalize_rewards=true)"
            : null;
    }

    private static string? CheckSnapshots(Func<IEnvironment> create, out string? note)
    {
        note = null;
        using var run = new EnvironmentTrial(create());
        run.Reset(Seed);
        if (EnvironmentWrapper.Find<PythonEnvironment>(run.Environment) is { KeepsState: false })
        {
            note = "the task gives no state (get_state and set_state, or a pickle): a run that was stopped goes on with a fresh episode";
            return null;
        }

        for (int length = 0; length < 8; length++)
        {
            byte[] state = StateArchive.Save(run.Serialize);
            double[][] rows = run.RowsAroundReset(ShortRun);

            using var other = new EnvironmentTrial(create());
            other.Reset(Seed + 1);
            other.Rows(3);
            StateArchive.Load(state, other.Serialize);
            if (!StateArchive.Save(other.Serialize).AsSpan().SequenceEqual(state))
            {
                return "a snapshot that is loaded and saved again is another one";
            }

            if (Differs(rows, other.RowsAroundReset(ShortRun)) is int step)
            {
                return $"another instance that loads a snapshot differs {step} steps later: a part of the state is not in Serialize";
            }

            StateArchive.Load(state, run.Serialize);
            if (Differs(rows, run.RowsAroundReset(ShortRun)) is int again)
            {
                return $"the instance that goes back to its snapshot differs {again} steps later: a part of the state is not in Serialize";
            }

            run.Rows(length * 11);
        }

        return null;
    }

    private static string? CheckEnds(Func<IEnvironment> create, out string? note)
    {
        note = null;
        using var run = new EnvironmentTrial(create());
        int ends = 0;
        run.Reset(Seed);
        for (int step = 1; step <= LongRun; step++)
        {
            run.Step();
            StepResult result = run.Result;
            if (result.Terminated && result.Truncated)
            {
                return $"step {step} is terminated and truncated; terminated wins";
            }

            if (result.Failed && !result.Truncated)
            {
                return $"step {step} failed and is not truncated";
            }

            if (!result.Done)
            {
                continue;
            }

            ends++;
            for (int extra = 1; extra <= 3 && ends <= 3; extra++)
            {
                if (!StaysOver(run))
                {
                    return $"the episode ended in step {step}, and step {extra} after it goes on: refuse it (InvalidOperationException), or stay ended";
                }
            }

            run.Reset(null);
        }

        note = ends == 0 ? $"no episode ended in {LongRun} steps; without a step limit an evaluation might never end" : null;
        return null;
    }

    private static bool StaysOver(EnvironmentTrial run)
    {
        try
        {
            run.Step();
            return run.Result.Done;
        }
        catch (Exception e) when (e is InvalidOperationException or UserError)
        {
            return true;
        }
    }

    private static string? CheckRefusals(Func<IEnvironment> create, string? name)
    {
        using var run = new EnvironmentTrial(create());
        Space space = run.Environment.ActionSpace;
        double[] action = new double[space.Size];
        var wrong = new List<(double[] Action, string Value)> { (new double[space.Size + 1], $"{space.Size + 1}"), ([], "0") };
        int? count = (space as Discrete)?.Count ?? (space as MultiDiscrete)?.Counts[^1];
        double[] values = count is int most
            ? [double.NaN, -1, most, 0.5]
            : [double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        foreach (double value in values)
        {
            action[^1] = value;
            wrong.Add(([.. action], Text(value)));
        }

        foreach ((double[] bad, string value) in wrong)
        {
            string what = bad.Length == space.Size ? $"an action of {value}" : $"an action of {bad.Length} numbers";
            run.Reset(Seed);
            try
            {
                run.Environment.Step(bad, run.Observation);
                return $"{what} is taken; it must be refused with a {nameof(UserError)} that names the task and the value";
            }
            catch (UserError e)
            {
                if (!e.Message.Contains(value, StringComparison.Ordinal) || (name is not null && !e.Message.Contains(name, StringComparison.Ordinal)))
                {
                    return $"{what} is refused with '{e.Message}', which does not name {(name is null ? "" : $"the task '{name}' and ")}the value {value}";
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                return $"{what} is refused with {e.GetType().Name}; it must be a {nameof(UserError)} that names the task and the value";
            }
        }

        return null;
    }

    private static string? CheckAllocation(Func<IEnvironment> create)
    {
        using var run = new EnvironmentTrial(create());
        run.Reset(Seed);
        for (int step = 0; step < ShortRun * 4; step++)
        {
            run.StepOrReset();
        }

        // A few objects may come from the runtime itself, which compiles methods anew while they run; hardly in every round.
        const int Steps = LongRun / 4;
        long least = Enumerable.Range(0, 3).Min(_ => BytesOf(run, Steps));
        return least < Steps ? null : $"{Steps} steps allocated {least} bytes";
    }

    private static long BytesOf(EnvironmentTrial run, int steps)
    {
        long bytes = 0;
        for (int step = 0; step < steps; step++)
        {
            if (run.Result.Done)
            {
                run.Reset(null);
            }

            run.DrawAction();
            long before = GC.GetAllocatedBytesForCurrentThread();
            run.TakeAction();
            bytes += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return bytes;
    }

    // The first row that differs in a bit; null where none does.
    private static int? Differs(double[][] rows, double[][] others)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            for (int c = 0; c < rows[i].Length; c++)
            {
                if (BitConverter.DoubleToInt64Bits(rows[i][c]) != BitConverter.DoubleToInt64Bits(others[i][c]))
                {
                    return i + 1;
                }
            }
        }

        return null;
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
