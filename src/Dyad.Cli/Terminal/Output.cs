using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Dyad.Cli.Terminal;

/// <summary>Results on standard output: tables for people, one JSON document for programs.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // As wide as the content needs where the output is no terminal, so that lines are not folded in files.
    private static readonly IAnsiConsole Console = CreateConsole();

    public static void Json(JsonNode document) => System.Console.Out.WriteLine(document.ToJsonString(Options));

    /// <summary>A number of a document; null where it is not finite, for which JSON has no word.</summary>
    public static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    public static void Line(string text = "") => System.Console.Out.WriteLine(text);

    /// <summary>A table under its title; columns whose name starts with '#' are aligned to the right.</summary>
    public static void Table(string? title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        if (title is not null)
        {
            Line();
            Line(title);
        }

        foreach (string column in columns)
        {
            var header = new TableColumn(Markup.Escape(column.TrimStart('#')));
            table.AddColumn(column.StartsWith('#') ? header.RightAligned() : header);
        }

        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        Console.Write(table);
    }

    private static IAnsiConsole CreateConsole()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(System.Console.Out),
            Ansi = System.Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        });
        if (System.Console.IsOutputRedirected)
        {
            console.Profile.Width = 200;
        }

        return console;
    }
}
