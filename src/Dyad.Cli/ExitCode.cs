namespace Dyad.Cli;

/// <summary>What a command's exit code says.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command did its work, and what it examined is not sound.</summary>
    public const int Problems = 1;

    /// <summary>A wrong option, a broken file, an unwritable folder: one sentence on standard error says which.</summary>
    public const int BadInput = 2;

    /// <summary>A mistake in Dyad: one sentence on standard error names the file with the trace. EX_SOFTWARE of sysexits.h.</summary>
    public const int Mistake = 70;

    /// <summary>Stopped by Ctrl-C, as shells count it.</summary>
    public const int Stopped = 130;
}
