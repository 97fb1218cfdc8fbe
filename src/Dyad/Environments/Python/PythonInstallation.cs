using Dyad.Core;

namespace Dyad.Environments.Python;

/// <summary>The Python of this machine, as tasks in Python use it.</summary>
internal static class PythonInstallation
{
    /// <summary>Its program: what <c>DYAD_PYTHON</c> names, or <c>python3</c>.</summary>
    public static string Executable => PythonStarter.Executable;

    /// <summary>Whether it can be used: what it is, with the versions that it has, or the sentence that says why not.</summary>
    public static (bool Works, string Detail) Try()
    {
        try
        {
            using var child = new PythonChild("Python");
            child.Request('V', 0);
            return (true, $"{PythonStarter.Executable}: {System.Text.Encoding.UTF8.GetString(child.Send("telling its version"))}");
        }
        catch (UserError e)
        {
            return (false, e.Message);
        }
    }
}
