using System.Diagnostics;

namespace Dyad.Tests.Golden;

/// <summary>Traces that scripts/gymnasium-traces.py records, of a stand-in for Gymnasium: the right ones replay, wrong ones do not.</summary>
[Trait("Category", "golden")]
public sealed class GymnasiumTracesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dyad").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("0.5", true)]
    [InlineData("0.5001", false)]
    public async Task What_is_recorded_is_replayed_and_a_difference_is_found(string halfPole, bool isSame)
    {
        string tests = Repository.PathOf("tests", "Dyad.Tests");
        Assert.Equal(0, await RunAsync(
            PythonForTests.Path, [Repository.PathOf("scripts", "gymnasium-traces.py"), _folder, "CartPole-v1"],
            ("PYTHONPATH", Path.Combine(tests, "Python", "standin")), ("STANDIN_HALF_POLE", halfPole)));
        int code = await RunAsync(
            "dotnet", [typeof(GymnasiumTracesTests).Assembly.Location, "-noColor", "-noLogo", "-method", $"{typeof(ClassicControlGoldenTests).FullName}.{nameof(ClassicControlGoldenTests.Every_episode_replays)}"],
            ("DYAD_GOLDEN", _folder));
        Assert.Equal(isSame, code == 0);
    }

    private static async Task<int> RunAsync(string program, string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(output, errors);
        return process.ExitCode;
    }
}
