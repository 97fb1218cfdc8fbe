using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Environments.Python;
using Dyad.Environments.Wrappers;
using Dyad.Tabular;

namespace Dyad.Environments.Locating;

/// <summary>
/// Finds a task by what a user writes: a name of the registry (<c>Pendulum-v1</c>), a class of the user's own
/// (<c>FILE.dll:TYPE</c>), a task in Python (<c>gymnasium:NAME</c>, <c>py:MODULE:FACTORY</c>), or a file that holds a text map of a
/// grid or a finite MDP as JSON. Wrappers may follow: <c>Pendulum-v1+frame_stack=3+reward_scale=0.1</c>; there are <c>action_repeat</c>,
/// <c>reward_scale</c>, <c>reward_clip</c> and <c>frame_stack</c>.
/// </summary>
/// <example><code>
/// LocatedTask task = TaskLocator.FindForAgents("Pendulum-v1");
/// using IEnvironment environment = task.CreateForAgents();
/// </code></example>
public static class TaskLocator
{
    /// <summary>
    /// Steps of an episode of a finite MDP from a file, where nothing else is said: as many as tabular learners sample.
    /// </summary>
    public const int FileEpisodeLength = FourRoom.EpisodeLength;

    /// <summary>Finds a task.</summary>
    /// <exception cref="UserError">There is no such task, file, type or wrapper, or what is there is no task.</exception>
    public static LocatedTask Find(string text)
    {
        (string task, TaskWrappers wrappers) = TaskWrappers.Parse(text);
        return FindBare(task).Wrapped(wrappers);
    }

    private static LocatedTask FindBare(string text)
    {
        if (TaskLibrary.Names(text))
        {
            return OfLibrary(text);
        }

        if (PythonTarget.Names(text))
        {
            return OfPython(PythonTarget.Parse(text));
        }

        if (EnvironmentRegistry.Find(text) is { } entry)
        {
            return new LocatedTask(entry.Name, entry.Name, entry.Create, entry.MaxEpisodeSteps, LocatedKind.Registry, entry.Mdp?.Invoke(null)) { CreateTable = entry.CreateTable };
        }

        (string file, MapOptions? options) = MapOptions.Parse(text);
        return File.Exists(file) ? OfFile(file, text[file.Length..], options)
            : Path.GetExtension(file) is ".txt" or ".json" ? throw new UserError($"there is no file '{file}'")
            : throw new UserError($"there is no environment '{text}'; {NearNames.Hint(text, [.. EnvironmentRegistry.All.Select(task => task.Name)])}");
    }

    /// <summary>Finds a task that neural methods can learn.</summary>
    /// <exception cref="UserError">There is none, or its episodes have no limit.</exception>
    public static LocatedTask FindForAgents(string text) => Find(text).RequireForAgents();

    /// <summary>The name of a task that a stored text finds, without a look at the task.</summary>
    internal static string NameOf(string text)
    {
        string bare = TaskWrappers.Bare(text), wrappers = text[bare.Length..];
        return wrappers.Length > 0 ? TaskWrappers.NameOf(NameOf(bare), wrappers)
            : TaskLibrary.Names(text) ? TaskLibrary.TypeOf(text)
            : PythonTarget.Names(text) ? PythonTarget.Parse(text).Name
            : !Path.IsPathRooted(text) && !text.Contains('/') ? text
            : text.LastIndexOf('?') is var mark and > 0 ? FileName(text[..mark], text[mark..]) : FileName(text, "");
    }

    private static string FileName(string path, string query) =>
        FolderName.Of(Path.GetFileNameWithoutExtension(path) + query.Replace('?', '-').Replace('&', '-').Replace('=', '-'), "task");

    private static LocatedTask OfLibrary(string text)
    {
        Func<IEnvironment> create = TaskLibrary.Load(text);
        string name = FolderName.Of(TaskLibrary.TypeOf(text), "task");
        using IEnvironment task = create();
        return new LocatedTask(
            name, TaskLibrary.FullText(text), create,
            EnvironmentWrapper.Find<TimeLimit>(task)?.Limit, LocatedKind.Library, mdp: null, TaskLibrary.Fingerprint(text));
    }

    private static LocatedTask OfPython(PythonTarget target)
    {
        using var task = new PythonEnvironments(target, null, 1);
        PythonTaskInfo info = task.Info;
        target = info.Folder.Length > 0 ? target with { Folder = info.Folder } : target;
        return new LocatedTask(
            target.Name, target.Text, () => PythonEnvironment.Create(target, info), info.Limit, LocatedKind.Python, mdp: null, info.Fingerprint)
        {
            Sharing = () => PythonEnvironment.Sharing(target, info),
        };
    }

    private static LocatedTask OfFile(string path, string query, MapOptions? options)
    {
        MapOptions used = options ?? new MapOptions();
        Mdp mdp = TaskFile.Read(path, out GridMap? map, used.Gamma, used.Goal, used.Slip).Mdp;
        if (options is not null && map is null)
        {
            throw new UserError($"'{path}' is an MDP, which brings its own goal and gamma: '{query}' is for text maps");
        }

        string name = FileName(path, query);
        return new LocatedTask(
            name, Path.GetFullPath(path) + query, () => new GridEnvironment(mdp, GridObservation.OneHot, name, map), FileEpisodeLength, LocatedKind.File, mdp);
    }
}
