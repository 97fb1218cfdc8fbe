using System.Diagnostics;
using Dyad.Core;

namespace Dyad.Cli;

/// <summary>Debian's packages: whether they can be installed here, and their installation.</summary>
internal static class DebianPackages
{
    /// <summary>Whether this process may install: as root, where there is apt-get.</summary>
    public static bool CanInstall => Environment.IsPrivilegedProcess && ProgramPath.Find("apt-get") is not null;

    /// <summary>The command that a user would run.</summary>
    public static string Command(IEnumerable<string> packages) => $"apt-get install -y {string.Join(' ', packages)}";

    /// <summary>Installs packages; apt-get's messages go to standard error.</summary>
    /// <exception cref="UserError">It cannot be done here, or apt-get failed.</exception>
    public static void Install(IReadOnlyList<string> packages, string neededFor)
    {
        if (!CanInstall)
        {
            throw new UserError($"{neededFor} needs Debian packages, and installing them needs root; run: sudo {Command(packages)}");
        }

        foreach (string[] arguments in new string[][] { ["update"], ["install", "-y", "--no-install-recommends", .. packages] })
        {
            // Standard output stays for the command's result.
            var start = new ProcessStartInfo("/bin/sh", ["-c", "apt-get \"$@\" 1>&2", "apt-get", .. arguments]);
            start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new UserError($"'apt-get {arguments[0]}' failed with code {process.ExitCode}; its messages are above");
            }
        }
    }
}
