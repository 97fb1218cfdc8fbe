using Dyad.Environments.Locating;
using Dyad.Environments.MuJoCo;

namespace Dyad.Cli;

/// <summary>MuJoCo for the commands: found, or installed where a task asks for it.</summary>
internal static class MujocoSetup
{
    /// <summary>To be called before a task is created by its name: see <see cref="Ensure"/> where it is one of MuJoCo's.</summary>
    public static void EnsureFor(string environment)
    {
        string bare = TaskWrappers.Bare(environment);
        if (MujocoTasks.All.Any(task => task.Name == bare))
        {
            Ensure(bare);
        }
    }

    /// <summary>
    /// Where MuJoCo is missing, installs Debian's packages as root; where that cannot be, creating a task says what to do.
    /// </summary>
    public static void Ensure(string neededFor)
    {
        if (MujocoInstallation.TryFind() is null && DebianPackages.CanInstall)
        {
            Console.Error.WriteLine($"dyad: installing MuJoCo for {neededFor} ({string.Join(' ', MujocoInstallation.DebianPackages)}) ...");
            DebianPackages.Install(MujocoInstallation.DebianPackages, neededFor);
        }
    }
}
