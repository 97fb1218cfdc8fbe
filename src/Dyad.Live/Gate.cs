using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Dyad.Live;

/// <summary>
/// Who may read. Requests that name another host than the one that listens are refused, so that no page elsewhere reads runs through the
/// browser of somebody here; where others than this machine come, they must know the token.
/// </summary>
internal sealed class Gate(LiveSettings settings)
{
    private const string Cookie = "dyad-watch";

    private readonly byte[] _token = Digest(settings.Token);

    /// <summary>Answers a request that may not go on.</summary>
    /// <returns>Whether it may.</returns>
    public bool Admits(HttpContext context)
    {
        if (!IsOwnHost(context.Request.Host.Host))
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return false;
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return false;
        }

        if (settings.Token.Length == 0 || Knows(context.Request.Cookies[Cookie]) || Knows(Bearer(context.Request)))
        {
            return true;
        }

        if (context.Request.Path == "/" && Knows(context.Request.Query["token"]))
        {
            // From here on the browser knows it, and the address does not.
            context.Response.Cookies.Append(Cookie, settings.Token, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
            context.Response.Redirect("/");
            return false;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return false;
    }

    // By name only this machine; by number any address of it: no name of somebody else's leads to a number.
    private bool IsOwnHost(string host)
    {
        string name = host.Trim('[', ']');
        if (IPAddress.TryParse(name, out IPAddress? address))
        {
            return !IPAddress.IsLoopback(settings.Address) || IPAddress.IsLoopback(address);
        }

        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (!IPAddress.IsLoopback(settings.Address) && name.Split('.')[0].Equals(Dns.GetHostName().Split('.')[0], StringComparison.OrdinalIgnoreCase));
    }

    private bool Knows(string? token) => !string.IsNullOrEmpty(token) && CryptographicOperations.FixedTimeEquals(Digest(token), _token);

    private static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { } header && header.StartsWith("Bearer ", StringComparison.Ordinal) ? header["Bearer ".Length..] : null;

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
