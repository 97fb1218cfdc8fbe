using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;
using Spectre.Console;

namespace Dyad.Cli.Terminal;

/// <summary>Results on standard output: tables for people, one JSON document for programs.</summary>
internal static class StandardOutput
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // The process's own, whatever a task prints to.
    private static TextWriter _standard = new StandardWriter(System.Console.Out);

    private static IAnsiConsole _console = CreateConsole();

    /// <summary>Standard output, for those who write results themselves.</summary>
    public static TextWriter Writer => _standard;

    /// <summary>
    /// Keeps standard output for results alone: what others print with <see cref="System.Console"/>, a user's task for one, goes to
    /// standard error from here on.
    /// </summary>
    public static void Reserve()
    {
        // A static field is set when it is first read.
        _ = _standard;
        System.Console.SetError(new PatientWriter(System.Console.Error));
        System.Console.SetOut(System.Console.Error);
    }

    /// <summary>Sends results elsewhere, until what is returned is disposed of; for tests in one process.</summary>
    public static IDisposable To(TextWriter writer)
    {
        var before = new Restored(_standard, _console);
        _standard = writer;
        _console = CreateConsole();
        return before;
    }

    /// <summary>Everything that was printed is out; to be called at the end.</summary>
    /// <exception cref="UserError">It cannot be written.</exception>
    public static void Flush() => _standard.Flush();

    public static void Json(JsonNode document) => _standard.WriteLine(document.ToJsonString(Options));

    /// <summary>A number of a document; null where it is not finite, for which JSON has no word.</summary>
    public static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    public static void Line(string text = "") => _standard.WriteLine(text);

    /// <summary>
    /// A table under its title; columns whose name starts with '#' are of numbers, aligned to the right and never broken. On a narrow
    /// terminal the last columns are left out, and a line says so.
    /// </summary>
    public static void Table(string? title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] all = [.. rows];
        IReadOnlyList<int> kept = TableColumns.Fitting(columns, all, _console.Profile.Width);
        var table = new Table().Border(TableBorder.Simple);
        if (title is not null)
        {
            Line();
            Line(title);
        }

        foreach (string column in kept.Select(i => columns[i]))
        {
            var header = new TableColumn(Markup.Escape(column.TrimStart('#')));
            table.AddColumn(column.StartsWith('#') ? header.RightAligned().NoWrap() : header);
        }

        foreach (IReadOnlyList<string> row in all)
        {
            table.AddRow([.. kept.Select(i => Markup.Escape(OneLine.Of(i < row.Count ? row[i] : "")))]);
        }

        _console.Write(table);
        if (kept.Count < columns.Count)
        {
            Line($"Not shown for want of width: {string.Join(", ", columns.Skip(kept.Count).Select(column => column.TrimStart('#')))}.");
        }
    }

    private static IAnsiConsole CreateConsole()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(_standard),
            Ansi = System.Console.IsOutputRedirected || Screen.IsDumb ? AnsiSupport.No : AnsiSupport.Detect,
        });
        console.Profile.Width = Screen.Width;
        return console;
    }

    private sealed class Restored(TextWriter standard, IAnsiConsole console) : IDisposable
    {
        public void Dispose() => (_standard, _console) = (standard, console);
    }
}
