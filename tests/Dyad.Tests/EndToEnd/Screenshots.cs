using Microsoft.Playwright;

namespace Dyad.Tests.EndToEnd;

/// <summary>
/// Pictures of pages for the documents: no test, and run by <c>scripts/screenshots.sh</c> alone. <c>DYAD_SHOTS</c> names a file of lines
/// <c>address|picture|width|height|light or dark|what to wait for|script</c>.
/// </summary>
public sealed class Screenshots(Browser browser) : IClassFixture<Browser>
{
    [Fact(Explicit = true)]
    public async Task Take()
    {
        foreach (string line in await File.ReadAllLinesAsync(Environment.GetEnvironmentVariable("DYAD_SHOTS")!, TestContext.Current.CancellationToken))
        {
            string[] shot = line.Split('|');
            await using BrowserPage opened = await browser.NewPageAsync(int.Parse(shot[2]), shot[4] == "dark" ? ColorScheme.Dark : ColorScheme.Light, offline: false);
            await opened.Page.SetViewportSizeAsync(int.Parse(shot[2]), int.Parse(shot[3]));
            await opened.Page.GotoAsync(shot[0]);
            await opened.Page.Locator("html[data-ready=true]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
            double ready = await opened.Page.EvaluateAsync<double>("performance.now()");
            if (shot[5].Length > 0)
            {
                await opened.Page.WaitForFunctionAsync(shot[5], null, new() { Timeout = 300_000 });
            }

            if (shot.Length > 6 && shot[6].Length > 0)
            {
                await opened.Page.EvaluateAsync(shot[6]);
            }

            await opened.Page.WaitForTimeoutAsync(500);
            await opened.Page.ScreenshotAsync(new() { Path = shot[1] });

            // A machine without a graphics card complains of its speed.
            Assert.DoesNotContain(opened.Errors, error => !error.Contains("GL Driver Message", StringComparison.Ordinal));
            TestContext.Current.SendDiagnosticMessage("{0}: ready after {1:0} ms", shot[0], ready);
        }
    }
}
