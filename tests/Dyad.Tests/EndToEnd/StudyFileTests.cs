using System.Text.Json;

namespace Dyad.Tests.EndToEnd;

/// <summary>Studies of files, sweeps and comparisons, from the command line to the page.</summary>
[Trait("Category", "e2e")]
public sealed class StudyFileTests : IDisposable
{
    private const string Five = """
        environments: FourRoom
        methods: [actor-o, res-ac]
        seeds: 2
        steps: 300
        rows: 3
        """;

    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task Five_lines_are_a_page_and_runs_done_one_by_one_are_read()
    {
        _dyad.Write("mine.yaml", Five);
        (await _dyad.RunAsync("study", "mine.yaml", "--out", "out", "--tensorboard", "events")).Succeeded();
        Assert.Equal(4, Directory.GetFiles(_dyad.PathOf("events", "mine"), "events.out.tfevents.*.dyad", SearchOption.AllDirectories).Length);
        Assert.Contains("actor-o", File.ReadAllText(_dyad.PathOf("out", "mine", "report.html")), StringComparison.Ordinal);
        using var summary = JsonDocument.Parse(File.ReadAllText(_dyad.PathOf("out", "mine", "summary.json")));
        Assert.Equal(["actor-o", "res-ac"], summary.RootElement.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("label").GetString()));

        for (int i = 0; i < 4; i++)
        {
            (await _dyad.RunAsync("study", "run", "mine.yaml", "--index", $"{i}", "--out", "other")).Succeeded();
        }

        Assert.False(File.Exists(_dyad.PathOf("other", "mine", "summary.json")));
        IReadOnlyList<string> Runs() => [.. Contents.Of(_dyad.PathOf("other")).Where(line => line.Contains("/seed-", StringComparison.Ordinal))];
        IReadOnlyList<string> before = Runs();
        (await _dyad.RunAsync("study", "mine.yaml", "--out", "other")).Succeeded();
        Assert.Equal(before, Runs());
        Assert.Equal(Contents.FiguresButTimes(_dyad.PathOf("out", "mine")), Contents.FiguresButTimes(_dyad.PathOf("other", "mine")));
        Assert.Contains("--index is 4", await _dyad.RefuseAsync("study", "run", "mine.yaml", "--index", "4", "--out", "other"), StringComparison.Ordinal);
    }

    // Each step of "broken" along so steep a cost is far beyond the last: none of its trials ends.
    [Fact]
    public async Task A_search_reports_winners_beside_untuned_lines_and_names_a_line_that_is_lost()
    {
        _dyad.Write("tuned.yaml", """
            environments: CartPole-v1
            methods:
              - { name: whole, method: ac }
              - { name: broken, method: ac, options: { optimizer: sgd, critic_updates: 200 }, tune: { critic_learning_rate: [9, 10] } }
            seeds: 2
            steps: 200
            rows: 2
            max_episode_steps: 50
            evaluation_episodes: 1
            options: { hidden_width: 8, steps_per_epoch: 64, environments: 2 }
            tune: { budget: 2, search: grid, seeds: 1, ranges: { critic_learning_rate: [1e-3, 1e-2] } }
            claims: [{ better: whole, than: "whole,untuned", text: The search helps., at: updates }]
            """);
        Assert.Contains("4 + 2 to tune     12 ", (await _dyad.RunAsync("study", "check", "tuned.yaml")).Succeeded().Output, StringComparison.Ordinal);
        Outcome outcome = await _dyad.RunAsync("study", "tuned.yaml", "--out", "out", "--json");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("broken,tuning,critic_learning_rate=9 on CartPole-v1, seed 1000000, failed: training diverged", outcome.Error, StringComparison.Ordinal);

        using var document = JsonDocument.Parse(outcome.Output);
        JsonElement study = document.RootElement.GetProperty("studies")[0];
        Assert.Equal(["whole", "whole,untuned", "broken,untuned"], study.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("label").GetString()));
        Assert.All(study.GetProperty("groups").EnumerateArray(), group => Assert.Equal([0, 1], group.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetInt32())));
        Assert.Equal(2, study.GetProperty("failures").GetArrayLength());
        Assert.Contains("critic updates of each", Assert.Single(study.GetProperty("findings").EnumerateArray()).GetProperty("measured").GetString(), StringComparison.Ordinal);
        Assert.Contains("No trial of broken on CartPole-v1 came to an end", study.GetProperty("notes").ToString(), StringComparison.Ordinal);
        JsonElement[] tried = [.. study.GetProperty("tables").EnumerateArray().Where(table => table.GetProperty("title").GetString()!.StartsWith("Tried for", StringComparison.Ordinal))];
        Assert.Equal([1, 0], tried.Select(table => table.GetProperty("rows").EnumerateArray().Count(row => row.EnumerateArray().Last().GetString() == "chosen")));
        Assert.Contains("Lines named untuned", File.ReadAllText(_dyad.PathOf("out", "tuned", "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_study_is_one_and_editors_have_a_schema()
    {
        string text = (await _dyad.RunAsync("study", "new", "--methods", "sac,stsac-al", "--environments", "Pendulum-v1")).Succeeded().Output;
        _dyad.Write("new.yaml", text);
        Assert.Contains("new.yaml is a study", (await _dyad.RunAsync("study", "check", "new.yaml")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("is there already", await _dyad.RefuseAsync("study", "new", "--methods", "sac", "--environments", "Pendulum-v1", "-o", "new.yaml"), StringComparison.Ordinal);
        JsonElement schema = (await _dyad.RunAsync("study", "schema")).Json();
        Assert.True(schema.GetProperty("properties").TryGetProperty("environments", out _));
        JsonElement summary = (await _dyad.RunAsync("study", "schema", "--summary")).Json();
        Assert.Equal(1, summary.GetProperty("properties").GetProperty("format").GetProperty("const").GetInt32());
    }

    [Theory]
    [InlineData("line 6, column 1: a study has no key 'sets'", "sets: 3")]
    [InlineData("line 6, column 22: evaluation_episodes is 'many'; it must be a whole number", "evaluation_episodes: many")]
    [InlineData("line 1, column 15: there is no file", "", "FourRoom", "none.txt")]
    [InlineData("line 2, column 11: actor-o on Pendulum-v1: actor-o needs a finite MDP", "", "FourRoom", "Pendulum-v1")]
    public async Task A_bad_file_is_one_sentence_with_its_place(string sentence, string added, string old = "", string other = "")
    {
        _dyad.Write("bad.yaml", (old.Length == 0 ? Five : Five.Replace(old, other, StringComparison.Ordinal)) + "\n" + added + "\n");
        foreach (string[] command in new string[][] { ["study", "bad.yaml", "--out", "out"], ["study", "check", "bad.yaml"] })
        {
            Assert.Contains(sentence, await _dyad.RefuseAsync(command), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named() =>
        Assert.Contains("'nosuch.yaml'", await _dyad.RefuseAsync("study", "nosuch.yaml", "--out", "out"), StringComparison.Ordinal);

    [Fact]
    public async Task A_sweep_has_a_line_for_each_value_and_stored_runs_are_compared()
    {
        JsonElement swept = (await _dyad.RunAsync(
            "train", "q-learning", "FourRoom", "--steps", "300", "--seeds", "2", "--sweep", "exploration=0.1,0.3", "--out", "out", "--json")).Json();
        Assert.Equal(2, swept.GetProperty("studies")[0].GetProperty("groups").GetArrayLength());
        (await _dyad.RunAsync("train", "policy-gradient", "FourRoom", "--steps", "300", "--out", "out")).Succeeded();
        JsonElement compared = (await _dyad.RunAsync("compare", "out", "-o", "page.html", "--json")).Json();
        Assert.Equal(
            [1, 2, 2], compared.GetProperty("studies")[0].GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("values").GetArrayLength()).Order());
        Assert.True(File.Exists(_dyad.PathOf("page.html")));
        Assert.Contains("holds no runs", await RefusedInAsync("nothing"), StringComparison.Ordinal);

        async Task<string> RefusedInAsync(string folder)
        {
            Directory.CreateDirectory(_dyad.PathOf(folder));
            return await _dyad.RefuseAsync("compare", folder);
        }
    }
}
