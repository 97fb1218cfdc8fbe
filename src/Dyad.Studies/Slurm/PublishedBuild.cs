using System.Security.Cryptography;
using System.Text;
using Dyad.Core;

namespace Dyad.Studies.Slurm;

/// <summary>
/// The running build with the .NET runtime that it runs on, copied once into a shared folder: nodes need neither, and what is built
/// anew on the machine that submits is not what jobs of before run.
/// </summary>
internal static class PublishedBuild
{
    private const int HashDigits = 12;

    /// <summary>Copies the build, unless it is there.</summary>
    /// <param name="output">Folder of the runs, <c>DIR</c>: it goes to <c>DIR/.dyad/build-HASH</c>.</param>
    /// <returns>The program to call there.</returns>
    /// <exception cref="UserError">It cannot be copied.</exception>
    public static string Copy(string output)
    {
        string application = AppContext.BaseDirectory;
        string folder = Path.Combine(Path.GetFullPath(output), ".dyad", $"build-{Hash(application)}"), program = Path.Combine(folder, "dyad");
        if (File.Exists(program))
        {
            return program;
        }

        string partial = $"{folder}.{Environment.ProcessId}.partial";
        try
        {
            CopyFolder(application, Path.Combine(partial, "app"));
            CopyRuntime(Path.Combine(partial, "dotnet"));
            string script = Path.Combine(partial, "dyad");
            File.WriteAllText(script, """
                #!/bin/sh
                # Dyad with its runtime, as it was when jobs were submitted.
                here="$(dirname "$(readlink -f "$0")")"
                export DOTNET_ROOT="$here/dotnet" DOTNET_NOLOGO=1
                exec "$here/dotnet/dotnet" "$here/app/Dyad.Cli.dll" "$@"

                """.ReplaceLineEndings("\n"));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
            }

            Directory.Move(partial, folder);
            return program;
        }
        catch (IOException) when (File.Exists(program))
        {
            // Another call was faster.
            Directory.Delete(partial, recursive: true);
            return program;
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot copy the build to '{folder}': {IoSentence.Of(e)}", e);
        }
    }

    // Runtime, host and the program that starts both: what a machine without .NET lacks.
    private static void CopyRuntime(string target)
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!, version = Path.GetFileName(runtime);
        string root = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(runtime)!)!)!;
        string host = Path.Combine(root, "host", "fxr");
        if (!File.Exists(Path.Combine(root, "dotnet")) || !Directory.Exists(host))
        {
            throw new UserError($"the .NET runtime in '{runtime}' is none that can be copied: there is no {Path.Combine(root, "dotnet")}");
        }

        CopyFolder(runtime, Path.Combine(target, "shared", "Microsoft.NETCore.App", version));
        CopyFolder(host, Path.Combine(target, "host", "fxr"));
        File.Copy(Path.Combine(root, "dotnet"), Path.Combine(target, "dotnet"));
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }

    private static string Hash(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..HashDigits];
    }
}
