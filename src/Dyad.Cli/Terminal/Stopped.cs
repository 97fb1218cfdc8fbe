namespace Dyad.Cli.Terminal;

/// <summary>What is said where a command was stopped.</summary>
internal static class Stopped
{
    /// <summary>A sentence that names the command that goes on, where one does.</summary>
    /// <param name="arguments">The arguments of the command that was stopped.</param>
    public static string Sentence(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || arguments[0] is not ("train" or "reproduce" or "study" or "demo"))
        {
            return "stopped.";
        }

        string[] resume = arguments[0] == "train" && !arguments.Contains("--resume") ? ["--resume"] : [];
        return $"stopped; this goes on from here: {Shell.Command(arguments.Concat(resume))}";
    }
}
