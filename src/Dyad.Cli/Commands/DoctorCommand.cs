using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments.MuJoCo;
using Dyad.Environments.Python;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad doctor</c>: what this machine has and lacks, and how to get it.</summary>
internal static class DoctorCommand
{
    // A program, what needs it, and the Debian package that brings it.
    private static readonly (string Program, string NeededFor, string Package)[] Programs =
    [
#if SHIPPED
        ("chromium", "figures as SVG and PDF, videos of episodes", "chromium"),
#else
        ("dotnet", "everything", ""),
        ("node", "building: the report's chart library is bundled once", "nodejs"),
        ("npm", "building: the report's chart library is bundled once", "npm"),
        ("chromium", "./test: pages are opened in a headless browser; figures as SVG and PDF, films of episodes", "chromium"),
#endif
        ("ffmpeg", "films of episodes: play --video", "ffmpeg"),
    ];

    private sealed record Check(string Name, bool IsThere, string Detail, string NeededFor, string Package);

    public static Command Create()
    {
        var fix = new Option<bool>("--fix") { Description = "Install the missing Debian packages (as root)." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("doctor", "What this machine has and lacks, and how to get it.") { fix, json };
        Help.AddExamples(command, "dyad doctor", "dyad doctor --fix");
        command.SetAction(parsed => Run(parsed.GetValue(fix), parsed.GetValue(json)));
        return command;
    }

    private static int Run(bool fix, bool json)
    {
        List<Check> checks = Examine();
        string[] packages = Missing(checks);
        if (fix && packages.Length > 0)
        {
            DebianPackages.Install(packages, "--fix");
            checks = Examine();
            packages = Missing(checks);
        }

        if (json)
        {
            StandardOutput.Json(new JsonObject
            {
                ["machine"] = Studies.StudyRunner.Machine,
                ["version"] = Studies.StudyRunner.Version,
                ["checks"] = new JsonArray([.. checks.Select(check => new JsonObject
                {
                    ["name"] = check.Name,
                    ["there"] = check.IsThere,
                    ["detail"] = check.Detail,
                    ["needed_for"] = check.NeededFor,
                    ["package"] = check.Package.Length > 0 ? check.Package : null,
                })]),
            });
            return ExitCode.Success;
        }

        StandardOutput.Table(null, ["what", "state", "detail", "needed for"], checks.Select(check => new[]
        {
            check.Name, check.IsThere ? "there" : "missing", check.Detail, check.NeededFor,
        }));
        Check[] unpackaged = [.. checks.Where(check => !check.IsThere && check.Package.Length == 0)];
        if (packages.Length > 0)
        {
            StandardOutput.Line($"To get what is missing: {DebianPackages.Command(packages)}   (or, as root: {Shell.Command("doctor", "--fix")})");
        }

        if (unpackaged.Length > 0)
        {
            StandardOutput.Line($"Missing or not working, and in no package to install: {string.Join(", ", unpackaged.Select(check => check.Name))}.");
        }

        if (packages.Length + unpackaged.Length == 0)
        {
            StandardOutput.Line("Nothing is missing.");
        }

        return ExitCode.Success;
    }

    private static List<Check> Examine() =>
    [
        new("Dyad", true, Studies.StudyRunner.Version, "", ""),
        new(".NET runtime", true, RuntimeInformation.FrameworkDescription, "everything", ""),
        new("vector instructions", Vector128.IsHardwareAccelerated, VectorWidth(), "speed", ""),
        new("processor cores", true, $"{Environment.ProcessorCount}", "runs at the same time (--jobs)", ""),
        .. Programs.Select(program =>
        {
            string? path = ProgramPath.Find(program.Program);
            return new Check(program.Program, path is not null, path ?? "not on the PATH", program.NeededFor, program.Package);
        }),
        AspNet(),
        .. Mujoco(),
        Python(),
    ];

    // A Python that is not Debian's is the user's to mend.
    private static Check Python()
    {
        (bool works, string detail) = PythonInstallation.Try();
        bool isDebians = ProgramPath.Find("python3") is null or "/usr/bin/python3";
        return new("Python with NumPy", works, detail, "tasks in Python: gymnasium:NAME, py:MODULE:FACTORY", isDebians ? "python3-numpy" : "");
    }

    // Beside the runtime that this is; the command line itself does without.
    private static Check AspNet()
    {
        string shared = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "Microsoft.AspNetCore.App"));
        string? found = Directory.Exists(shared) ? Directory.EnumerateDirectories(shared, $"{Environment.Version.Major}.*").Order(StringComparer.Ordinal).LastOrDefault() : null;
        return new("ASP.NET Core runtime", found is not null, found ?? $"not in {Path.GetDirectoryName(shared)}", "dyad watch: the live view", "");
    }

    // The library and its headers: a release named by DYAD_MUJOCO, or Debian's packages.
    private static IEnumerable<Check> Mujoco()
    {
        const string Tasks = "MuJoCo's tasks, like HalfCheetah-v4";
        MujocoInstallation? found = null;
        string missing = "not installed";
        string[] packages = [.. MujocoInstallation.DebianPackages];
        try
        {
            found = MujocoInstallation.TryFind();
        }
        catch (UserError e)
        {
            missing = e.Message;
        }

        // A release that the user chose is the user's to mend.
        if (Environment.GetEnvironmentVariable(MujocoInstallation.RootVariable) is { Length: > 0 })
        {
            packages = ["", ""];
        }

        yield return new("MuJoCo", found is not null, found?.Library ?? missing, Tasks, packages[0]);
        yield return new(
            "MuJoCo's headers", found?.Headers is not null, found?.Headers ?? missing, Tasks, packages[1]);
        if (found is not null)
        {
            // What lies there is not yet what works.
            (bool works, string detail) = MujocoInstallation.TryLoad();
            yield return new("MuJoCo loads", works, detail, Tasks, "");
        }
    }

    private static string[] Missing(List<Check> checks) =>
        [.. checks.Where(check => !check.IsThere && check.Package.Length > 0).Select(check => check.Package)];

    private static string VectorWidth() =>
        Vector512.IsHardwareAccelerated ? "512 bits" : Vector256.IsHardwareAccelerated ? "256 bits"
        : Vector128.IsHardwareAccelerated ? "128 bits" : "none: scalar code";
}
