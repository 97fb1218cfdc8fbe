namespace Dyad.Core;

/// <summary>
/// Something the user can mend: a wrong option, a broken file, a full disk. The message is one clear sentence that names
/// the option or file, its value, and what would be accepted. The command line prints it and exits with code 2.
/// </summary>
public sealed class UserError : Exception
{
    /// <summary>An error with its sentence.</summary>
    public UserError(string message) : base(message)
    {
    }

    /// <summary>An error with its sentence, and the exception that it explains.</summary>
    public UserError(string message, Exception cause) : base(message, cause)
    {
    }
}
