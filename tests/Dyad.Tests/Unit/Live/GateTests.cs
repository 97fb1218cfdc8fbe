using System.Net;
using Dyad.Live;
using Microsoft.AspNetCore.Http;

namespace Dyad.Tests.Unit.Live;

/// <summary>Who may read the live view.</summary>
[Trait("Category", "unit")]
public sealed class GateTests
{
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("127.0.0.1", "localhost:6160", true)]
    [InlineData("127.0.0.1", "127.0.0.1:6160", true)]
    [InlineData("127.0.0.1", "[::1]:6160", true)]
    [InlineData("127.0.0.1", "evil.example", false)]
    [InlineData("127.0.0.1", "localhost.evil.example", false)]
    [InlineData("127.0.0.1", "192.168.1.5", false)]
    [InlineData("127.0.0.1", "", false)]
    [InlineData("0.0.0.0", "192.168.1.5:6160", true)]
    [InlineData("0.0.0.0", "evil.example", false)]
    public void Only_the_host_that_listens_is_answered(string address, string host, bool isOwn)
    {
        var gate = new Gate(new LiveSettings("/", IPAddress.Parse(address), 0, false, IPAddress.IsLoopback(IPAddress.Parse(address)) ? "" : Token));
        HttpContext context = Request("/", host);
        context.Request.Headers.Authorization = $"Bearer {Token}";
        Assert.Equal(isOwn, gate.Admits(context));
        Assert.Equal(isOwn ? 200 : 421, context.Response.StatusCode);
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("HEAD", 200)]
    [InlineData("POST", 405)]
    [InlineData("PUT", 405)]
    [InlineData("DELETE", 405)]
    [InlineData("OPTIONS", 405)]
    public void It_can_only_be_read(string method, int status)
    {
        HttpContext context = Request("/");
        context.Request.Method = method;
        Assert.Equal(status == 200, new Gate(new LiveSettings("/", IPAddress.Loopback, 0, false, "")).Admits(context));
        Assert.Equal(status, context.Response.StatusCode);
    }

    [Theory]
    [InlineData("/", "", "", 401)]
    [InlineData("/", "?token=" + Token, "", 302)]
    [InlineData("/", "?token=0123456789abcdeX", "", 401)]
    [InlineData("/events", "?token=" + Token, "", 401)]
    [InlineData("/events", "", "dyad-watch=" + Token, 200)]
    [InlineData("/events", "", "dyad-watch=0123456789abcde", 401)]
    public void Strangers_must_know_the_token(string path, string query, string cookie, int status)
    {
        HttpContext context = Request(path, "127.0.0.1");
        context.Request.QueryString = new QueryString(query);
        context.Request.Headers.Cookie = cookie;
        Assert.Equal(status == 200, new Gate(new LiveSettings("/", IPAddress.Any, 0, false, Token)).Admits(context));
        Assert.Equal(status, context.Response.StatusCode);
    }

    private static DefaultHttpContext Request(string path, string host = "localhost")
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Path = path;
        context.Request.Host = new HostString(host);
        return context;
    }
}
