namespace Dyad.Tests.EndToEnd;

/// <summary>What <c>scripts/gpu.sh</c> runs, on the processor.</summary>
[Trait("Category", "e2e")]
public sealed class GpuCheckTests
{
    [Theory]
    [InlineData("check processor width=abc", "width is 'abc'; it must be a whole number from 1 to 1000000.")]
    [InlineData("check processor batch=0", "batch is '0'; it must be a whole number from 1 to 1000000.")]
    [InlineData("measure processor agents=1,two", "agents is 'two'; it must be a whole number from 1 to 1000000.")]
    [InlineData("measure processor methods=sac,sacc", "there is no method 'sacc'; did you mean sac?")]
    [InlineData("list dddpg", "there is no method 'dddpg'; did you mean ddpg?")]
    [InlineData("report folder witdh=3", "there is no 'witdh='; did you mean width=?")]
    public async Task What_it_does_not_know_is_one_sentence(string arguments, string sentence)
    {
        using var calls = new CommandLine();
        Outcome outcome = await calls.RunProgramAsync("dotnet", [Program, .. arguments.Split(' ')]);
        Assert.Equal((2, $"gpucheck: {sentence}\n"), (outcome.ExitCode, outcome.Error));
        Assert.False(Directory.Exists(calls.PathOf("folder")));
    }

    private static string Program => Repository.PathOf("artifacts", "bin", "Dyad.GpuCheck", "release", "Dyad.GpuCheck.dll");
}
