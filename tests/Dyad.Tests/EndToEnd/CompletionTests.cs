namespace Dyad.Tests.EndToEnd;

/// <summary>The shell completes what the commands are.</summary>
[Trait("Category", "e2e")]
public sealed class CompletionTests : IDisposable
{
    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Theory]
    [InlineData("dyad ev", "evaluate")]
    [InlineData("dyad train stsac-", "stsac-al stsac-cl")]
    [InlineData("dyad train sac Pend", "Pendulum-v0 Pendulum-v1")]
    [InlineData("dyad train sac Pendulum-v1 --preset as", "as-published")]
    [InlineData("dyad evaluate --epi", "--episodes")]
    [InlineData("dyad reproduce wen2021/fig1-", "wen2021/fig1-sensitivity")]
    [InlineData("dyad evaluate my", "my-run")]
    public async Task Bash_completes(string typed, string completed)
    {
        string script = (await _dyad.RunAsync("completion", "bash")).Succeeded().Output;
        Directory.CreateDirectory(_dyad.PathOf("my-run"));
        _dyad.Write("complete.sh", script + """
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dyad; echo "${COMPREPLY[*]}"
            """);
        Outcome outcome = await _dyad.RunProgramAsync("bash", ["complete.sh", .. typed.Split(' ')]);
        Assert.Equal(completed, outcome.Succeeded().Output.Trim());
    }

    [Fact]
    public async Task Another_shell_is_refused() => Assert.Contains("bash or zsh", await _dyad.RefuseAsync("completion", "fish"), StringComparison.Ordinal);
}
