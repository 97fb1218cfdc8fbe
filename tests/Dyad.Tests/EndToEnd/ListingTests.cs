using System.Text.Json;
using Dyad.Studies;

namespace Dyad.Tests.EndToEnd;

/// <summary>Commands that tell what there is: list, doctor, status, report.</summary>
[Trait("Category", "e2e")]
public sealed class ListingTests : IDisposable
{
    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Theory]
    [InlineData("algorithms", "res-ac")]
    [InlineData("environments", "FourRoom")]
    [InlineData("studies", "wen2021/fig1")]
    public async Task A_list_is_the_same_for_people_and_for_programs(string kind, string member)
    {
        JsonElement[] items = [.. (await _dyad.RunAsync("list", kind, "--json")).Json().EnumerateArray()];
        string[] names = [.. items.Select(item => item.GetProperty("name").GetString()!)];
        Assert.Contains(member, names);
        Assert.Equal(names.Distinct(), names);
        string table = (await _dyad.RunAsync("list", kind)).Succeeded().Output;
        foreach (JsonElement item in items)
        {
            foreach (string field in new[] { "name", "description", "source" })
            {
                Assert.Contains(item.GetProperty(field).GetString()!, table, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_options_of_a_method_are_listed_with_what_they_accept_and_what_presets_set()
    {
        JsonElement[] items = [.. (await _dyad.RunAsync("list", "options", "stddpg-al", "Pendulum-v1", "--json")).Json().EnumerateArray()];
        JsonElement Option(string name) => items.Single(item => item.GetProperty("name").GetString() == name);
        Assert.Equal("a number between 0 and 1", Option("discount").GetProperty("accepts").GetString());
        Assert.Equal(256, Option("hidden_width").GetProperty("default").GetInt32());
        Assert.Equal(64, Option("hidden_width").GetProperty("presets").GetProperty("correct").GetInt32());
        Assert.Equal("current-policy", Option("next_action").GetProperty("presets").GetProperty("wen2021").GetString());
        string table = (await _dyad.RunAsync("list", "options", "stddpg-al", "Pendulum-v1")).Succeeded().Output;
        Assert.All(items, item => Assert.Contains(item.GetProperty("accepts").GetString()!, table, StringComparison.Ordinal));
        Assert.Contains("res_critic_steps", (await _dyad.RunAsync("list", "options", "res-ac")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_studies_of_the_catalog_are_listed() => Assert.Equal(
        StudyCatalog.All.Select(study => study.Name),
        (await _dyad.RunAsync("list", "studies", "--json")).Json().EnumerateArray().Select(item => item.GetProperty("name").GetString()));

    [Fact]
    public async Task The_doctor_knows_what_is_there()
    {
        JsonElement document = (await _dyad.RunAsync("doctor", "--json")).Json();
        JsonElement dotnet = document.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "dotnet");
        Assert.True(dotnet.GetProperty("there").GetBoolean());
        Assert.True(File.Exists(dotnet.GetProperty("detail").GetString()));
        Assert.Contains("dotnet", (await _dyad.RunAsync("doctor")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_names_the_package_of_what_is_missing()
    {
        (await _dyad.RunProgramAsync("sh", "-c", "mkdir bin && ln -s $(readlink -f $(command -v dotnet)) $(command -v env) bin/")).Succeeded();
        _dyad.Variables["PATH"] = _dyad.PathOf("bin");
        Outcome outcome = (await _dyad.RunAsync("doctor")).Succeeded();
        Assert.Contains("apt-get install -y nodejs npm chromium", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_does_not_call_a_machine_whole_that_lacks_something()
    {
        _dyad.Variables["DYAD_MUJOCO"] = _dyad.PathOf("nowhere");
        Outcome outcome = (await _dyad.RunAsync("doctor")).Succeeded();
        Assert.Contains("Missing or not working, and in no package to install: MuJoCo, MuJoCo's headers", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing is missing", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_and_report_take_several_studies()
    {
        string[] studies = ["wen2021/theorems", "lecture/soft-policy-iteration"];
        foreach (string study in studies)
        {
            (await _dyad.RunAsync("reproduce", study, "--out", $"runs of/{study}")).Succeeded();
        }

        JsonElement status = (await _dyad.RunAsync("status", "runs of", "--json")).Json();
        int runs = Directory.EnumerateFiles(_dyad.PathOf("runs of"), "run.json", SearchOption.AllDirectories).Count();
        Assert.Equal(runs, status.GetProperty("done").GetInt32());
        Assert.Equal(0, status.GetProperty("running").GetInt32());
        Assert.Equal(0, status.GetProperty("failed").GetInt32());
        Assert.Equal(runs, status.GetProperty("runs").GetArrayLength());
        Assert.Contains($"{runs} done, 0 running", (await _dyad.RunAsync("status", "runs of")).Succeeded().Output, StringComparison.Ordinal);

        Outcome report = (await _dyad.RunAsync("report", $"runs of/{studies[0]}", $"runs of/{studies[1]}", "-o", "pages/both.html")).Succeeded();
        Assert.Contains($"Report: {_dyad.PathOf("pages", "both.html")}", report.Output, StringComparison.Ordinal);
        string page = File.ReadAllText(_dyad.PathOf("pages", "both.html"));
        foreach (string title in StudyCatalog.All.Where(study => studies.Contains(study.Name)).Select(study => study.Title))
        {
            Assert.Contains(title, page, StringComparison.Ordinal);
        }

        Assert.Equal(["both.html"], Directory.EnumerateFileSystemEntries(_dyad.PathOf("pages")).Select(Path.GetFileName));
    }
}
