using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Dyad.Tests.EndToEnd;

/// <summary>What the command line hands to other tools, and what it refuses.</summary>
[Trait("Category", "e2e")]
public sealed class ExportTests : IDisposable
{
    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task Everything_that_a_run_has_leaves()
    {
        (await _dyad.RunAsync(
            "train", "sac", "Pendulum-v1", "--steps", "400", "--set", "hidden_width=8", "--set", "update_after=300", "--set", "random_steps=100",
            "--measure-every", "200", "--label", "mine", "--out", "runs")).Succeeded();
        string run = "runs/train/mine/Pendulum-v1/seed-0";
        Outcome all = (await _dyad.RunAsync(
            "export", "runs", "--csv", "csv", "--parquet", "parquet", "--tensorboard", "events", "--bundle", "paper.zip", "--svg", "figures", "--pdf", "figures",
            "--chart", "eval-return")).Succeeded();
        string[] written = all.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(8, written.Length);
        Assert.All(written, path => Assert.True(new FileInfo(path).Length > 0, path));
        Assert.StartsWith("study,label,method,environment,seed,step,metric,value\ntrain,mine,sac,Pendulum-v1,0,0,", File.ReadAllText(_dyad.PathOf("csv", "rows.csv")), StringComparison.Ordinal);
        Assert.Equal("svg", XDocument.Load(_dyad.PathOf("figures", "eval-return.svg")).Root!.Name.LocalName);

        // One page of its own size, with its fonts.
        string pdf = Encoding.Latin1.GetString(File.ReadAllBytes(_dyad.PathOf("figures", "eval-return.pdf")));
        Assert.Matches(@"/MediaBox \[0 0 34[01](\.\d+)? \d+", pdf);
        Assert.Single(Regex.Matches(pdf, @"/MediaBox"));
        Assert.Contains("/FontFile", pdf, StringComparison.Ordinal);

        // What is there stays, unless it is to be replaced.
        Assert.Contains("--force", await _dyad.RefuseAsync("export", run, "--csv", "csv"), StringComparison.Ordinal);
        (await _dyad.RunAsync("export", run, "--csv", "csv", "--force")).Succeeded();

        (await _dyad.RunAsync("export", run, "--onnx", "policy.onnx")).Succeeded();
        string ofRun = (await _dyad.RunAsync("evaluate", run, "--episodes", "2")).Succeeded().Output;
        Assert.Equal(ofRun, (await _dyad.RunAsync("evaluate", $"{run}/policy-best.safetensors", "Pendulum-v1", "--episodes", "2")).Succeeded().Output);
        Assert.Equal(ofRun, (await _dyad.RunAsync("evaluate", $"{run}/policy-best.safetensors", "--episodes", "2")).Succeeded().Output);

        Directory.Delete(_dyad.PathOf("runs"), recursive: true);
        (await _dyad.RunAsync("report", "paper.zip", "-o", "page.html")).Succeeded();
        Assert.Contains("eval/return", File.ReadAllText(_dyad.PathOf("page.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_input_gets_one_sentence()
    {
        _dyad.Write("file", "x");
        Directory.CreateDirectory(_dyad.PathOf("empty"));
        Assert.Contains("holds no runs", await _dyad.RefuseAsync("export", "empty", "--csv", "out"), StringComparison.Ordinal);
        Assert.Contains("there is no folder 'nowhere'", await _dyad.RefuseAsync("export", "nowhere", "--csv", "out"), StringComparison.Ordinal);
        Assert.Contains("nothing is asked for", await _dyad.RefuseAsync("export", "empty"), StringComparison.Ordinal);
        Assert.Contains("no finished study", await _dyad.RefuseAsync("export", "empty", "--bundle", "out.zip"), StringComparison.Ordinal);
        Assert.Contains("--width", await _dyad.RefuseAsync("export", "empty", "--svg", "out", "--width", "5"), StringComparison.Ordinal);
        Assert.Contains("policy-best.safetensors", await _dyad.RefuseAsync("export", "empty", "--onnx", "out.onnx"), StringComparison.Ordinal);
        Assert.Contains("safetensors", await _dyad.RefuseAsync("evaluate", "file", "Pendulum-v1"), StringComparison.Ordinal);
        Assert.Contains("is no bundle", await _dyad.RefuseAsync("report", "file", "-o", "page.html"), StringComparison.Ordinal);

        string summary = Repository.PathOf("docs", "results", "wen2021", "fig2.json");
        Assert.Contains("there is no figure 'nosuch'", await _dyad.RefuseAsync("export", summary, "--svg", "out", "--chart", "nosuch"), StringComparison.Ordinal);
        Assert.Contains("cannot be written", await _dyad.RefuseAsync("export", summary, "--bundle", "file/out.zip"), StringComparison.Ordinal);
    }
}
