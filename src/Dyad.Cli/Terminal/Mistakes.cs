using System.Globalization;
using Dyad.Core;
using Dyad.Studies;

namespace Dyad.Cli.Terminal;

/// <summary>What nobody expected: a mistake in Dyad, for which a user needs one sentence, and whoever mends it the trace.</summary>
internal static class Mistakes
{
    private const int Tries = 100;

    /// <summary>Writes the trace into a file: in the folder for temporary files, else at home or here.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>The sentence, which names the file; without one where none can be written.</returns>
    public static string Tell(Exception e, IEnumerable<string> arguments)
    {
        string trace = $"dyad {StudyRunner.Version}\n{Shell.Command(arguments)}\n{e}\n";
        string sentence = $"this is a mistake in Dyad ({e.GetType().Name}: {OneLine.Of(e.Message, 300)})";
        string[] folders = [Path.GetTempPath(), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "."];
        return folders.Where(folder => folder.Length > 0).Select(folder => Written(folder, trace)).FirstOrDefault(path => path is not null) is string path
            ? $"{sentence}; please report it with the trace in '{OneLine.Of(path)}'"
            : $"{sentence}, and its trace could be written nowhere: {OneLine.Of(e.StackTrace ?? "", 800)}";
    }

    private static string? Written(string folder, string trace)
    {
        for (int i = 0; i < Tries; i++)
        {
            string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"dyad-trace-{Environment.ProcessId}-{i}.txt"));
            try
            {
                // A new file: what is there may be somebody else's, or a link to anywhere.
                using var writer = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write));
                writer.Write(trace);
                return Path.GetFullPath(path);
            }
            catch (Exception) when (File.Exists(path))
            {
                // The next name.
            }
            catch (Exception other) when (IoSentence.Tells(other))
            {
                return null;
            }
        }

        return null;
    }
}
