using System.ComponentModel;
using System.Diagnostics;

namespace Dyad.Tests;

/// <summary>The Python of the tests: the one that <c>DYAD_PYTHON</c> names, or the first on this machine that has NumPy.</summary>
public static class PythonForTests
{
    private static readonly Lock Choosing = new();
    private static string? _path;

    /// <summary>Its path; set as <c>DYAD_PYTHON</c> of this process too.</summary>
    public static string Path
    {
        get
        {
            lock (Choosing)
            {
                return _path ??= Find();
            }
        }
    }

    /// <summary>A task of the tests' own file.</summary>
    public static string Task(string factory)
    {
        Assert.NotEmpty(Path);
        return $"py:{Folder}/dyad_tasks:{factory}";
    }

    /// <summary>Where that file is.</summary>
    public static string Folder { get; } = Repository.PathOf("tests", "Dyad.Tests", "Python");

    private static string Find()
    {
        string[] candidates = Environment.GetEnvironmentVariable("DYAD_PYTHON") is { Length: > 0 } named ? [named] : ["python3", "/usr/bin/python3"];
        string found = candidates.FirstOrDefault(HasNumPy) ?? throw new InvalidOperationException(
            $"the tests need a Python with NumPy ({string.Join(" or ", candidates)}): './test' installs python3-numpy, or let DYAD_PYTHON name one");
        Environment.SetEnvironmentVariable("DYAD_PYTHON", found);
        return found;
    }

    private static bool HasNumPy(string python)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import numpy"]) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
