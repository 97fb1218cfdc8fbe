using System.Globalization;
using Dyad.Core;
using Dyad.Environments.Wrappers;
using Dyad.Tabular;

namespace Dyad.Environments.Locating;

/// <summary>Where a task was found.</summary>
public enum LocatedKind
{
    /// <summary>Under its name in the registry.</summary>
    Registry,

    /// <summary>In a library of the user's own, which sets its own limits.</summary>
    Library,

    /// <summary>In Python, where the task sets its own limits.</summary>
    Python,

    /// <summary>In a file with a text map or an MDP.</summary>
    File,
}

/// <summary>A task that was found: its name, what finds it again, and instances of it in their time limit.</summary>
public sealed class LocatedTask
{
    // From here on the experiments that a preset repeats tell a time limit from a termination.
    private const int LongEpisode = 1000;

    private readonly int? _ownLimit;
    private Func<IEnvironment> _create;
    private string _fingerprint;

    internal LocatedTask(string name, string text, Func<IEnvironment> create, int? limit, LocatedKind kind, Mdp? mdp, string fingerprint = "")
    {
        Name = name;
        BareName = name;
        Text = text;
        _create = create;
        _ownLimit = limit;
        MaxEpisodeSteps = limit;
        Kind = kind;
        Mdp = mdp;
        _fingerprint = fingerprint;
    }

    /// <summary>Name for folders and legends.</summary>
    public string Name { get; private set; }

    /// <summary>Name of the task without what its name puts around it, by which it speaks of itself.</summary>
    public string BareName { get; }

    /// <summary>What finds the task again from any folder: its name, or the full path of its file, with its type.</summary>
    public string Text { get; private set; }

    /// <summary>What its name puts around it.</summary>
    internal TaskWrappers Wrappers { get; private set; } = TaskWrappers.None;

    /// <summary>Where it was found.</summary>
    public LocatedKind Kind { get; }

    /// <summary>The finite MDP behind it; null where there is none.</summary>
    public Mdp? Mdp { get; private set; }

    /// <summary>Steps after which an episode is truncated; null for never, or where a user's own task keeps that to itself.</summary>
    public int? MaxEpisodeSteps { get; private set; }

    /// <summary>
    /// Differs, in all likelihood, for any other finite MDP and any other code of the user's own, since a file may change under its
    /// name; empty for other tasks.
    /// </summary>
    public string Fingerprint => Mdp?.Fingerprint().ToString("x16", CultureInfo.InvariantCulture) ?? _fingerprint;

    /// <summary>Whether its time limit is below 1,000 steps, which some experiments count as a termination.</summary>
    public bool HasShortLimit => IsShort(MaxEpisodeSteps);

    /// <summary>Whether a time limit is below 1,000 steps.</summary>
    public static bool IsShort(int? limit) => limit < LongEpisode;

    /// <summary>The same with another time limit; a limit that a user's own task sets stays within it.</summary>
    /// <param name="limit">Steps of an episode; null for its own limit.</param>
    public LocatedTask WithLimit(int? limit) => With(task => task.MaxEpisodeSteps = limit ?? _ownLimit);

    /// <summary>The same with what its name puts around it; a finite MDP behind it is none of what is made of it.</summary>
    internal LocatedTask Wrapped(TaskWrappers wrappers)
    {
        string text = wrappers.ToString();
        return wrappers == TaskWrappers.None ? this : With(task =>
        {
            task.Name = TaskWrappers.NameOf(Name, text);
            task.Text = Text + text;
            task.Wrappers = wrappers;
            task.Mdp = null;
            task.CreateTable = null;
            task._fingerprint = Fingerprint;
        });
    }

    /// <summary>
    /// An instance in its time limit and with what its name puts around it, but for rewards: these are the task's own. Its mistakes
    /// come out as one sentence (<see cref="GuardedTask"/>).
    /// </summary>
    /// <exception cref="UserError">It cannot be made, or its spaces are none.</exception>
    public IEnvironment Create() => Wrappers.Around(Limited(GuardedTask.Create(BareName, _create)));

    /// <summary>An instance in its time limit and with all that its name puts around it, for <see cref="EnvironmentChecker"/>.</summary>
    public IEnvironment CreateUnguarded() => Wrappers.AroundRewards(Wrappers.Around(Limited(_create())));

    /// <summary>An instance as a policy on its own sees it: discrete observations are one-hot vectors, actions the task's own.</summary>
    public IEnvironment CreateForPolicies() => WithVectors(Create());

    /// <summary>Makes an instance that shows the states of <see cref="Mdp"/>; null where every instance does.</summary>
    internal Func<IEnvironment>? CreateTable { get; set; }

    /// <summary>Begins to make instances that share what they need to run; null where they share nothing.</summary>
    internal Func<Func<IEnvironment>>? Sharing { get; set; }

    /// <summary>
    /// The same, whose instances share what they need to run, such as a Python process, in which they step together where whoever steps them says
    /// so: those that are made before one of them is used.
    /// </summary>
    internal LocatedTask Together() => Sharing is null ? this : With(task =>
    {
        task._create = Sharing();
        task.Sharing = null;
    });

    /// <summary>The same, each instance of which shows the states of <see cref="Mdp"/> one-hot, as tabular methods number them.</summary>
    internal LocatedTask ForTables() => CreateTable is null ? this : With(task =>
    {
        task._create = CreateTable;
        task.CreateTable = null;
    });

    /// <summary>An instance that agents learn in: as they see it, with rewards as the task's name has them.</summary>
    /// <param name="timeLimitTerminates">Whether a time limit below 1,000 steps counts as a termination.</param>
    public IEnvironment CreateForTraining(bool timeLimitTerminates = false) => Wrappers.AroundRewards(CreateForAgents(timeLimitTerminates));

    /// <summary>An instance as neural methods see it, with the task's own rewards: discrete observations are one-hot vectors, a box of actions is rescaled to [-1, 1] where it has bounds.</summary>
    /// <param name="timeLimitTerminates">Whether a time limit below 1,000 steps counts as a termination.</param>
    public IEnvironment CreateForAgents(bool timeLimitTerminates = false)
    {
        IEnvironment task = CreateForPolicies();
        task = task.ActionSpace is Box ? new RescaleAction(task) : task;
        return timeLimitTerminates && HasShortLimit ? new TerminateAtTimeLimit(task) : task;
    }

    /// <summary>Itself, where neural methods can learn it.</summary>
    /// <exception cref="UserError">It cannot be made, its spaces are none, or its episodes have no limit.</exception>
    public LocatedTask RequireForAgents()
    {
        // Made once, so that what is wrong with it is told before anything is written.
        using IEnvironment task = Create();
        return MaxEpisodeSteps is null && !LimitsItself
            ? throw new UserError($"{Name} has no time limit, without which an evaluation might not end: give one (--max-episode-steps)")
            : this;
    }

    private LocatedTask With(Action<LocatedTask> change)
    {
        var copy = (LocatedTask)MemberwiseClone();
        change(copy);
        return copy;
    }

    private static IEnvironment WithVectors(IEnvironment task) => task.ObservationSpace is Discrete ? new OneHotObservation(task) : task;

    private bool LimitsItself => Kind is LocatedKind.Library or LocatedKind.Python;

    private IEnvironment Limited(IEnvironment task)
    {
        bool isIn = LimitsItself && MaxEpisodeSteps == _ownLimit;
        return MaxEpisodeSteps is int limit && !isIn ? new TimeLimit(task, limit) : task;
    }
}
