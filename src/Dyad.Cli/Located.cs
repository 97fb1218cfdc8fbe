using Dyad.Cli.Commands;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Cli;

/// <summary>Tasks and runs that the user names, with what they need on this machine.</summary>
internal static class Located
{
    // Levels below a folder, runs that are looked for, and those that a sentence names.
    private const int Depth = 6, Looked = 1000, Named = 5;

    /// <summary>Finds a task, with MuJoCo where it is one of its.</summary>
    /// <exception cref="UserError">There is no such task, or what is there is none.</exception>
    public static LocatedTask Task(string environment)
    {
        MujocoSetup.EnsureFor(environment);
        return TaskLocator.Find(environment);
    }

    /// <summary>Reads the folder of a run, with MuJoCo where its task needs it, and tells of another build or a changed task on standard error.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="purpose">What only runs of neural methods have, as the end of a sentence.</param>
    /// <param name="code">Which code the folder may name.</param>
    /// <exception cref="UserError">It holds no run, one of another kind or release, or one whose code is not trusted.</exception>
    public static StoredRun Run(string folder, string purpose, StoredCode code)
    {
        Config(folder, code);
        var run = StoredRun.Open(folder, purpose, code.Trust);
        foreach (string sentence in new[] { run.OtherBuild(StudyRunner.Build), run.OtherTask() }.OfType<string>())
        {
            StandardError.Tell(sentence);
        }

        return run;
    }

    /// <summary>Reads the configuration of a run, with MuJoCo where its task needs it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="code">Which code the folder may name.</param>
    /// <exception cref="UserError">It holds no run, or one whose code is not trusted.</exception>
    public static RunConfig Config(string folder, StoredCode code)
    {
        RunConfig config = RunPointer.Follow(folder).ReadConfig() ?? throw NoRun(folder);
        code.Require(folder, config.Task.Name);
        MujocoSetup.EnsureFor(code.Trust.Task ?? config.Task.Name);
        return config;
    }

    // Where a folder holds no run, the ones that may have been meant.
    private static UserError NoRun(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return new UserError(File.Exists(folder)
                ? $"'{folder}' is a file, and the folder of a run is expected, .../seed-N"
                : $"there is no folder '{folder}'");
        }

        string full = Path.GetFullPath(folder);
        if (Path.GetDirectoryName(full) is string above && File.Exists(Path.Combine(above, "config.json")))
        {
            return new UserError($"'{folder}' is a part of a run; did you mean {Shell.Quoted(Path.GetRelativePath(".", above))}?");
        }

        var near = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = Depth, AttributesToSkip = FileAttributes.ReparsePoint };
        string[] runs = [.. Directory.EnumerateFiles(folder, "config.json", near).Take(Looked)
            .Select(path => Path.GetDirectoryName(path)!).Order(StringComparer.Ordinal)];
        return new UserError(runs.Length == 0
            ? $"'{folder}' is no folder of a run: it has no config.json"
            : $"'{folder}' is no folder of a run, but holds {(runs.Length < Looked ? $"{runs.Length}" : "many")}: {string.Join(", ", runs.Take(Named).Select(Shell.Quoted))}{(runs.Length > Named ? ", ..." : "")}");
    }
}
