using Dyad.Core;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A MuJoCo on this machine: that of Debian's packages, or an unpacked release that the environment variable
/// <c>DYAD_MUJOCO</c> names. Library and headers always come from the same root.
/// </summary>
/// <param name="Library">The shared library.</param>
/// <param name="Headers">The folder with mujoco.h, or null where there is none: then only 2.2.2 can be used.</param>
public sealed record MujocoInstallation(string Library, string? Headers)
{
    /// <summary>The environment variable that names the root of an unpacked release.</summary>
    public const string RootVariable = "DYAD_MUJOCO";

    /// <summary>Debian's packages: the library and its headers.</summary>
    public static IReadOnlyList<string> DebianPackages { get; } = ["libmujoco2.2.2", "libmujoco-dev"];

    // Where systems keep libraries, each with the folder of their headers.
    private static readonly (string Libraries, string Headers)[] SystemFolders =
    [
        ("/usr/local/lib", "/usr/local/include/mujoco"),
        ("/usr/lib/x86_64-linux-gnu", "/usr/include/mujoco"),
        ("/usr/lib/aarch64-linux-gnu", "/usr/include/mujoco"),
        ("/usr/lib64", "/usr/include/mujoco"),
        ("/usr/lib", "/usr/include/mujoco"),
        ("/opt/homebrew/lib", "/opt/homebrew/include/mujoco"),
        ("/Applications/MuJoCo.app/Contents/Frameworks/mujoco.framework/Versions/A", "/Applications/MuJoCo.app/Contents/Frameworks/mujoco.framework/Versions/A/Headers"),
    ];

    // Of Linux, macOS and Windows: only one of them is in a release.
    private static readonly string[] LibraryNames = ["libmujoco.so.*", "libmujoco.so", "libmujoco*.dylib", "mujoco.dll"];

    // Where releases have the library, each with the folder of its headers.
    private static readonly (string Libraries, string Headers)[] ReleaseFolders =
    [
        ("lib", Path.Combine("include", "mujoco")), ("bin", Path.Combine("include", "mujoco")), (".", Path.Combine("include", "mujoco")),
        (Path.Combine("mujoco.framework", "Versions", "A"), Path.Combine("mujoco.framework", "Versions", "A", "Headers")),
        (Path.Combine("Versions", "A"), Path.Combine("Versions", "A", "Headers")),
    ];

    /// <summary>What a user is told where there is no MuJoCo.</summary>
    public static string HowToGet => (OperatingSystem.IsLinux() ? $"run 'apt-get install {string.Join(' ', DebianPackages)}' (as root), or " : "")
        + $"let {RootVariable} name an unpacked release of MuJoCo";

    /// <summary>The MuJoCo of this machine.</summary>
    /// <exception cref="UserError">There is none; the sentence says how to get one.</exception>
    public static MujocoInstallation Find() => TryFind() ?? throw new UserError($"MuJoCo is not on this machine: {HowToGet}");

    /// <summary>The MuJoCo of this machine, or null.</summary>
    /// <exception cref="UserError"><c>DYAD_MUJOCO</c> names a folder without MuJoCo.</exception>
    public static MujocoInstallation? TryFind()
    {
        if (Environment.GetEnvironmentVariable(RootVariable) is { Length: > 0 } root)
        {
            return FromRoot(root);
        }

        foreach ((string libraries, string headers) in SystemFolders)
        {
            string? its = HeadersIn(headers);
            if (LibraryIn(libraries, its) is string library)
            {
                return new MujocoInstallation(library, its);
            }
        }

        return null;
    }

    /// <summary>Whether MuJoCo can be used: its version and where its headers are from, or the sentence that says why not.</summary>
    public static (bool Works, string Detail) TryLoad()
    {
        try
        {
            return (true, MujocoVersion.Text(MujocoLibrary.Shared.Version));
        }
        catch (UserError e)
        {
            return (false, e.Message);
        }
    }

    /// <summary>The MuJoCo of an unpacked release: <c>lib/</c> or <c>bin/</c> with the library and <c>include/</c> with the headers, or a framework of macOS.</summary>
    /// <exception cref="UserError">The folder holds no library.</exception>
    public static MujocoInstallation FromRoot(string root)
    {
        foreach ((string libraries, string headers) in ReleaseFolders)
        {
            string? its = HeadersIn(Path.Combine(root, headers)) ?? HeadersIn(Path.Combine(root, "include"));
            if (LibraryIn(Path.Combine(root, libraries), its) is string library)
            {
                return new MujocoInstallation(library, its);
            }
        }

        throw new UserError(
            $"{RootVariable} is '{root}', where there is no MuJoCo; it must name an unpacked release with {(OperatingSystem.IsWindows() ? "bin/mujoco.dll" : OperatingSystem.IsMacOS() ? "lib/libmujoco.dylib or mujoco.framework" : "lib/libmujoco.so")} and include/");
    }

    private static string? HeadersIn(string folder) => File.Exists(Path.Combine(folder, "mujoco.h")) ? folder : null;

    // Of several versions that of the headers, else the newest; "libmujoco.so.2.2.2" before a bare "libmujoco.so".
    private static string? LibraryIn(string folder, string? headers)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        Version? wanted = headers is not null && MujocoLayout.VersionOf(headers) is int version ? Version.Parse(MujocoVersion.Text(version)) : null;
        return LibraryNames
            .Select(pattern => Directory.GetFiles(folder, pattern)
                .OrderBy(path => MujocoVersion.Of(path) is { } its && its == wanted).ThenBy(MujocoVersion.Of).ThenBy(path => path, StringComparer.Ordinal).LastOrDefault())
            .FirstOrDefault(path => path is not null);
    }
}
