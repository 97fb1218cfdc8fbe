namespace Dyad.Export;

/// <summary>Cells of tables with commas (RFC 4180).</summary>
public static class Csv
{
    /// <summary>A text as a cell: in quotes where it needs them.</summary>
    public static string Cell(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
