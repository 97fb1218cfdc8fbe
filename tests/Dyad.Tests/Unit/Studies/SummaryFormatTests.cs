using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Studies;
using Dyad.Studies.Results;
using Json.Schema;

namespace Dyad.Tests.Unit.Studies;

/// <summary>What a summary holds is written down, and carries a number.</summary>
[Trait("Category", "unit")]
public sealed class SummaryFormatTests : IDisposable
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(SummarySchema.Document().ToJsonString());

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_key_is_described()
    {
        string text = File.ReadAllText(Repository.PathOf("docs", "studies.md"));
        StudyResult sample = ReportSamples.Study() with { Charts = [.. ReportSamples.Study().Charts, ReportSamples.Field(), ReportSamples.Grid()] };
        foreach (string key in Keys(JsonNode.Parse(JsonSerializer.Serialize(sample, SummaryFile.JsonOptions))!).Distinct())
        {
            Assert.Contains($"`{key}`", text, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string> StoredSummaries => [.. Directory.GetFiles(Repository.PathOf("docs", "results"), "*.json", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Repository.PathOf("docs", "results"), path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(StoredSummaries))]
    public void A_stored_summary_is_as_the_schema_has_it(string name) =>
        AssertValid(JsonNode.Parse(File.ReadAllText(Repository.PathOf("docs", "results", name)))!, isValid: true);

    [Fact]
    public void The_schema_refuses_what_is_no_summary()
    {
        StudyResult sample = ReportSamples.Study() with
        {
            Charts = [.. ReportSamples.Study().Charts, ReportSamples.Grid(), ReportSamples.Field()],
            Failures = [new FailedRun("a", "b", 0, "c")],
            Options = new OptionTable(["a"], [new OptionRow("x", ["1"])], []),
            WallSeconds = double.NaN,
        };
        JsonObject Summary() => JsonNode.Parse(JsonSerializer.Serialize(sample, SummaryFile.JsonOptions))!.AsObject();
        AssertValid(Summary(), isValid: true);
        foreach ((string what, Action<JsonObject> damage) in new (string, Action<JsonObject>)[]
        {
            ("format", summary => summary["format"] = 2),
            ("study", summary => summary.Remove("study")),
            ("title", summary => summary["title"] = null),
            ("verdict", summary => summary["findings"]![0]!["verdict"] = "maybe"),
            ("series", summary => summary["charts"]![0]!.AsObject().Remove("series")),
            ("kind", summary => summary["charts"]![0]!["kind"] = "field"),
            ("rows of a grid", summary => summary["charts"]!.AsArray()[^2]!.AsObject().Remove("rows")),
            ("policy", summary => summary["charts"]!.AsArray()[^2]!["lines"]![0]!["frames"]![0]!["policy"] = new JsonArray(0.25)),
            ("points", summary => summary["charts"]!.AsArray()[^1]!["points"] = "none"),
            ("values", summary => summary["groups"]![0]!["values"]![0] = "many"),
            ("seed", summary => summary["failures"]![0]!["seed"] = 1.5),
            ("rows", summary => summary["options"]!["differing"]![0]!["values"]![0] = 3),
        })
        {
            JsonObject damaged = Summary();
            damage(damaged);
            Assert.False(IsValid(damaged), what);
        }
    }

    [Theory]
    [InlineData("{\"format\": 1, ", true)]
    [InlineData("{", true)]
    [InlineData("{\"format\": 2, ", false)]
    [InlineData("{\"format\": 0, ", false)]
    public void A_later_format_is_refused(string start, bool accepted)
    {
        string text = JsonSerializer.Serialize(ReportSamples.Study(), SummaryFile.JsonOptions);
        Assert.Contains("\"format\": 1", text, StringComparison.Ordinal);
        File.WriteAllText(_folder.PathOf("summary.json"), start + text[(text.IndexOf("\"study\"", StringComparison.Ordinal))..]);
        if (accepted)
        {
            Assert.Equal(1, SummaryFile.Read(_folder.FullPath).Format);
        }
        else
        {
            Assert.Contains("this release of Dyad reads 1", Assert.Throws<UserError>(() => SummaryFile.Read(_folder.FullPath)).Message, StringComparison.Ordinal);
        }
    }

    private static void AssertValid(JsonNode summary, bool isValid)
    {
        EvaluationResults results = Evaluate(summary);
        Assert.True(results.IsValid == isValid, string.Join("; ", (results.Details ?? []).Where(detail => detail.Errors is not null).Take(5).Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}")));
    }

    private static bool IsValid(JsonNode summary) => Evaluate(summary).IsValid;

    private static EvaluationResults Evaluate(JsonNode summary) => Schema.Evaluate(JsonSerializer.SerializeToElement(summary), new EvaluationOptions { OutputFormat = OutputFormat.List });

    [Fact]
    public void A_study_over_two_tasks_is_summarised_over_both()
    {
        StudyRunner.Execute(new TwoTasks(), new StudyRequest(StudyScale.Quick, null, 1, _folder.FullPath, ""), _ => { }, _ => { }, CancellationToken.None);
        StudyResult result = SummaryFile.Read(_folder.PathOf("two-tasks"));
        DataTable table = Assert.Single(result.Tables);
        Assert.Contains("CartPole-v1", table.Title, StringComparison.Ordinal);
        Assert.Equal(["low", "high"], table.Rows.Select(row => row[0]));
        Assert.Equal("1.000", table.Rows[1][^1]);
        Assert.Equal("performance-profile", Assert.Single(result.Charts).Id);
        Assert.All(result.Groups, group => Assert.Null(group.InterquartileMean));
    }

    private static IEnumerable<string> Keys(JsonNode node) => node switch
    {
        JsonObject entries => entries.SelectMany(entry => Keys(entry.Value ?? JsonValue.Create(0)).Prepend(entry.Key)),
        JsonArray items => items.SelectMany(item => Keys(item ?? JsonValue.Create(0))),
        _ => [],
    };

    private sealed class TwoTasks : Study
    {
        public override string Name => "two-tasks";

        public override string Title => "Two tasks";

        public override string Source => "none";

        public override string Question => "none";

        public override int DefaultSeeds(StudyScale scale) => 2;

        public override IReadOnlyList<Variant> Variants(StudyScale scale) =>
            [.. from label in new[] { "low", "high" }
                from task in new[] { "CartPole-v1", "Acrobot-v1" }
                let value = (task == "CartPole-v1" ? 100 : -300) + (label == "high" ? 50 : 0)
                select new Variant(label, task, 1, 1, new(label, []), seed => new Fixed(value + seed))];

        public override Analysis Analyze(StudyRuns runs) => new([], [], []);
    }

    private sealed class Fixed(double value) : IIterative
    {
        private long _step;

        public long Step => _step;

        public void Advance() => _step++;

        public void Measure(IMetrics metrics) => metrics.Record("eval/return", value);

        public void Serialize(StateArchive archive) => archive.Value("step", ref _step);
    }
}
