using System.Text.Json;
using Dyad.Core;
using Dyad.Report;
using Dyad.Studies;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Tests.Unit.Studies;

/// <summary>One failing run does not take the others with it, and nothing is computed twice.</summary>
[Trait("Category", "unit")]
public sealed class FailingRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_other_runs_are_made_and_summarised(int jobs)
    {
        StudyOutcome outcome = Execute(new Counting { Fails = (label, seed) => label == "a" && seed == 1 }, seeds: 3, jobs);
        FailedRun failure = Assert.Single(outcome.Result.Failures!);
        Assert.Equal(("a", "Task", 1, "seed 1 gave up"), (failure.Label, failure.Environment, failure.Seed, failure.Sentence));
        Assert.Equal([0, 2], outcome.Result.Groups.Single(group => group.Label == "a").Seeds);
        Assert.Equal([0, 1, 2], outcome.Result.Groups.Single(group => group.Label == "b").Seeds);
        Assert.Null(outcome.Mistake);
        StudyResult stored = SummaryFile.Read(outcome.Folder);
        Assert.Equal(failure, Assert.Single(stored.Failures!));
        string page = Page(stored);
        Assert.Contains("1 of 6 runs failed", page, StringComparison.Ordinal);
        Assert.Contains("a, Task, seed 1: seed 1 gave up", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_whose_analysis_needs_what_failed_shows_the_rest()
    {
        StudyOutcome outcome = Execute(new Counting { Fails = (label, _) => label == "a" }, seeds: 2);
        Assert.Contains("needs those that failed", Assert.Single(outcome.Result.Findings).Measured, StringComparison.Ordinal);
        Assert.Equal("b", Assert.Single(Assert.IsType<LineChart>(Assert.Single(outcome.Result.Charts)).Series).Label);
    }

    [Fact]
    public void Where_all_runs_fail_there_is_one_sentence_and_no_summary()
    {
        var error = Assert.Throws<UserError>(() => Execute(new Counting { Fails = (_, _) => true }, seeds: 2));
        Assert.Contains("all 4 runs failed, the first so: seed 0 gave up", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.PathOf("test", "counting", "summary.json")));
    }

    [Fact]
    public void A_mistake_in_one_run_is_kept_to_be_told_when_the_others_are_written()
    {
        StudyOutcome outcome = Execute(new Counting { Fails = (label, seed) => label == "b" && seed == 0, Thrown = new InvalidOperationException("oops") }, seeds: 2);
        Assert.IsType<InvalidOperationException>(outcome.Mistake);
        Assert.Contains("a mistake in Dyad, InvalidOperationException: oops", Assert.Single(outcome.Result.Failures!).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_that_cannot_be_read_fail_their_run_alone()
    {
        Execute(new Counting(), seeds: 2);
        string metrics = _folder.PathOf("test", "counting", "b", "Task", "seed-1", "metrics.jsonl");
        File.WriteAllText(metrics, "{ nonsense\n");
        FailedRun failure = Assert.Single(Execute(new Counting(), seeds: 2).Result.Failures!);
        Assert.Equal(("b", 1), (failure.Label, failure.Seed));
        Assert.Contains($"'{metrics}' ", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_metric_that_one_seed_lacks_leaves_a_gap()
    {
        StudyOutcome outcome = Execute(new Counting { Extra = seed => seed != 0 }, seeds: 3);
        LineChart chart = outcome.Result.Charts.OfType<LineChart>().Single(chart => chart.Title == "train/extra");
        Assert.All(chart.Series, line => Assert.Equal(2, line.Seeds));
        Assert.All(chart.Series, line => Assert.NotEmpty(line.X));
        Assert.Contains("over 2 seeds. 1 seed had no value.", chart.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void Seeds_of_other_calls_add_up_where_the_study_says_so()
    {
        foreach (int seed in new[] { 0, 2, 1 })
        {
            Execute(new Counting { First = seed, Adds = true }, seeds: 1);
        }

        StudyResult result = Execute(new Counting { First = 1, Adds = true }, seeds: 1).Result;
        Assert.All(result.Groups, group => Assert.Equal([0, 1, 2], group.Seeds));
        Assert.Contains("With 4 seeds of other calls", string.Concat(result.Notes), StringComparison.Ordinal);
        Assert.All(Execute(new Counting { First = 1 }, seeds: 1).Result.Groups, group => Assert.Equal([1], group.Seeds));
    }

    [Fact]
    public void An_unfinished_seed_of_another_call_is_told_and_left_out()
    {
        Execute(new Counting { First = 3, Adds = true, Fails = (label, _) => label == "a", Later = true }, seeds: 1);
        var told = new List<string>();
        StudyResult result = Execute(new Counting { First = 0, Adds = true }, seeds: 1, warn: told.Add).Result;
        Assert.Equal([0], result.Groups.Single(group => group.Label == "a").Seeds);
        Assert.Equal([0, 3], result.Groups.Single(group => group.Label == "b").Seeds);
        Assert.Contains(told, sentence => sentence.StartsWith("seed 3 is in the folder too, failed at step", StringComparison.Ordinal));
    }

    [Fact]
    public void A_finished_study_is_read_and_says_the_same()
    {
        StudyOutcome first = Execute(new Counting(), seeds: 3);
        string summary = Path.Combine(first.Folder, "summary.json");
        DateTime written = File.GetLastWriteTimeUtc(summary);
        int created = Counter.Created;
        StudyOutcome second = Execute(new Counting(), seeds: 3);
        Assert.Equal(JsonSerializer.Serialize(first.Result, SummaryFile.JsonOptions), JsonSerializer.Serialize(second.Result, SummaryFile.JsonOptions));
        Assert.Equal((written, created), (File.GetLastWriteTimeUtc(summary), Counter.Created));

        // Whatever it was made from: files of runs, number of seeds.
        File.WriteAllText(_folder.PathOf("test", "counting", "a", "Task", "seed-0", "metrics.jsonl"), "{ nonsense\n");
        Assert.Single(Execute(new Counting(), seeds: 3).Result.Failures!);
        Assert.Equal(4, Execute(new Counting(), seeds: 4).Result.Groups[^1].Seeds.Count);
    }

    [Fact]
    public void A_run_of_another_study_is_shared_by_a_pointer_file()
    {
        Execute(new Counting(), seeds: 2);
        int created = Counter.Created;
        StudyOutcome other = Execute(new Counting { Called = "test/other", Labels = ["b"] }, seeds: 3);
        Assert.Equal(created + 1, Counter.Created);
        Assert.Equal([0, 1, 2], Assert.Single(other.Result.Groups).Seeds);
        string shared = _folder.PathOf("test", "other", "b", "Task", "seed-1");
        Assert.Equal(["run.pointer"], Directory.EnumerateFileSystemEntries(shared).Select(Path.GetFileName));
        Assert.Equal(_folder.PathOf("test", "counting", "b", "Task", "seed-1"), RunPointer.Follow(shared).FullPath);

        // A pointer that leads nowhere is told.
        Directory.Delete(_folder.PathOf("test", "counting"), recursive: true);
        var error = Assert.Throws<UserError>(() => Execute(new Counting { Called = "test/other", Labels = ["b"] }, seeds: 3));
        Assert.Contains("which holds no run", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_differ_in_what_their_configurations_say()
    {
        OptionTable options = Execute(new Counting(), seeds: 1).Result.Options!;
        Assert.Equal(["a", "b"], options.Lines);
        OptionRow row = Assert.Single(options.Differing);
        Assert.Equal(("kind", "a, b"), (row.Name, string.Join(", ", row.Values)));
        Assert.Contains(options.Shared, shared => shared.Name == "size" && shared.Values[0] == "3");
        Assert.Contains("The lines differ in kind; nothing else differs.", Page(SummaryFile.Read(_folder.PathOf("test", "counting"))), StringComparison.Ordinal);
    }

    private StudyOutcome Execute(Study study, int seeds, int jobs = 2, Action<string>? warn = null) => StudyRunner.Execute(
        study, new StudyRequest(StudyScale.Quick, seeds, jobs, _folder.FullPath, "./dyad"), _ => { }, warn ?? (_ => { }), TestContext.Current.CancellationToken);

    private string Page(StudyResult result)
    {
        string path = _folder.PathOf("page.html");
        ReportWriter.Write(path, "title", "lead", [result]);
        return File.ReadAllText(path);
    }

    // Two lines that count; what it is beside that the tests say.
    private sealed class Counting : Study
    {
        public Func<string, int, bool> Fails { get; init; } = (_, _) => false;

        public Exception? Thrown { get; init; }

        public bool Later { get; init; }

        public Func<int, bool> Extra { get; init; } = _ => false;

        public int First { get; init; }

        public bool Adds { get; init; }

        public string Called { get; init; } = "test/counting";

        public string[] Labels { get; init; } = ["a", "b"];

        public override string Name => Called;

        public override string Title => "Counting";

        public override string Source => "nowhere";

        public override string Question => "Does it count?";

        public override int FirstSeed => First;

        public override bool AddsUp => Adds;

        public override int DefaultSeeds(StudyScale scale) => 2;

        public override IReadOnlyList<Variant> Variants(StudyScale scale) => [.. Labels.Select(label => new Variant(
            label, "Task", 6, 2, MethodConfig.Of("counter", [("size", 3), ("kind", label)]), seed => new Counter(
                seed, Extra(seed), Fails(label, seed) ? Thrown ?? new UserError($"seed {seed} gave up") : null, Later)))];

        public override Analysis Analyze(StudyRuns runs) => new(
            [new Finding("", $"{runs.Values(Labels[0], run => run.Final("eval/return"))[..1][0]}", Verdict.New)], MetricCharts.Of(runs), []);
    }

    private sealed class Counter(int seed, bool extra, Exception? failure, bool later) : IIterative
    {
        private long _step;

        public static int Created { get; private set; }

        public long Step => _step;

        public void Advance()
        {
            if (_step == 0)
            {
                Created++;
            }

            if (failure is not null && (!later || _step == 3))
            {
                throw failure;
            }

            _step++;
        }

        public void Measure(IMetrics metrics)
        {
            metrics.Record("eval/return", seed + _step);
            if (extra)
            {
                metrics.Record("train/extra", 1);
            }
        }

        public void Serialize(StateArchive archive) => archive.Value("step", ref _step);
    }
}
