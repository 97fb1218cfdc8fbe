using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Training;

namespace Dyad.Cli;

/// <summary>A task as neural methods see it: a box of actions is rescaled to [-1, 1].</summary>
internal sealed class AgentEnvironment
{
    private readonly Func<IEnvironment> _create;
    private readonly int? _limit;

    private AgentEnvironment(string name, string text, Func<IEnvironment> create, int? limit)
    {
        Name = name;
        Text = text;
        _create = create;
        _limit = limit;
    }

    /// <summary>Name for folders and legends.</summary>
    public string Name { get; }

    /// <summary>What finds the task again: its name, or the full path of its file with its type.</summary>
    public string Text { get; }

    /// <summary>Finds a task of the registry, or one of the user's own as <c>FILE.dll:TYPE</c>.</summary>
    /// <exception cref="UserError">There is none, or neural methods cannot learn it.</exception>
    public static AgentEnvironment Find(string text)
    {
        Func<IEnvironment> create = TaskLibrary.Find(text);
        bool own = TaskLibrary.Names(text);
        string name = own ? text[(text.LastIndexOf(':') + 1)..] : text;
        using IEnvironment task = create();
        if (task.ObservationSpace is not Box)
        {
            throw new UserError($"neural methods need observations that are real vectors; those of {name} are not");
        }

        // A task of the user's own sets its own limit; one of the registry without a limit might never end an evaluation.
        int? limit = own ? EnvironmentWrapper.Find<TimeLimit>(task)?.Limit : EnvironmentRegistry.Get(text).MaxEpisodeSteps;
        return own || limit is not null
            ? new AgentEnvironment(name, own ? Path.GetFullPath(text) : text, create, limit)
            : throw new UserError($"{name} has no time limit, without which an evaluation might not end");
    }

    /// <summary>An instance.</summary>
    /// <param name="timeLimitTerminates">Whether a short time limit counts as a termination.</param>
    public IEnvironment Create(bool timeLimitTerminates = false) => TaskPreparation.ForAgents(_create(), _limit, timeLimitTerminates);
}
