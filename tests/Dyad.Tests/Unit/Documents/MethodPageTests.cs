using System.Globalization;
using System.Text.RegularExpressions;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Tests.Unit.Algorithms;
using Dyad.Tests.Unit.Training;
using Dyad.Training;

namespace Dyad.Tests.Unit.Documents;

/// <summary>docs/methods names every option with its default, and every metric, of every neural method.</summary>
[Trait("Category", "unit")]
public sealed class MethodPageTests
{
    // Methods that are another one with a change are described on the page of the change and that of the other one; methods that
    // take a gradient rule share the page of its options, and those that take a correction the page of that.
    private static readonly Dictionary<string, string[]> Pages = new()
    {
        ["ac"] = ["ac", "stackelberg", "stac", "res-sac"],
        ["stac"] = ["stac", "ac", "stackelberg", "res-sac"],
        ["ppo"] = ["ppo", "ac", "stackelberg", "stac", "stppo", "res-sac"],
        ["res-ppo"] = ["ppo", "ac", "stackelberg", "stac", "stppo", "res-sac"],
        ["a2c"] = ["ppo", "ac", "stackelberg", "stac", "stppo", "res-sac"],
        ["stppo"] = ["stppo", "ppo", "ac", "stackelberg", "stac", "res-sac"],
        ["ppo-nested"] = ["blpo", "stppo", "ppo", "ac", "stackelberg", "stac", "res-sac"],
        ["blpo"] = ["blpo", "stppo", "ppo", "ac", "stackelberg", "stac", "res-sac"],
        ["ddpg"] = ["ddpg", "stackelberg", "res-sac"],
        ["td3"] = ["td3", "stackelberg", "res-sac"],
        ["sac"] = ["sac", "stackelberg", "res-sac"],
        ["sac-discrete"] = ["sac-discrete", "stackelberg", "res-sac"],
        ["stddpg-al"] = ["stackelberg", "ddpg", "res-sac"],
        ["stddpg-cl"] = ["stackelberg", "ddpg", "res-sac"],
        ["sttd3-al"] = ["stackelberg", "td3", "res-sac"],
        ["stsac-al"] = ["stackelberg", "sac", "res-sac"],
        ["stsac-cl"] = ["stackelberg", "sac", "res-sac"],
        ["stack-sac"] = ["stackelberg", "sac", "res-sac"],
        ["res-sac"] = ["res-sac", "sac", "stackelberg"],
        ["res-ddpg"] = ["res-sac", "ddpg", "stackelberg"],
        ["res-td3"] = ["res-sac", "td3", "stackelberg"],
    };

    // Small networks, early updates and all metrics, where a method has such options.
    private static readonly (string Name, string Value)[] Small =
    [
        ("hidden_width", "8"), ("batch_size", "8"), ("random_steps", "10"), ("update_after", "20"), ("replay_capacity", "1000"),
        ("eigenvalue_steps", "3"),
    ];

    private static readonly Func<IEnvironment>[] Tasks =
    [
        SmallTasks.Identity,
        () => EnvironmentRegistry.Create("CartPole-v1"),
    ];

    public static TheoryData<string> Methods => [.. AgentMethods.All.Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_method_has_its_pages_and_a_row_of_the_index(string method)
    {
        Assert.All(PagesOf(method), page => Assert.True(File.Exists(PathOf(page)), $"docs/methods/{page}.md is missing, the page of {method}"));
        Assert.Matches($@"(?m)^\| `{method}` \|.*\({PagesOf(method)[0]}\.md\)", File.ReadAllText(PathOf("README")));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_option_is_named_and_has_its_default(string method)
    {
        string text = TextOf(method);
        foreach ((string name, object value) in Find(method).With([]).Options)
        {
            Assert.Contains($"`{name}`", text, StringComparison.Ordinal);

            // | option | symbol | default | what |, on a page of the method's own.
            Match row = Regex.Match(text, $@"(?m)^\| `{name}` \|[^|]*\| ([^|]*) \|");
            if (PagesOf(method)[0] == method && row.Success)
            {
                Assert.True(IsValue(row.Groups[1].Value, value), $"{method}: the default of {name} is {value}, not '{row.Groups[1].Value}'");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_metric_is_named(string method)
    {
        string[] names = RecordedBy(method);
        Assert.NotEmpty(names);
        string text = TextOf(method);
        Assert.All(names, name => Assert.Contains($"`{name}`", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_page_is_that_of_a_method() => Assert.Empty(
        Directory.EnumerateFiles(Repository.PathOf("docs", "methods"), "*.md").Select(path => Path.GetFileNameWithoutExtension(path))
            .Except(AgentMethods.All.SelectMany(method => PagesOf(method.Name)).Append("README")));

    // What the agent records after it has learned for a while in the first task that suits it.
    private static string[] RecordedBy(string name)
    {
        Method<AgentTask, IAgent> method = Find(name);
        Func<IEnvironment> create = Tasks.First(task =>
        {
            using IEnvironment environment = task();
            return method.Needs(AgentTask.Of(environment)) is null;
        });
        string[] options = [.. method.With([]).Options.Select(option => option.Name)];
        IEnvironment evaluation = create();
        IAgent agent = method.With(Small.Where(change => options.Contains(change.Name))).Create(
            AgentTask.Of(evaluation), new RandomStream(0).Split("agent"));
        using var training = new AgentTraining(agent, create, evaluation, evaluationEpisodes: 1, seed: 0);
        var names = new HashSet<string>();

        // The first rows of metrics may come late, after an epoch; later ones may hold more.
        for (int round = 0, rows = 0; round < 200 && rows < 3; round++)
        {
            for (long until = training.Step + 100; training.Step < until;)
            {
                training.Advance();
            }

            var row = new Recorder();
            agent.Measure(row);
            names.UnionWith(row.Values.Select(entry => entry.Name));
            rows += row.Values.Count > 0 ? 1 : 0;
        }

        return [.. names];
    }

    private static Method<AgentTask, IAgent> Find(string name) => MethodCatalog.Agent(name);

    private static string[] PagesOf(string method) => Pages.GetValueOrDefault(method, [method]);

    private static string TextOf(string method) => string.Concat(PagesOf(method).Select(page => File.ReadAllText(PathOf(page))));

    private static string PathOf(string page) => Repository.PathOf("docs", "methods", $"{page}.md");

    private static bool IsValue(string text, object value) => value switch
    {
        bool flag => text == (flag ? "true" : "false"),
        double or int => double.TryParse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out double number)
            && number == Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ => text.Trim('`') == value.ToString(),
    };
}
