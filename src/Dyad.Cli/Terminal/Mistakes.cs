using Dyad.Studies;

namespace Dyad.Cli.Terminal;

/// <summary>What nobody expected: a mistake in Dyad, for which a user needs one sentence, and whoever mends it the trace.</summary>
internal static class Mistakes
{
    /// <summary>Writes the trace into a file of the folder for temporary files.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>The sentence, which names the file; the trace itself where none can be written.</returns>
    public static string Tell(Exception e, IEnumerable<string> arguments)
    {
        string message = e.Message.ReplaceLineEndings(" ");
        string trace = $"dyad {StudyRunner.Version}\n{string.Join(' ', arguments.Select(Shell.Quoted))}\n{e}\n";
        try
        {
            string path = Path.Combine(Path.GetTempPath(), $"dyad-trace-{Environment.ProcessId}.txt");
            File.WriteAllText(path, trace);
            return $"this is a mistake in Dyad ({e.GetType().Name}: {message}); please report it with the trace in '{path}'";
        }
        catch (Exception other) when (other is IOException or UnauthorizedAccessException)
        {
            return $"this is a mistake in Dyad; please report it with this trace:\n{trace}";
        }
    }
}
