using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace Dyad.Tests.EndToEnd;

/// <summary>What others install: the library as a package, the command line as a tool and as one file.</summary>
[Trait("Category", "e2e")]
public sealed partial class PackageTests(PackedLibrary library)
{
    private static readonly string[] Shipped = ["LICENSE", "README.md", "lib/net10.0/Dyad.dll", "lib/net10.0/Dyad.xml"];

    [Fact]
    public async Task The_library_is_installed_from_its_package_and_trains_saves_loads_and_acts()
    {
        using var feed = new PackageFeed();
        await library.CopyAsync(feed);
        string package = Path.Combine(feed.Packages, $"Dyad.{PackageFeed.Version}.nupkg");
        using (ZipArchive archive = await ZipFile.OpenReadAsync(package, TestContext.Current.CancellationToken))
        {
            Assert.All(Shipped, name => Assert.NotNull(archive.GetEntry(name)));
            Assert.DoesNotContain(archive.Entries, entry => entry.FullName.EndsWith(".pdb", StringComparison.Ordinal));
        }

        Assert.True(File.Exists(Path.ChangeExtension(package, ".snupkg")));

        // The same sources, the same bytes.
        await feed.PackAsync("library", feed.Calls.PathOf("again"));
        Assert.Equal(await File.ReadAllBytesAsync(package, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(feed.Calls.PathOf("again", Path.GetFileName(package)), TestContext.Current.CancellationToken));

        // The first program of the package's own page, then the same on MuJoCo, whose models come with the package.
        string page = await File.ReadAllTextAsync(Repository.PathOf("src", "Dyad", "package.md"), TestContext.Current.CancellationToken);
        feed.WriteProject("Microsoft.NET.Sdk", ("Program.cs", Block().Match(page).Groups[1].Value + """

            IEnvironment Cheetah() => new RescaleAction(EnvironmentRegistry.Create("HalfCheetah-v4"));
            var quick = new SacOptions { HiddenWidth = 16, BatchSize = 16, RandomSteps = 50, UpdateAfter = 50 };
            using (var running = new AgentTraining(Sac.Agent(17, 6, quick, new RandomStream(0)), Cheetah, Cheetah(), 1, 0))
            {
                while (running.Step < 200)
                    running.Advance();
                running.SavePolicy(".", "cheetah.safetensors");
            }

            using IEnvironment half = EnvironmentRegistry.Create("HalfCheetah-v4");
            double[] joints = new double[17], motors = new double[6];
            half.Reset(joints, seed: 1);
            Policy.Load("cheetah.safetensors").Act(joints, motors);
            StepResult moved = half.Step(motors, joints);
            Console.WriteLine($"reward {moved.Reward:0.000} of {joints.Length} joints");
            """));
        Outcome run = await feed.Calls.RunProgramAsync(PackageFeed.Building, "dotnet", "run", "-c", "Release", "--project", "app");
        run.Succeeded();
        Assert.Matches(@"torque -?[012]\.\d\d Nm", run.Output);
        double mean = double.Parse(Regex.Match(run.Output, @"return (-?\d+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(mean, -600, 0);
        Assert.Matches(@"reward -?\d+\.\d{3} of 17 joints", run.Output);
    }

    [Fact]
    public async Task The_tool_is_installed_and_calls_itself_dyad()
    {
        using var feed = new PackageFeed();
        await feed.PackAsync("tool");
        feed.WriteConfiguration();
        feed.Calls.Variables["NUGET_PACKAGES"] = feed.Calls.PathOf("restored");
        (await feed.Calls.RunProgramAsync(PackageFeed.Building, "dotnet", "tool", "install", "Dyad.Cli", "--version", PackageFeed.Version, "--tool-path", "tools")).Succeeded();
        string tool = feed.Calls.PathOf("tools", "dyad");

        // Any system with the runtime: nothing in it is for one processor, and nothing of the benchmarks is in it.
        string[] libraries = Directory.GetFiles(feed.Calls.PathOf("tools", ".store"), "*.dll", SearchOption.AllDirectories);
        Assert.NotEmpty(libraries);
        Assert.All(libraries, path => Assert.True(IsPortable(path), path));
        Assert.DoesNotContain(libraries, path => path.EndsWith("Dyad.Benchmarks.dll", StringComparison.Ordinal));
        await Works(feed, tool);
    }

    [Fact]
    public async Task The_single_file_runs_on_its_own()
    {
        using var feed = new PackageFeed();

        // Code compiled ahead of time, of the whole runtime, takes minutes and does nothing else.
        feed.Calls.Variables["DYAD_SHIP_QUICK"] = "1";
        await feed.PackAsync("single-file");
        string[] made = Directory.GetFiles(feed.Packages);
        string program = Assert.Single(made);

        // Without a runtime to be found, and with a home that is empty.
        feed.Calls.Variables["DOTNET_ROOT"] = feed.Calls.PathOf("nowhere");
        feed.Calls.Variables["HOME"] = feed.Calls.PathOf("home");
        await Works(feed, program);
    }

    // Trains on MuJoCo, evaluates the policy, and speaks of itself as what was called.
    private static async Task Works(PackageFeed feed, string program)
    {
        Task<Outcome> Call(params string[] arguments) => feed.Calls.RunProgramAsync(program, arguments);
        Assert.StartsWith(PackageFeed.Version, (await Call("--version")).Succeeded().Output, StringComparison.Ordinal);
        (await Call("train", "sac", "Reacher-v4", "--steps", "200", "--set", "hidden_width=16", "--set", "random_steps=50", "--set", "update_after=50", "--evaluation-episodes", "1")).Succeeded();
        string policy = Assert.Single(Directory.GetFiles(feed.Calls.PathOf("runs"), "policy.safetensors", SearchOption.AllDirectories));
        Assert.Contains("return", (await Call("evaluate", policy, "--episodes", "1")).Succeeded().Output, StringComparison.Ordinal);
        Directory.CreateDirectory(feed.Calls.PathOf("empty"));
        Assert.Contains("'dyad status empty'", (await Call("report", "empty")).Refused(), StringComparison.Ordinal);
        string help = (await Call("--help")).Succeeded().Output;
        Assert.DoesNotContain("bench", help, StringComparison.Ordinal);
        Assert.DoesNotContain("./dyad", (await Call("doctor")).Succeeded().Output, StringComparison.Ordinal);
    }

    private static bool IsPortable(string path)
    {
        using var reader = new PEReader(File.OpenRead(path));
        return reader.HasMetadata && reader.PEHeaders.CoffHeader.Machine == Machine.I386;
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
