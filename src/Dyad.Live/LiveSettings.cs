using System.Net;
using Dyad.Core;

namespace Dyad.Live;

/// <summary>What is served, and to whom.</summary>
/// <param name="Folder">The folder whose runs are shown; nothing outside of it is read.</param>
/// <param name="Address">Where to listen.</param>
/// <param name="Port">The port; 0 for a free one.</param>
/// <param name="MayMove">Whether another port is taken where that one is in use.</param>
/// <param name="Token">What a reader must know; empty on loopback, where nobody else comes.</param>
public sealed record LiveSettings(string Folder, IPAddress Address, int Port, bool MayMove, string Token)
{
    /// <summary>Variable of the environment that holds the token: command lines are seen by everybody on a machine.</summary>
    public const string TokenVariable = "DYAD_WATCH_TOKEN";

    /// <summary>Characters that a token has at least.</summary>
    public const int ShortestToken = 16;

    /// <summary>Reads <c>FOLDER ADDRESS PORT fixed|free</c> and the token.</summary>
    /// <exception cref="UserError">Something is missing or not as it must be.</exception>
    public static LiveSettings Read(IReadOnlyList<string> arguments, Func<string, string?> variable)
    {
        if (arguments is not [string folder, string address, string port, "fixed" or "free"] || !IPAddress.TryParse(address, out IPAddress? ip) || !ushort.TryParse(port, out ushort number))
        {
            throw new UserError("this program is started by 'dyad watch'");
        }

        string token = variable(TokenVariable) ?? "";
        if (!IPAddress.IsLoopback(ip) && token.Length < ShortestToken)
        {
            throw new UserError($"to listen on {address} needs a token of at least {ShortestToken} characters in {TokenVariable}");
        }

        return Directory.Exists(folder)
            ? new LiveSettings(Path.GetFullPath(folder), ip, number, arguments[3] == "free", token)
            : throw new UserError($"there is no folder '{folder}'");
    }
}
