namespace Dyad.Core;

/// <summary>
/// Something the user can mend: a wrong option, a broken file, a full disk. The message is one clear sentence that names
/// the option or file, its value, and what would be accepted. The command line prints it and exits with code 2.
/// Whatever a file or a name brings into it, it stays one line of bounded length (<see cref="OneLine"/>), the same under every culture.
/// </summary>
public sealed class UserError : Exception
{
    /// <summary>An error with its sentence.</summary>
    public UserError(string message) : base(OneLine.Of(message))
    {
    }

    /// <summary>An error with its sentence, and the exception that it explains.</summary>
    public UserError(string message, Exception cause) : base(OneLine.Of(message), cause)
    {
    }

    /// <summary>An error with its sentence, as an interpolated string.</summary>
    public UserError(ref SentenceHandler message) : this(message.ToText())
    {
    }

    /// <summary>An error with its sentence, as an interpolated string, and the exception that it explains.</summary>
    public UserError(ref SentenceHandler message, Exception cause) : this(message.ToText(), cause)
    {
    }
}
