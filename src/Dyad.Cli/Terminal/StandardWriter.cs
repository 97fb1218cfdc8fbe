using Dyad.Core;

namespace Dyad.Cli.Terminal;

/// <summary>Standard output, whose loss is told in one sentence, whoever writes to it.</summary>
internal sealed class StandardWriter(TextWriter inner) : GuardedWriter(inner)
{
    protected override void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"standard output cannot be written: {IoSentence.Of(e)}", e);
        }
    }
}
