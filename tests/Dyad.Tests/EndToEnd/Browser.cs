using Microsoft.Playwright;

namespace Dyad.Tests.EndToEnd;

/// <summary>Debian's Chromium without a window, shared by the tests of a class.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Executable = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Executable))
        {
            throw new InvalidOperationException(
                $"The end-to-end tests open pages in {Executable}, which is missing (on Debian: apt-get install chromium).");
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",

                // The pages of episodes draw by WebGL, here without a graphics card.
                "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>An empty page, without a network unless it is to have one, which notes what goes wrong in it.</summary>
    public async Task<BrowserPage> NewPageAsync(int width = 1280, ColorScheme scheme = ColorScheme.Light, bool offline = true)
    {
        var page = await _browser!.NewPageAsync(new BrowserNewPageOptions
        {
            Offline = offline,
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
        });
        return new BrowserPage(page);
    }
}

/// <summary>A page of the browser, with the errors and requests it made.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    internal BrowserPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Errors.Add(message.Text);
        };
        page.PageError += (_, error) => Errors.Add(error);
        page.Request += (_, request) => Requests.Add(request.Url);
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, and exceptions that nobody caught.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Addresses of everything the page asked for.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Draws a report's charts that are not yet in the window, the folded ones too.</summary>
    public async Task DrawAllAsync() => await Page.EvaluateAsync("window.dyad.openForPaper()");

    public async ValueTask DisposeAsync() => await Page.CloseAsync();
}
