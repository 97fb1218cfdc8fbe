namespace Dyad.Tests.EndToEnd;

/// <summary>How <c>./dyad</c> and <c>./test</c> build, on copies of them in a path with a space where <c>dotnet</c> is a few lines of shell.</summary>
[Trait("Category", "e2e")]
public sealed class BuildScriptTests : IDisposable
{
    private readonly CommandLine _calls = new();

    public BuildScriptTests()
    {
        foreach (string name in new[] { "test", "dyad", "global.json", "scripts/build.sh", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
        {
            string copy = _calls.PathOf("a house", name);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Repository.PathOf(name), copy);
        }

        foreach (string folder in new[] { "src", "studies", "models", "benchmarks" })
        {
            Directory.CreateDirectory(_calls.PathOf("a house", folder));
        }

        // Publishes what source.txt holds, half of it at first.
        string stub = _calls.PathOf(_calls.Write("bin/dotnet", """
            #!/usr/bin/env bash
            case "$1" in
                --version) echo 10.0.100 ;;
                format) sleep 1; echo "white space was looked at"; exit "${WHITE:-0}" ;;
                build) exit "${BUILD:-0}" ;;
                publish)
                    while [ "$1" != -o ]; do shift; done
                    mkdir -p "$2"
                    echo half > "$2/Dyad.Cli.dll"
                    [ "${PUBLISH:-0}" -eq 0 ] || { echo "no space left on device"; exit "$PUBLISH"; }
                    cp src/source.txt "$2/Dyad.Cli.dll" ;;
                *Dyad.Cli.dll) cat "$1" ;;
                *Dyad.Tests.dll) echo "   Dyad.Tests  Total: 3, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 3.2s" ;;
            esac

            """));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(stub, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        _calls.Variables["PATH"] = $"{_calls.PathOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
    }

    public void Dispose() => _calls.Dispose();

    [Theory]
    [InlineData("dyad")]
    [InlineData("test")]
    public async Task A_publish_that_fails_leaves_the_last_command_line_and_is_done_again(string script)
    {
        await Source("first");
        Assert.Equal("first\n", (await Call("dyad")).Succeeded().Output);
        await Source("second");
        _calls.Variables["PUBLISH"] = "1";
        Outcome failed = await Call(script);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("no space left on device", failed.Error, StringComparison.Ordinal);
        Assert.Contains("dyad: the build failed", failed.Error, StringComparison.Ordinal);
        Assert.Equal("first\n", await File.ReadAllTextAsync(_calls.PathOf("a house", "artifacts", "dyad", "Dyad.Cli.dll"), TestContext.Current.CancellationToken));

        _calls.Variables["PUBLISH"] = "0";
        Assert.Equal("second\n", (await Call("dyad")).Succeeded().Output);
        Assert.False(Directory.Exists(_calls.PathOf("a house", "artifacts", "dyad.old")));
    }

    [Fact]
    public async Task The_tests_make_a_stale_command_line_anew_and_leave_a_fresh_one()
    {
        await Source("first");
        Assert.Contains("3 passed, 0 failed", (await Call("test")).Succeeded().Output, StringComparison.Ordinal);
        _calls.Variables["PUBLISH"] = "1";
        Assert.Equal("first\n", (await Call("dyad")).Succeeded().Output);
        Assert.Contains("3 passed, 0 failed", (await Call("test")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task White_space_is_told_whether_the_build_succeeds_or_not(string build)
    {
        await Source("first");
        (_calls.Variables["WHITE"], _calls.Variables["BUILD"]) = ("2", build);
        Outcome failed = await Call("test");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("white space was looked at", failed.Output, StringComparison.Ordinal);
        Assert.Contains("test: the check of white space failed", failed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("passed", failed.Output, StringComparison.Ordinal);
    }

    private Task<Outcome> Call(string script) => _calls.RunProgramAsync("env", "-C", _calls.PathOf("a house"), $"./{script}");

    private Task Source(string text) => File.WriteAllTextAsync(_calls.PathOf("a house", "src", "source.txt"), text + "\n", TestContext.Current.CancellationToken);
}
