using System.Globalization;
using Dyad.Studies;
using Dyad.Training;
using Spectre.Console;

namespace Dyad.Cli.Terminal;

/// <summary>
/// Progress on standard error: a bar or a live table where that is a terminal, otherwise plain lines. Standard output stays free
/// for results.
/// </summary>
internal static class ProgressDisplay
{
    private static readonly IAnsiConsole Console = AnsiConsole.Create(
        new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });

    /// <summary>Works under a bar, which takes the fraction that is done.</summary>
    public static T Bar<T>(string title, Func<Action<double>, T> work)
    {
        if (Screen.IsErrorPlain)
        {
            return work(PlainLines(title));
        }

        return Console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
                T result = work(fraction => task.Value = fraction);
                task.Value = 1;
                return result;
            });
    }

    /// <summary>Works on many runs: a bar for all, with the time that is left, and a line for each run that goes on.</summary>
    public static T Runs<T>(string title, Func<Action<StudyProgress>, T> work)
    {
        if (Screen.IsErrorPlain)
        {
            int printed = 0;
            return work(progress =>
            {
                Failed(progress);
                int tenth = (int)(progress.Fraction * 10);
                if (tenth > printed)
                {
                    printed = tenth;
                    string left = progress.Left is { } time && tenth < 10 ? $", {progress.Done} of {progress.Runs} runs, {Clock(time)} left" : "";
                    System.Console.Error.WriteLine($"{title}{left}: {tenth * 10} %");
                }
            });
        }

        return Console.Progress().AutoClear(true).HideCompleted(true).Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn()).Start(context =>
        {
            ProgressTask total = context.AddTask(Markup.Escape(title), maxValue: 1);
            var lines = new Dictionary<(string, string, int), ProgressTask>();
            return work(progress =>
            {
                Failed(progress);
                total.Value = progress.Fraction;
                total.Description = Markup.Escape($"{title}: {progress.Done} of {progress.Runs} runs{(progress.Left is { } left ? $", {Clock(left)} left" : "")}");
                (string, string, int) key = (progress.Label, progress.Environment, progress.Seed);
                bool ended = progress.Run.Step >= progress.Run.Steps;
                if (!lines.TryGetValue(key, out ProgressTask? line) && !ended)
                {
                    lines[key] = line = context.AddTask(Markup.Escape($"  {progress.Label}, {progress.Environment}, seed {progress.Seed}"), maxValue: progress.Run.Steps);
                }

                if (line is not null)
                {
                    line.Value = progress.Run.Step;
                    if (ended)
                    {
                        line.StopTask();
                        lines.Remove(key);
                    }
                }
            });
        });
    }

    /// <summary>Trains under a live table, a line a seed: return, losses, speed and time left.</summary>
    public static T Table<T>(string title, Func<Action<StudyProgress>, T> work)
    {
        if (Screen.IsErrorPlain)
        {
            return work(progress =>
            {
                if (!Failed(progress))
                {
                    System.Console.Error.WriteLine($"{title}, {Sentence(progress)}");
                }
            });
        }

        var rows = new SortedDictionary<int, StudyProgress>();
        (int width, int height) = (Console.Profile.Width, Console.Profile.Height);
        return Console.Live(new Text(title)).Overflow(VerticalOverflow.Crop).Start(context => work(progress =>
        {
            if (Failed(progress))
            {
                return;
            }

            rows[progress.Seed] = progress;
            if ((Console.Profile.Width, Console.Profile.Height) != (width, height))
            {
                // What was drawn has been folded by the terminal: to go back over it would tear it.
                (width, height) = (Console.Profile.Width, Console.Profile.Height);
                Console.Clear(home: true);
            }

            context.UpdateTarget(Render(title, rows, progress, width, height));
        }));
    }

    private static Action<double> PlainLines(string title)
    {
        int printed = 0;
        return fraction =>
        {
            int tenth = (int)(fraction * 10);
            if (tenth > printed)
            {
                printed = tenth;
                System.Console.Error.WriteLine($"{title}: {tenth * 10} %");
            }
        };
    }

    // A line a seed that goes on or is done, and one for all; seeds for which the screen has no line are counted.
    private static Table Render(string title, SortedDictionary<int, StudyProgress> rows, StudyProgress last, int width, int height)
    {
        string[] columns = ["#seed", "#step", "#return", "#left", "#steps/s", "#of", "#critic loss", "#actor loss"];
        int room = Math.Max(3, height - 8);
        StudyProgress[] shown = [.. rows.Values.OrderBy(progress => progress.Run.Step >= progress.Run.Steps ? 1 : 0).Take(room).OrderBy(progress => progress.Seed)];
        string[][] cells = [.. shown.Select(progress => Cells(progress))];
        IReadOnlyList<int> kept = TableColumns.Fitting(columns, cells, width);
        string hidden = rows.Count > shown.Length ? $"{rows.Count - shown.Length} seeds not shown; " : "";
        string left = last.Left is { } time ? $", {Clock(time)} left" : "";
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(title)).Caption(Markup.Escape($"{hidden}{last.Done} of {last.Runs} runs done{left}"));
        foreach (int i in kept)
        {
            table.AddColumn(new TableColumn(columns[i].TrimStart('#')).RightAligned().NoWrap());
        }

        foreach (string[] row in cells)
        {
            table.AddRow([.. kept.Select(i => row[i])]);
        }

        return table;
    }

    private static string[] Cells(StudyProgress progress)
    {
        RunProgress run = progress.Run;
        return
        [
            $"{progress.Seed}", $"{run.Step:#,0}", Metric(run, "eval/return", "0.0##"), Left(run), Speed(run), $"{run.Steps:#,0}",
            Metric(run, "train/critic_loss", "0.0##"), Metric(run, "train/actor_loss", "0.0##"),
        ];
    }

    private static string Sentence(StudyProgress progress)
    {
        RunProgress run = progress.Run;
        return run.Row.Count == 0
            ? $"seed {progress.Seed}: finished before"
            : $"seed {progress.Seed}: step {run.Step} of {run.Steps}, return {Metric(run, "eval/return", "0.0##")}, {Speed(run)} steps/s, {Left(run)} left";
    }

    private static string Metric(RunProgress run, string name, string format)
    {
        double value = run.Row.FirstOrDefault(entry => entry.Name == name, (Name: name, Value: double.NaN)).Value;
        return double.IsFinite(value) ? value.ToString(format, null) : "-";
    }

    private static string Speed(RunProgress run) => run.WallSeconds > 0 ? $"{run.Step / run.WallSeconds:#,0}" : "-";

    // Told at once: the others may take long.
    private static bool Failed(StudyProgress progress)
    {
        if (progress.Failure is null)
        {
            return false;
        }

        if (progress.Runs > 1)
        {
            string sentence = $"{progress.Label} on {progress.Environment}, seed {progress.Seed}, failed; the others go on";
            if (Screen.IsErrorPlain)
            {
                System.Console.Error.WriteLine(sentence);
            }
            else
            {
                Console.MarkupLineInterpolated($"{sentence}");
            }
        }

        return true;
    }

    private static string Clock(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $@"{(long)time.TotalHours}:{time:mm\:ss}");

    private static string Left(RunProgress run) => run.Step == run.Steps ? "0:00:00"
        : run.Step > 0 && run.WallSeconds > 0 ? $"{TimeSpan.FromSeconds(run.WallSeconds / run.Step * (run.Steps - run.Step)):h\\:mm\\:ss}"
        : "-";
}
