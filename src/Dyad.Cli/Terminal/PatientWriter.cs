namespace Dyad.Cli.Terminal;

/// <summary>Standard error, whose loss stops nothing: where it is closed or its disk is full, what is told is lost and work goes on.</summary>
internal sealed class PatientWriter(TextWriter inner) : GuardedWriter(inner)
{
    protected override void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // There is nowhere to say so.
        }
    }
}
