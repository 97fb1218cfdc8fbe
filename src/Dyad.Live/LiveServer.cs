using System.Net;
using System.Net.Sockets;
using Dyad.Core;
using Dyad.Report;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dyad.Live;

/// <summary>
/// The live view: <c>/</c> is the page, <c>/events</c> tells what has changed, <c>/chart</c> has a chart as it stands. There is nothing else,
/// no address names a file, and nothing is written.
/// </summary>
public sealed class LiveServer : IAsyncDisposable
{
    // A page that stopped reading is let go, and asks again.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10), Interval = TimeSpan.FromMilliseconds(400);

    private readonly WebApplication _application;

    private LiveServer(WebApplication application, string address) => (_application, Address) = (application, address);

    /// <summary>Where it listens, as an address for a browser.</summary>
    public string Address { get; }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="UserError">The address or the port cannot be had.</exception>
    public static async Task<LiveServer> StartAsync(LiveSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        try
        {
            return await StartAsync(settings, settings.Port);
        }
        catch (IOException e) when (InUse(e) && settings.MayMove)
        {
            return await StartAsync(settings, 0);
        }
        catch (IOException e) when (InUse(e))
        {
            throw new UserError($"port {settings.Port} of {settings.Address} is in use: give another --port", e);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new UserError($"nothing can listen on {settings.Address}, port {settings.Port}: {OneLine.Of(e.Message, 200)}", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private static bool InUse(IOException e) =>
        e.InnerException is { } inner && (inner is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } || inner.InnerException is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse });

    private static async Task<LiveServer> StartAsync(LiveSettings settings, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Dyad.Live" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(settings.Address, port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        builder.Logging.ClearProviders();
        WebApplication application = builder.Build();
        var gate = new Gate(settings);
        var watch = new RunWatch(settings.Folder, TimeProvider.System);
        string page = LivePage.Render(settings.Folder);
        CancellationToken ending = application.Lifetime.ApplicationStopping;
        application.Use(async (context, next) =>
        {
            IHeaderDictionary headers = context.Response.Headers;
            headers.CacheControl = "no-store";
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            if (gate.Admits(context))
            {
                await next();
            }
        });
        application.UseRouting();
        application.MapGet("/", context => TextAsync(context, "text/html; charset=utf-8", page));
        application.MapGet("/chart", context => ChartAsync(context, watch));
        application.MapGet("/events", context => EventsAsync(context, watch, ending));
        application.UseEndpoints(_ => { });
        try
        {
            await application.StartAsync(CancellationToken.None);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        var listening = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return new LiveServer(application, $"http://{Named(settings.Address)}:{listening.Port}/");
    }

    // All addresses of a machine are no address.
    private static string Named(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? Dns.GetHostName()
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private static async Task ChartAsync(HttpContext context, RunWatch watch)
    {
        (string group, string metric) = (context.Request.Query["group"].ToString(), context.Request.Query["metric"].ToString());
        string? chart = watch.Read(groups => groups.FirstOrDefault(candidate => candidate.Id == group) is { } found && found.Metrics.Contains(metric)
            ? LiveDocuments.Chart(found, metric) : null);
        if (chart is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await TextAsync(context, "application/json", chart);
    }

    private static async Task EventsAsync(HttpContext context, RunWatch watch, CancellationToken ending)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending);
        context.Response.ContentType = "text/event-stream";
        long sent = -1;
        var since = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            while (true)
            {
                long version = watch.Look();
                if (version != sent)
                {
                    await context.Response.WriteAsync($"data: {watch.Read(LiveDocuments.State)}\n\n", gone.Token);
                    await context.Response.Body.FlushAsync(gone.Token);
                    (sent, since) = (version, System.Diagnostics.Stopwatch.StartNew());
                }
                else if (since.Elapsed > Quiet)
                {
                    await context.Response.WriteAsync(": still here\n\n", gone.Token);
                    await context.Response.Body.FlushAsync(gone.Token);
                    since.Restart();
                }

                await Task.Delay(Interval, gone.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed, or the command ended.
        }
    }

    private static Task TextAsync(HttpContext context, string type, string text)
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text);
    }
}
