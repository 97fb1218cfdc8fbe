using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace Dyad.Tests.EndToEnd;

/// <summary>The live view: a page that follows runs, and shows nothing else to nobody else.</summary>
[Trait("Category", "e2e")]
public sealed class WatchTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private static readonly string[] Train = ["train", "q-learning", "FourRoom", "--steps", "1500", "--measure-every", "300", "--seeds", "2", "--out", "runs"];

    private readonly CommandLine _dyad = new();
    private readonly List<Process> _views = [];

    public void Dispose()
    {
        foreach (Process view in _views)
        {
            view.Kill(entireProcessTree: true);
            view.Dispose();
        }

        _dyad.Dispose();
    }

    [Fact]
    public async Task A_row_shows_within_two_seconds_and_the_page_follows_a_run_that_begins_anew()
    {
        (await _dyad.RunAsync(Train)).Succeeded();
        string url = await WatchAsync("runs");
        await using BrowserPage opened = await OpenAsync(url);
        ILocator figure = opened.Page.Locator("figure[data-metric='eval/return']");
        string folder = _dyad.PathOf("runs", "train", "q-learning", "FourRoom", "seed-0");
        string metrics = Path.Combine(folder, "metrics.jsonl"), status = Path.Combine(folder, "run.json");
        string whole = File.ReadAllText(metrics), done = File.ReadAllText(status);
        int rows = whole.Count(c => c == '\n');
        await Assertions.Expect(figure).ToHaveAttributeAsync("data-points", $"{rows}");
        Assert.Equal(2, await opened.Page.Locator("table tbody tr").CountAsync());
        Assert.Equal("0 of 2 runs go on.", await opened.Page.InnerTextAsync("#state"));

        // Somebody writes a row, as a run does.
        File.WriteAllText(status, done.Replace("\"done\"", "\"stopped\"", StringComparison.Ordinal));
        await Assertions.Expect(opened.Page.Locator("table tbody tr.is-stopped")).ToHaveCountAsync(1);
        var clock = Stopwatch.StartNew();
        File.AppendAllText(metrics, "{\"step\":4000,\"wall_s\":0.1,\"eval/return\":0.75}\n");
        await Assertions.Expect(figure).ToHaveAttributeAsync("data-points", $"{rows + 1}", new() { Timeout = 20_000 });
        await Assertions.Expect(opened.Page.Locator("tr.is-stopped td[data-column='return']")).ToHaveTextAsync("0.75");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2 * Slack), $"The row was shown after {clock.Elapsed}.");

        // A run that goes on is cut back to its checkpoint, and writes other rows over what is gone.
        File.WriteAllText(metrics, string.Concat(whole.Split('\n').Take(2).Select(line => line + "\n")) + "{\"step\":200,\"eval/return\":0.5}\n");
        await Assertions.Expect(opened.Page.Locator("tr.is-stopped td[data-column='return']")).ToHaveTextAsync("0.5", new() { Timeout = 20_000 });
        await Assertions.Expect(figure).ToHaveAttributeAsync("data-points", $"{rows}");
        Directory.Delete(folder, recursive: true);
        await Assertions.Expect(opened.Page.Locator("table tbody tr")).ToHaveCountAsync(1, new() { Timeout = 20_000 });
        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task A_run_is_told_while_it_goes_on_and_after_the_view_was_lost()
    {
        string[] command = ["train", "q-learning", "FourRoom", "--steps", "200000000000", "--measure-every", "20000000", "--out", "runs"];
        Directory.CreateDirectory(_dyad.PathOf("runs"));
        string url = await WatchAsync("runs");
        await using BrowserPage opened = await OpenAsync(url);
        Assert.Contains("No run has begun here yet", await opened.Page.InnerTextAsync("#state"), StringComparison.Ordinal);
        Process run = _dyad.Start(command);
        Task<Outcome> ends = CommandLine.EndAsync(run, command);
        try
        {
            ILocator row = opened.Page.Locator("tr.is-running");
            await row.WaitForAsync(new() { Timeout = 60_000 });
            await Assertions.Expect(row.Locator("td[data-column='left']")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^[0-9]+:[0-9]{2}:[0-9]{2}$"), new() { Timeout = 60_000 });

            // The view goes and comes back at the same address: the page asks again by itself.
            _views[0].Kill(entireProcessTree: true);
            await Assertions.Expect(opened.Page.Locator("#state")).ToContainTextAsync("Not connected", new() { Timeout = 20_000 });
            await WatchAsync("runs", "--port", $"{new Uri(url).Port}");
            await Assertions.Expect(opened.Page.Locator("#state")).ToHaveTextAsync("1 of 1 runs go on.", new() { Timeout = 60_000 });
        }
        finally
        {
            await Signals.SendWhenAsync(run, Signals.Interrupt, () => true);
            await ends;
        }

        await Assertions.Expect(opened.Page.Locator("tr.is-stopped")).ToHaveCountAsync(1, new() { Timeout = 20_000 });
    }

    [Fact]
    public async Task No_address_leads_to_a_file()
    {
        (await _dyad.RunAsync(Train)).Succeeded();
        _dyad.Write("secret/run.json", """{"status": "done", "step": 1, "steps": 1}""");
        _dyad.Write("secret/config.json", "{}");
        File.WriteAllText(_dyad.PathOf("runs", "note.txt"), "not a run");
        Directory.CreateSymbolicLink(_dyad.PathOf("runs", "out"), _dyad.PathOf("secret"));
        var url = new Uri(await WatchAsync("runs"));
        string[] targets =
        [
            "../secret/run.json", "..%2fsecret%2frun.json", "%2e%2e/secret/run.json", "....//secret/run.json", "..\\secret\\run.json", "runs/note.txt", "note.txt",
            "etc/passwd", "/etc/passwd", "%2fetc%2fpasswd", "file:///etc/passwd", _dyad.PathOf("secret", "run.json"), "out/run.json", "train/q-learning/FourRoom/seed-0/config.json",
            "chart", "chart?group=../secret&metric=eval/return", "chart?group=train|FourRoom&metric=../../secret", "chart?group=/etc/passwd&metric=x", "events/../../secret", "index.html",
        ];
        int asked = 0;
        for (int depth = 0; depth < 5; depth++)
        {
            foreach (string target in targets)
            {
                string path = "/" + string.Concat(Enumerable.Repeat(depth % 2 == 0 ? "../" : "%2e%2e%2f", depth)) + target;
                string answer = await RawAsync(url.Port, $"GET {path} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\n\r\n");
                string head = answer.Split("\r\n")[0];
                Assert.True(head is "HTTP/1.1 404 Not Found" or "HTTP/1.1 400 Bad Request", $"{path}: {head}");
                Assert.DoesNotContain("\"status\"", answer, StringComparison.Ordinal);
                Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
                asked++;
            }
        }

        Assert.Equal(100, asked);
        using var client = new HttpClient();
        await using Stream events = await client.GetStreamAsync(new Uri(url, "events"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(events);
        string state = (await reader.ReadLineAsync(TestContext.Current.CancellationToken))!;
        Assert.DoesNotContain("secret", state, StringComparison.Ordinal);
        Assert.Single(JsonDocument.Parse(state["data: ".Length..]).RootElement.GetProperty("groups").EnumerateArray());
    }

    [Fact]
    public async Task Another_host_another_method_and_strangers_are_refused()
    {
        Directory.CreateDirectory(_dyad.PathOf("runs"));
        int port = new Uri(await WatchAsync("runs")).Port;
        Assert.StartsWith("HTTP/1.1 421 ", await RawAsync(port, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await RawAsync(port, $"GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        foreach (string method in new[] { "POST", "PUT", "DELETE" })
        {
            Assert.StartsWith("HTTP/1.1 405 ", await RawAsync(port, $"{method} / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        }

        Assert.Contains("needs a token", await _dyad.RefuseAsync("watch", "runs", "--listen", "0.0.0.0"), StringComparison.Ordinal);
        Assert.Contains("it must be an address", await _dyad.RefuseAsync("watch", "runs", "--listen", "everywhere"), StringComparison.Ordinal);
        Assert.Contains($"port {port} of 127.0.0.1 is in use", await _dyad.RefuseAsync("watch", "runs", "--port", $"{port}"), StringComparison.Ordinal);
        Assert.Contains("there is no folder", await _dyad.RefuseAsync("watch", "nowhere"), StringComparison.Ordinal);

        _dyad.Variables["DYAD_WATCH_TOKEN"] = "0123456789abcdef";
        var open = new Uri(await WatchAsync("runs", "--listen", "0.0.0.0", "--port", "0"));
        Assert.Equal("?token=0123456789abcdef", open.Query);
        string Ask(string path, string more = "") => $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{open.Port}\r\n{more}Connection: close\r\n\r\n";
        Assert.StartsWith("HTTP/1.1 401 ", await RawAsync(open.Port, Ask("/")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401 ", await RawAsync(open.Port, Ask("/?token=0123456789abcdeX")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401 ", await RawAsync(open.Port, Ask("/events?token=0123456789abcdef")), StringComparison.Ordinal);
        string known = await RawAsync(open.Port, Ask("/?token=0123456789abcdef"));
        Assert.StartsWith("HTTP/1.1 302 ", known, StringComparison.Ordinal);
        Assert.Contains("httponly", known, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("HTTP/1.1 200 ", await RawAsync(open.Port, Ask("/", "Cookie: dyad-watch=0123456789abcdef\r\n")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await RawAsync(open.Port, Ask("/", "Authorization: Bearer 0123456789abcdef\r\n")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_view_ends_with_its_command()
    {
        Directory.CreateDirectory(_dyad.PathOf("runs"));
        var url = new Uri(await WatchAsync("runs"));
        Assert.True(await Signals.SendWhenAsync(_views[0], Signals.Kill, () => true));
        for (int attempt = 0; attempt < 300 && await IsOpenAsync(url.Port); attempt++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.False(await IsOpenAsync(url.Port));
    }

    [Fact]
    public async Task Training_serves_a_page_beside_it_until_it_ends()
    {
        Outcome outcome = (await _dyad.RunAsync([.. Train, "--watch"])).Succeeded();
        string sentence = outcome.Sentences[0];
        Assert.StartsWith("dyad: the runs can be watched at http://127.0.0.1:", sentence, StringComparison.Ordinal);
        Assert.False(await IsOpenAsync(new Uri(sentence.Split(' ')[7]).Port));

        // What is stored repeats the runs and not the page.
        Assert.DoesNotContain("--watch", File.ReadAllText(_dyad.PathOf("runs", "train", "q-learning", "FourRoom", "summary.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_ASP_NET_runtime_one_sentence_says_so_and_the_rest_works()
    {
        // A .NET as it is where only the runtime is installed.
        string host = new[] { Environment.GetEnvironmentVariable("DOTNET_ROOT"), "/usr/share/dotnet", "/usr/lib/dotnet" }.OfType<string>().First(Directory.Exists);
        string bare = _dyad.PathOf("bare");
        Directory.CreateDirectory(Path.Combine(bare, "shared"));
        File.Copy(Path.Combine(host, "dotnet"), Path.Combine(bare, "dotnet"));
        Directory.CreateSymbolicLink(Path.Combine(bare, "host"), Path.Combine(host, "host"));
        Directory.CreateSymbolicLink(Path.Combine(bare, "shared", "Microsoft.NETCore.App"), Path.Combine(host, "shared", "Microsoft.NETCore.App"));
        _dyad.Variables["DOTNET_ROOT"] = bare;
        Directory.CreateDirectory(_dyad.PathOf("runs"));
        string program = Path.Combine(bare, "dotnet"), assembly = Repository.PathOf("artifacts", "dyad", "Dyad.Cli.dll");
        (await _dyad.RunProgramAsync(program, assembly, "list", "algorithms")).Succeeded();
        string sentence = (await _dyad.RunProgramAsync(program, assembly, "watch", "runs")).Refused();
        Assert.Contains("needs the ASP.NET Core runtime 10, which is not installed here", sentence, StringComparison.Ordinal);
    }

    // Beside other tests on two cores a clock says little; alone it is two seconds.
    private static int Slack => 5;

    private async Task<string> WatchAsync(string folder, params string[] more)
    {
        Process view = _dyad.Start(["watch", folder, .. more, "--json"]);
        _views.Add(view);
        var text = new StringBuilder();
        while (await view.StandardOutput.ReadLineAsync() is { } line)
        {
            text.AppendLine(line);
            if (line == "}")
            {
                return JsonDocument.Parse(text.ToString()).RootElement.GetProperty("url").GetString()!;
            }
        }

        throw new InvalidOperationException($"The view ended: {text}{await view.StandardError.ReadToEndAsync()}");
    }

    private async Task<BrowserPage> OpenAsync(string url)
    {
        BrowserPage opened = await browser.NewPageAsync(offline: false);
        await opened.Page.GotoAsync(url);
        await opened.Page.Locator("html[data-ready=true]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        return opened;
    }

    // As no client would ask: what stands there goes out as it is.
    private static async Task<string> RawAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private static async Task<bool> IsOpenAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
