using Dyad.Cli.Commands;
using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Cli;

/// <summary>Tasks and runs that the user names, with what they need on this machine.</summary>
internal static class Located
{
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
    /// <exception cref="UserError">It holds no run, or one of another kind or release.</exception>
    public static StoredRun Run(string folder, string purpose)
    {
        if (RunPointer.Follow(folder).ReadConfig() is { } config)
        {
            MujocoSetup.EnsureFor(config.Task.Name);
        }

        var run = StoredRun.Open(folder, purpose);
        foreach (string sentence in new[] { run.OtherBuild(StudyRunner.Build), run.OtherTask() }.OfType<string>())
        {
            StudyOptions.Tell(sentence);
        }

        return run;
    }
}
