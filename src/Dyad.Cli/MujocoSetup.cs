using Dyad.Environments.MuJoCo;

namespace Dyad.Cli;

/// <summary>MuJoCo for the commands: found, or installed where a task asks for it.</summary>
internal static class MujocoSetup
{
    /// <summary>
    /// To be called before a task is created: where it is one of MuJoCo's and MuJoCo is missing, installs Debian's packages
    /// as root. Otherwise creating the task says what to do.
    /// </summary>
    public static void EnsureFor(string environment)
    {
        if (MujocoTasks.All.Any(task => task.Name == environment) && MujocoInstallation.TryFind() is null && DebianPackages.CanInstall)
        {
            Console.Error.WriteLine($"dyad: installing MuJoCo for '{environment}' ({string.Join(' ', MujocoInstallation.DebianPackages)}) ...");
            DebianPackages.Install(MujocoInstallation.DebianPackages, environment);
        }
    }
}
