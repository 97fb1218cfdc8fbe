using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;

namespace Dyad.Algorithms;

/// <summary>The spaces of a task, as an agent needs them.</summary>
/// <param name="ObservationSize">Numbers in an observation.</param>
/// <param name="Actions">A box, [-1, 1] but for components without two finite bounds; finitely many actions; or several choices at once.</param>
public sealed record AgentTask(int ObservationSize, Space Actions)
{
    /// <summary>Whether actions are the task's own, as those of a stored policy are; an agent's box is [-1, 1].</summary>
    public bool KeepsOwnActions { get; init; }

    /// <summary>Numbers in an action.</summary>
    public int ActionSize => Actions.Size;

    /// <summary>Numbers in an observation and in an action.</summary>
    public (int Observation, int Action) Sizes => (ObservationSize, ActionSize);

    /// <summary>How many actions there are, of several choices how many combinations; 0 for a box.</summary>
    public int ActionCount => Actions switch { Discrete discrete => discrete.Count, MultiDiscrete several => several.Combinations, _ => 0 };

    /// <summary>How many values each choice has that an action is made of: one of finitely many, several, or none in a box.</summary>
    public IReadOnlyList<int> Choices => Actions switch { Discrete discrete => [discrete.Count], MultiDiscrete several => several.Counts, _ => [] };

    /// <summary>The spaces of an environment.</summary>
    public static AgentTask Of(IEnvironment environment) => new(environment.ObservationSpace.Size, environment.ActionSpace);

    /// <summary>A task whose actions are real vectors of [-1, 1].</summary>
    /// <exception cref="UserError">A size is not positive.</exception>
    public static AgentTask RealActions(int observationSize, int actionSize) => actionSize > 0
        ? new AgentTask(observationSize, Box.Uniform(actionSize, -1, 1)).Checked()
        : throw new UserError($"an action of {actionSize} numbers is none: this agent needs actions that are real vectors");

    /// <summary>A task with finitely many actions.</summary>
    /// <exception cref="UserError">A size is not positive.</exception>
    public static AgentTask FiniteActions(int observationSize, int actionCount) => actionCount > 0
        ? new AgentTask(observationSize, new Discrete(actionCount)).Checked()
        : throw new UserError($"there are {actionCount} actions to choose from: this agent needs actions that are finitely many, at least one");

    /// <summary>The environment as an agent made for this task acts in it: several choices as one number where it takes one.</summary>
    /// <param name="environment">The environment.</param>
    /// <exception cref="UserError">As for <see cref="Require"/>.</exception>
    public IEnvironment Fit(IEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        environment = Actions is Discrete one && environment.ActionSpace is MultiDiscrete several && one.Count == several.Combinations
            ? new CombineChoices(environment) : environment;
        Require(environment);
        return environment;
    }

    /// <summary>Holds the environment that an agent is to act in against the task that it was made for.</summary>
    /// <exception cref="UserError">Observations or actions are of another size or kind, or a box of actions is not rescaled.</exception>
    public void Require(IEnvironment environment)
    {
        AgentTask other = Of(environment);
        if ((ObservationSize, ActionSize) != (other.ObservationSize, other.ActionSize) || !Choices.SequenceEqual(other.Choices))
        {
            throw new UserError($"the {(KeepsOwnActions ? "policy" : "agent")} is made for {Describe()}, and the task has {other.Describe()}");
        }

        if (KeepsOwnActions)
        {
            if (Actions is Box own && other.Actions is Box its && !(own.Low.AsSpan().SequenceEqual(its.Low) && own.High.AsSpan().SequenceEqual(its.High)))
            {
                throw new UserError("the policy's actions lie between other bounds than those of the task");
            }

            return;
        }

        // An agent's box is [-1, 1] whatever the task's: what it would leave out, nobody would learn of.
        if (other.Actions is Box box)
        {
            Box seen = box.Normalized(), mine = ((Box)Actions).Normalized();
            if (!seen.Low.AsSpan().SequenceEqual(box.Low) || !seen.High.AsSpan().SequenceEqual(box.High))
            {
                throw new UserError("the agent's actions lie in [-1, 1], and those of the task do not: put the task into RescaleAction");
            }

            if (!mine.Low.AsSpan().SequenceEqual(box.Low) || !mine.High.AsSpan().SequenceEqual(box.High))
            {
                throw new UserError(mine.IsBounded
                    ? "the agent's actions lie in [-1, 1], and those of the task have no such bounds"
                    : "the agent's actions have no bounds, and those of the task lie in [-1, 1]");
            }
        }
    }

    /// <summary>This task, where it has observations and actions.</summary>
    /// <exception cref="UserError">A size is not positive.</exception>
    internal AgentTask Checked() => ObservationSize > 0 && ActionSize > 0 && Choices.All(count => count > 0)
        ? this
        : throw new UserError($"an agent cannot be made for {Describe()}: it needs at least one number of each");

    private string Describe() => $"observations of {Wording(ObservationSize, "number")} and "
        + (Actions is Discrete ? $"{Wording(ActionCount, "action")} to choose from"
            : Actions is MultiDiscrete several ? $"actions of {Wording(ActionSize, "choice")} ({string.Join(", ", several.Counts)})"
            : $"actions of {Wording(ActionSize, "number")}");

    private static string Wording(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
