using Spectre.Console;

namespace Dyad.Cli.Terminal;

/// <summary>
/// Progress on standard error: a bar with the time left where that is a terminal, otherwise a plain line every tenth.
/// Standard output stays free for results.
/// </summary>
internal static class ProgressDisplay
{
    private static readonly IAnsiConsole Console = AnsiConsole.Create(
        new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });

    /// <summary>Does some work that reports the fraction done, from any thread.</summary>
    public static T Run<T>(string title, Func<Action<double>, T> work)
    {
        if (System.Console.IsErrorRedirected)
        {
            return work(PlainLines(title));
        }

        return Console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
                T result = work(done => task.Value = done);
                task.Value = 1;
                return result;
            });
    }

    private static Action<double> PlainLines(string title)
    {
        int printed = 0;
        return done =>
        {
            // Called under the caller's lock or from one thread: tenths only grow.
            int tenth = (int)(done * 10);
            if (tenth > printed)
            {
                printed = tenth;
                System.Console.Error.WriteLine($"{title}: {tenth * 10} %");
            }
        };
    }
}
