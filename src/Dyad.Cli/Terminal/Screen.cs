namespace Dyad.Cli.Terminal;

/// <summary>What is known of the terminal.</summary>
internal static class Screen
{
    // As wide as the content needs where the output is no terminal, so that lines are not folded in files.
    private const int NoTerminal = 200;

    // A terminal that tells nothing of itself.
    private const int Usual = 80;

    /// <summary>Whether the terminal moves no cursor and knows no colour, as TERM=dumb says.</summary>
    public static bool IsDumb => Environment.GetEnvironmentVariable("TERM") == "dumb";

    /// <summary>Whether progress is told in plain lines: standard error is no terminal, or a dumb one.</summary>
    public static bool IsErrorPlain => Console.IsErrorRedirected || IsDumb;

    /// <summary>Characters of a line of standard output; COLUMNS is heard where that is no terminal.</summary>
    public static int Width => !Console.IsOutputRedirected ? Real()
        : int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out int columns) && columns > 0 ? columns : NoTerminal;

    private static int Real()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : Usual;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return Usual;
        }
    }
}
