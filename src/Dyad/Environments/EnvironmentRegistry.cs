using Dyad.Core;
using Dyad.Environments.ClassicControl;
using Dyad.Environments.Gridworlds;
using Dyad.Environments.MuJoCo;
using Dyad.Environments.ToyText;
using Dyad.Environments.Wrappers;

namespace Dyad.Environments;

/// <summary>The tasks by name with version. Names are gym's, and mean what gym makes of them: the task in its time limit.</summary>
public static class EnvironmentRegistry
{
    /// <summary>All tasks.</summary>
    public static IReadOnlyList<EnvironmentEntry> All { get; } = [.. GridTasks.All, .. ToyTasks.All, .. ClassicTasks.All, .. MujocoTasks.All];

    /// <summary>The entry of a name; null where there is none.</summary>
    public static EnvironmentEntry? Find(string name) => All.FirstOrDefault(entry => entry.Name == name);

    /// <summary>The entry of a name.</summary>
    /// <exception cref="UserError">There is none; the sentence names near ones.</exception>
    public static EnvironmentEntry Get(string name) => Find(name)
        ?? throw new UserError($"there is no environment '{name}'; {NearNames.Hint(name, [.. All.Select(entry => entry.Name)])}");

    /// <summary>A new instance of a task, in its time limit.</summary>
    /// <exception cref="UserError">There is no such task, or the machine lacks what it needs.</exception>
    public static IEnvironment Create(string name) => Create(Get(name));

    /// <summary>A new instance of a task, in its time limit.</summary>
    public static IEnvironment Create(EnvironmentEntry entry)
    {
        IEnvironment task = entry.Create();
        return entry.MaxEpisodeSteps is int limit ? new TimeLimit(task, limit) : task;
    }
}
