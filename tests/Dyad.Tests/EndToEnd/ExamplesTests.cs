using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Dyad.Tests.EndToEnd;

/// <summary>The examples, copied out of the repository, built with the packed library, and run.</summary>
[Trait("Category", "e2e")]
public sealed partial class ExamplesTests(PackedLibrary library) : IDisposable
{
    private readonly PackageFeed _feed = new();

    public void Dispose() => _feed.Dispose();

    [Fact]
    public async Task They_stand_alone_and_do_what_they_say()
    {
        await library.CopyAsync(_feed);
        _feed.WriteConfiguration();
        _feed.Calls.Variables["NUGET_PACKAGES"] = _feed.Calls.PathOf("restored");
        Copy(Repository.PathOf("examples"), _feed.Calls.PathOf("examples"));
        (await _feed.Calls.RunProgramAsync(PackageFeed.Building, "dotnet", "build", "examples/Examples.slnx", "-c", "Release", "-v", "quiet")).Succeeded();

        // A thermostat beats a random one by far; called again it goes on from where it was.
        string first = await RunAsync("thermostat/Thermostat", "2000");
        Assert.Contains("step 2000 of 2000", first, StringComparison.Ordinal);
        string second = await RunAsync("thermostat/Thermostat", "4000");
        Assert.DoesNotContain("step 0 of", second, StringComparison.Ordinal);
        Assert.InRange(Number(second, @"learned (-[\d.]+)"), -25, -8);
        Assert.InRange(Number(second, @"outside: ([\d.]+) kW"), 0, 3);

        string inventory = await RunAsync("inventory/Inventory", "6000");
        double best = Number(inventory, @"order up to \d+: ([\d.]+)");
        Assert.InRange(Number(inventory, @"amounts ([\d.-]+)"), 0.6 * best, 1.1 * best);
        Assert.InRange(Number(inventory, @"packs ([\d.-]+)"), 0.6 * best, 1.1 * best);

        // A method from outside has its leader and its correction.
        string own = await RunAsync("own-method/OwnMethod", "700");
        double[] returns = [.. Regex.Matches(own, @"return (-\d+)").Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(3, returns.Length);
        Assert.Equal(3, Directory.GetFiles(_feed.Calls.Folder, "*.safetensors").Count(path => Path.GetFileName(path) is "plain.safetensors" or "actor leads.safetensors" or "corrected.safetensors"));

        // Cournot's and Stackelberg's answers.
        string game = await RunAsync("two-player-game/TwoPlayerGame");
        Assert.Matches(@"each follows its own: x = 3\.3286, y = 3\.3357; NotStationary", game);
        Assert.Matches(@"the leader foresees: x = 4\.4233, y = 2\.7883; DifferentialStackelberg", game);
        Assert.Equal(170, File.ReadAllLines(_feed.Calls.PathOf("field.csv")).Length);

        await ServeAsync(_feed.Calls.PathOf("runs", "house", "policy-best.safetensors"));
    }

    [Fact]
    public async Task The_files_are_tasks()
    {
        string machine = (await _feed.Calls.RunAsync("tabular", Repository.PathOf("examples", "machine.json"), "--policy", "optimal")).Succeeded().Output;
        Assert.Contains("3 states, 2 actions", machine, StringComparison.Ordinal);
        string maze = (await _feed.Calls.RunAsync("tabular", Repository.PathOf("examples", "maze.txt"))).Succeeded().Output;
        Assert.Contains("24 states, 4 actions", maze, StringComparison.Ordinal);
        (await _feed.Calls.RunAsync("train", "q-learning", Repository.PathOf("examples", "maze.txt"), "--steps", "500")).Succeeded();
    }

    private async Task<string> RunAsync(string program, params string[] arguments) =>
        (await _feed.Calls.RunProgramAsync(PackageFeed.Building, ProgramOf(program), arguments)).Succeeded().Output;

    private string ProgramOf(string program) => _feed.Calls.PathOf(
        "examples", Path.GetDirectoryName(program)!, "bin", "Release", "net10.0", Path.GetFileName(program));

    // Starts on a free port, which it tells; many requests at once are answered alike, and a wrong one is refused in a sentence.
    private async Task ServeAsync(string policy)
    {
        Outcome refused = await _feed.Calls.RunProgramAsync(ProgramOf("serving/Serving"), "nothing.safetensors");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("nothing.safetensors", refused.Error, StringComparison.Ordinal);

        using Process server = Process.Start(new ProcessStartInfo(ProgramOf("serving/Serving"), [policy, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _feed.Calls.Folder,
        })!;
        try
        {
            string? address = null;
            while (address is null)
            {
                string line = await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("the server ended");
                address = Address().Match(line) is { Success: true } match ? match.Value : null;
            }

            Task drained = server.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            double[] observation = [-0.3, -2.6, 1, 0];
            double[][] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
            {
                HttpResponseMessage response = await client.PostAsJsonAsync("/act", observation);
                return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<double[]>())!;
            }));
            Assert.All(answers, answer => Assert.Equal(answers[0], answer));
            Assert.InRange(Assert.Single(answers[0]), 0, 3);
            HttpResponseMessage wrong = await client.PostAsJsonAsync("/act", new double[] { 1 }, TestContext.Current.CancellationToken);
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, wrong.StatusCode);
            Assert.Contains("observation of 1", await wrong.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Contains("sac", await client.GetStringAsync("/", TestContext.Current.CancellationToken), StringComparison.Ordinal);
            server.Kill();
            await drained;
        }
        finally
        {
            if (!server.HasExited)
            {
                server.Kill();
            }
        }
    }

    private static double Number(string text, string pattern) => double.Parse(Regex.Match(text, pattern).Groups[1].Value, CultureInfo.InvariantCulture);

    // Sources alone: what a checkout has built there is left behind.
    private static void Copy(string from, string to)
    {
        foreach (string path in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(from, path);
            if (!relative.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "runs"))
            {
                string target = Path.Combine(to, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(path, target);
            }
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
