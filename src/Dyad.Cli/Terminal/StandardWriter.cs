using System.Text;
using Dyad.Core;

namespace Dyad.Cli.Terminal;

/// <summary>Standard output, whose loss is told in one sentence, whoever writes to it.</summary>
internal sealed class StandardWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Print(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Print(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Print(() => inner.Write(value));

    public override void WriteLine(string? value) => Print(() => inner.WriteLine(value));

    public override void Flush() => Print(inner.Flush);

    private static void Print(Action write)
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
