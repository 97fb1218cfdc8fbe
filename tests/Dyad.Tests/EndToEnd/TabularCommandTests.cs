using System.Globalization;
using System.Text.Json;
using Dyad.Tests.Golden;

namespace Dyad.Tests.EndToEnd;

[Trait("Category", "e2e")]
public sealed class TabularCommandTests : IDisposable
{
    private const string Corridor = "#####\n#S.G#\n#####\n";

    private readonly CommandLine _dyad = new();

    public TabularCommandTests() => _dyad.Write("map.txt", Corridor);

    public static IReadOnlyList<TheoryDataRow<string>> Processes => GoldenFiles.Names("tabular");

    public static IReadOnlyList<TheoryDataRow<string>> ToyText => GoldenFiles.Names("toytext");

    public void Dispose() => _dyad.Dispose();

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Processes))]
    public async Task Printed_quantities_equal_the_reference(string file)
    {
        JsonElement printed = (await _dyad.RunAsync("tabular", GoldenFiles.PathOf(file), "--json")).Json();
        foreach (JsonProperty expected in GoldenFiles.Read(file).GetProperty("expected").EnumerateObject())
        {
            Compare.Near(GoldenFiles.Flat(expected.Value), GoldenFiles.Flat(printed.GetProperty(expected.Name)), 1e-9, expected.Name);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ToyText))]
    public async Task Printed_values_of_toy_text_equal_the_reference(string file)
    {
        JsonElement expected = GoldenFiles.Read(file).GetProperty("expected");
        JsonElement optimal = (await _dyad.RunAsync("tabular", GoldenFiles.PathOf(file), "--json")).Json();
        double[] values = GoldenFiles.Flat(expected.GetProperty("optimal_value"));
        // Behind them comes the state that termination leads to.
        Compare.Near(values, GoldenFiles.Flat(optimal.GetProperty("optimal_value")).AsSpan(0, values.Length), 1e-9, "optimal_value");
        Compare.Near(expected.GetProperty("optimal_start").GetDouble(), optimal.GetProperty("optimal_return").GetDouble(), 1e-9, "optimal_return");
        Compare.Near(expected.GetProperty("uniform_start").GetDouble(), optimal.GetProperty("return").GetDouble(), 1e-9, "return");
    }

    [Fact]
    public async Task A_map_with_a_goal_that_absorbs_has_the_values_of_a_walk()
    {
        JsonElement corridor = await AnalyzeAsync("--gamma", "0.5", "--goal", "absorb", "--policy", "optimal");
        Assert.Equal([0.5, 1, 0], Flat(corridor, "optimal_value"));
        Assert.Equal(0.5, corridor.GetProperty("return").GetDouble(), 1e-12);
        Assert.Equal(0.5, (await AnalyzeAsync("--gamma", "0.5")).GetProperty("gamma").GetDouble());
        Assert.Equal(1 / 0.5, Flat(await AnalyzeAsync("--gamma", "0.5", "--goal", "stay"), "optimal_value")[2], 1e-12);
        Assert.Equal(0.5 * 0.5 / (1 - Math.Pow(0.5, 3)), Flat(await AnalyzeAsync("--gamma", "0.5", "--goal", "restart"), "optimal_value")[2], 1e-12);
    }

    [Fact]
    public async Task Policies_are_chosen_by_name_or_read_from_a_file()
    {
        Assert.All(Flat(await AnalyzeAsync("--policy", "uniform"), "policy"), p => Assert.Equal(0.25, p));
        JsonElement optimal = await AnalyzeAsync("--policy", "optimal");
        Assert.Equal(optimal.GetProperty("optimal_return").GetDouble(), optimal.GetProperty("return").GetDouble(), 1e-12);

        double[] warm = Flat(await AnalyzeAsync("--policy", "soft", "--temperature", "1"), "policy");
        double[] cold = Flat(await AnalyzeAsync("--policy", "soft", "--temperature", "0.01"), "policy");
        Assert.InRange(warm[1], 0.25, 0.9);
        Assert.InRange(cold[1], 0.999, 1);

        _dyad.Write("logits.json", """{"logits": [[0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 2, 0]]}""");
        double[] policy = Flat(await AnalyzeAsync("--policy", "logits.json"), "policy");
        Assert.Equal(Math.E / (Math.E + 3), policy[1], 1e-12);
        Assert.Equal(Math.Exp(2) / (Math.Exp(2) + 3), policy[10], 1e-12);

        double[] wanted = [0, 1, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.25, 0.25, 0.5, 0];
        _dyad.Write("chances.json", JsonSerializer.Serialize(new { probabilities = wanted.Chunk(4) }));
        Assert.Equal(wanted, Flat(await AnalyzeAsync("--policy", "chances.json"), "policy"));
    }

    [Fact]
    public async Task Critics_are_chosen_by_name_or_read_from_a_file()
    {
        Assert.All(Flat(await AnalyzeAsync("--critic", "zero"), "critic"), q => Assert.Equal(0, q));
        JsonElement exact = await AnalyzeAsync("--critic", "exact");
        Assert.Equal(Flat(exact, "q_pi"), Flat(exact, "critic"));
        Assert.Equal(0, exact.GetProperty("objective_gap").GetDouble(), 1e-12);

        // One sweep from zero is the reward, many are the exact values.
        double[] one = Flat(await AnalyzeAsync("--critic", "sweeps:1"), "critic");
        Assert.Equal([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], one);
        double[] many = Flat(await AnalyzeAsync("--critic", "sweeps:1000"), "critic");
        Compare.Near(Flat(exact, "q_pi"), many, 1e-12, "sweeps");
        Assert.Equal(Flat(await AnalyzeAsync("--critic", "sweeps:10"), "critic"), Flat(await AnalyzeAsync(), "critic"));

        double[] wanted = [.. Enumerable.Range(0, 12).Select(i => i - (1.0 / 3))];
        _dyad.Write("critic.json", JsonSerializer.Serialize(new { critic = wanted.Chunk(4) }));
        Assert.Equal(wanted, Flat(await AnalyzeAsync("--critic", "critic.json"), "critic"));
    }

    [Fact]
    public async Task People_are_shown_the_gaps_of_every_estimator()
    {
        Outcome outcome = (await _dyad.RunAsync("tabular", "map.txt")).Succeeded();
        Assert.StartsWith("3 states, 4 actions, gamma 0.9\n", outcome.Output, StringComparison.Ordinal);
        JsonElement gaps = (await AnalyzeAsync()).GetProperty("gaps");
        string[] lines = outcome.Output.Split('\n');
        foreach (JsonElement gap in gaps.EnumerateArray())
        {
            string estimator = gap.GetProperty("estimator").GetString()!;
            string cosine = gap.GetProperty("cosine").GetDouble().ToString("0.000000", CultureInfo.InvariantCulture);
            Assert.Contains(lines, line =>
                line.TrimStart().StartsWith(estimator, StringComparison.Ordinal) && line.Contains(cosine, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Policy_and_critic_are_named_and_missing_rows_explained()
    {
        Outcome optimal = (await _dyad.RunAsync("tabular", "map.txt", "--policy", "optimal", "--critic", "sweeps:3")).Succeeded();
        Assert.Contains("Policy: optimal, by policy iteration\nCritic: 3 sweeps of policy evaluation from zero\n", optimal.Output, StringComparison.Ordinal);
        Assert.Contains("Not here: the Stackelberg rows without damping; they need a policy that visits every pair", optimal.Output, StringComparison.Ordinal);
        JsonElement document = await AnalyzeAsync("--policy", "optimal");
        Assert.Equal(JsonValueKind.Null, document.GetProperty("stackelberg").ValueKind);
        Assert.Contains("state 0, action 0 is never visited", document.GetProperty("missing").GetProperty("stackelberg").GetString(), StringComparison.Ordinal);

        Outcome plain = (await _dyad.RunAsync("tabular", "map.txt")).Succeeded();
        Assert.Contains("Policy: uniform, for want of another\nCritic: 10 sweeps", plain.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Not here", plain.Output, StringComparison.Ordinal);
        Assert.Empty((await AnalyzeAsync()).GetProperty("missing").EnumerateObject());
    }

    [Fact]
    public async Task At_gamma_one_there_is_what_the_policy_has_and_no_optimum_where_it_need_not_end()
    {
        JsonElement document = await AnalyzeAsync("--gamma", "1", "--goal", "absorb");
        Assert.Equal(1, document.GetProperty("return").GetDouble(), 1e-12);
        Assert.Equal(JsonValueKind.Null, document.GetProperty("optimal_value").ValueKind);
        Assert.Contains("may go on without end", document.GetProperty("missing").GetProperty("optimal_value").GetString(), StringComparison.Ordinal);
        await _dyad.RefuseAsync("tabular", "map.txt", "--gamma", "1", "--goal", "absorb", "--policy", "optimal");
        await _dyad.RefuseAsync("tabular", "map.txt", "--gamma", "1");
    }

    [Fact]
    public async Task A_termination_has_no_entropy()
    {
        _dyad.Write("one.json", """{"P":{"0":{"0":[[1.0,0,0.0,true]],"1":[[1.0,0,0.0,false]]}},"initial":[1.0],"gamma":0.9}""");
        JsonElement document = (await _dyad.RunAsync("tabular", "one.json", "--policy", "soft", "--json")).Json();
        Assert.Equal(0.165, Flat(document, "policy")[0], 5e-4);
        Assert.Equal(1.8023, Flat(document, "soft_optimal_value")[0], 5e-5);
        Assert.Equal(0, Flat(document, "soft_q")[0]);
    }

    [Theory]
    [InlineData("1e160")]
    [InlineData("1e300")]
    [InlineData("1e-320")]
    public async Task What_overflows_is_null_in_JSON(string temperature)
    {
        JsonElement document = await AnalyzeAsync("--temperature", temperature);
        Assert.Equal(JsonValueKind.Number, document.GetProperty("return").ValueKind);
        Assert.Contains(document.GetProperty("soft").GetProperty("objective").ValueKind, new[] { JsonValueKind.Number, JsonValueKind.Null });
        (await _dyad.RunAsync("tabular", "map.txt", "--temperature", temperature)).Succeeded();
    }

    [Theory]
    [InlineData("1e308")]
    [InlineData("1.7e308")]
    public async Task Numbers_beyond_computing_are_refused(string size)
    {
        Assert.Contains("map.txt", await _dyad.RefuseAsync("tabular", "map.txt", "--temperature", size), StringComparison.Ordinal);
        await _dyad.RefuseAsync("tabular", "map.txt", "--temperature", size, "--policy", "soft");
        _dyad.Write("large.json", $$"""
            {"gamma": 0.9, "transition": [[[1, 0], [0, 1]], [[0.5, 0.5], [0, 1]]], "reward": [[{{size}}, 0], [0, -{{size}}]], "initial": [1, 0]}
            """);
        Assert.Contains("large.json", await _dyad.RefuseAsync("tabular", "large.json", "--json"), StringComparison.Ordinal);
    }

    private static double[] Flat(JsonElement document, string name) => GoldenFiles.Flat(document.GetProperty(name));

    private async Task<JsonElement> AnalyzeAsync(params string[] options) =>
        (await _dyad.RunAsync(["tabular", "map.txt", "--json", .. options])).Json();

    [Theory]
    [InlineData("FrozenLake-v1", 16)]
    [InlineData("Blackjack-v1", 0)]
    public async Task A_table_learned_on_a_toy_text_task_is_drawn_and_evaluated(string task, int cells)
    {
        // Their MDPs have a state more than the tasks show: where a termination leads.
        using var dyad = new CommandLine();
        (await dyad.RunAsync("train", "q-learning", task, "--steps", "2000", "--out", "out")).Succeeded();
        string page = await File.ReadAllTextAsync(dyad.PathOf("out", "train", "q-learning", task, "report.html"), TestContext.Current.CancellationToken);
        Assert.Equal(cells > 0, page.Contains("true value", StringComparison.Ordinal));
        JsonElement result = (await dyad.RunAsync("evaluate", dyad.PathOf("out", "train", "q-learning", task, "seed-0"), "--episodes", "5", "--json")).Json();
        Assert.InRange(result.GetProperty("return_mean").GetDouble(), -1, 1);
    }

    [Fact]
    public async Task A_map_has_its_rules_in_its_name_or_as_options()
    {
        using var dyad = new CommandLine();
        dyad.Write("map.txt", "S..#\n.H..\n...G\n");
        string named = (await dyad.RunAsync("tabular", "map.txt?goal=absorb&slip=0.2&gamma=0.95", "--json")).Succeeded().Output;
        Assert.Equal(named, (await dyad.RunAsync("tabular", "map.txt", "--goal", "absorb", "--slip", "0.2", "--gamma", "0.95", "--json")).Succeeded().Output);
        Assert.Contains("or as options", await dyad.RefuseAsync("tabular", "map.txt?goal=absorb", "--slip", "0.2"), StringComparison.Ordinal);
        Assert.Contains("'FrozenLake-v1' is none", await dyad.RefuseAsync("tabular", "FrozenLake-v1", "--goal", "stay"), StringComparison.Ordinal);
        Assert.Contains("gives 'slip' twice", await dyad.RefuseAsync("train", "q-learning", "map.txt?slip=0.1&slip=0.2"), StringComparison.Ordinal);

        // Without a discount the values of a policy that all but never ends are no numbers, and no picture.
        (await dyad.RunAsync("train", "q-learning", "map.txt?gamma=1", "--steps", "500", "--out", "out")).Succeeded();
    }
}
