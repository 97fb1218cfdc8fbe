using Dyad.Core;
using Dyad.Studies;
using Dyad.Studies.Files;
using Dyad.Studies.Results;
using Dyad.Studies.Tuning;

namespace Dyad.Tests.Unit.Studies;

/// <summary>Options that are chosen by a search on seeds of its own.</summary>
[Trait("Category", "unit")]
public sealed class TuningTests : IDisposable
{
    // A critic that hardly moves teaches its actor nothing.
    private const string Plain = """
        environments: FourRoom
        methods: [actor-o, res-ac]
        steps: 6000
        rows: 3
        seeds: 2
        tune:
          budget: 3
          search: grid
          seeds: 2
          untuned: false
          ranges: { critic_learning_rate: [1e-9, 0.1, 1e-8] }
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_plainly_better_wins_and_fresh_seeds_alone_are_reported()
    {
        FileStudy study = Open(Plain);
        StudyResult result = Execute(study).Result;
        Assert.All(result.Groups, group => Assert.Equal([0, 1], group.Seeds));
        Assert.Equal(["actor-o", "res-ac"], result.Groups.Select(group => group.Label));
        OptionRow rate = Assert.Single(result.Options!.Shared, row => row.Name == "critic_learning_rate");
        Assert.Equal(["0.1"], rate.Values);

        // Two tables tell all that was tried, with the scores of the selection seeds.
        DataTable[] tried = [.. result.Tables.Where(table => table.Title.StartsWith("Tried for", StringComparison.Ordinal))];
        Assert.Equal(2, tried.Length);
        Assert.All(tried, table => Assert.Equal(["1e-9", "0.1", "1e-8"], table.Rows.Select(row => row[1])));
        Assert.All(tried, table => Assert.Equal(["", "chosen", ""], table.Rows.Select(row => row[^1])));
        Assert.All(tried.SelectMany(table => table.Rows), row => Assert.Equal("2", row[3]));
        Assert.Contains(result.Notes, note => note.Contains("1000000, 1000001", StringComparison.Ordinal));

        // The numbers of the reported lines are those of runs with these seeds and options, made by themselves.
        FileStudy alone = Open(Plain[..Plain.IndexOf("tune:", StringComparison.Ordinal)] + "options: { critic_learning_rate: 0.1 }\n", "alone.yaml");
        Assert.Equal(Execute(alone, "alone").Result.Groups.Select(group => group.Mean), result.Groups.Select(group => group.Mean));
    }

    [Fact]
    public void Each_line_is_run_without_the_search_too_on_the_same_seeds()
    {
        string text = Plain.Replace("untuned: false", "untuned: true", StringComparison.Ordinal) + "\n" + """
            options: { actor_learning_rate: 0.2 }
            claims: [{ better: res-ac, than: "res-ac,untuned", text: Tuning helps. }]
            """;
        FileStudy study = Open(text.Replace("6000", "300", StringComparison.Ordinal));
        Assert.Equal(2 * (2 + 2 + 6), study.CountRuns(null));
        var runs = new HashSet<int>();
        StudyResult result = StudyRunner.Execute(study, Request(null), progress => runs.Add(progress.Runs), _ => { }, TestContext.Current.CancellationToken).Result;
        Assert.Equal([2 * (2 + 2 + 6)], runs);
        Assert.Equal(["actor-o", "res-ac", "actor-o,untuned", "res-ac,untuned"], result.Groups.Select(group => group.Label));
        Assert.All(result.Groups, group => Assert.Equal([0, 1], group.Seeds));
        OptionRow rate = Assert.Single(result.Options!.Differing, row => row.Name == "critic_learning_rate");
        Assert.Equal(["0.02", "0.02"], rate.Values.Skip(2));
        Assert.Equal(["0.2"], Assert.Single(result.Options.Shared, row => row.Name == "actor_learning_rate").Values);
        Assert.Equal("Tuning helps.", Assert.Single(result.Findings).Claim);
        Assert.Contains("res-ac against res-ac, untuned: ", result.Findings[0].Measured, StringComparison.Ordinal);
        Assert.Contains(result.Notes, note => note.Contains("Lines named untuned", StringComparison.Ordinal));

        // A line that is asked for alone comes with its own.
        StudyResult one = StudyRunner.Execute(study, Request(null) with { Only = ["actor-o"] }, _ => { }, _ => { }, TestContext.Current.CancellationToken).Result;
        Assert.Equal(["actor-o", "actor-o,untuned"], one.Groups.Select(group => group.Label));
    }

    [Fact]
    public void A_second_call_reads_and_more_seeds_extend()
    {
        FileStudy study = Open(Plain);
        Execute(study);
        bool advanced = false;
        StudyRunner.Execute(study, Request(null), progress => advanced |= progress.Run.Row.Count > 0, _ => { }, TestContext.Current.CancellationToken);
        Assert.False(advanced);
        var fractions = new List<(double, int, int)>();
        StudyResult more = StudyRunner.Execute(
            study, Request(3), progress => fractions.Add((progress.Fraction, progress.Done, progress.Runs)), _ => { }, TestContext.Current.CancellationToken).Result;
        Assert.All(more.Groups, group => Assert.Equal([0, 1, 2], group.Seeds));
        Assert.Equal((1, 18, 18), fractions[^1]);
        Assert.Equal(fractions.Select(x => x.Item1).Order(), fractions.Select(x => x.Item1));
    }

    [Fact]
    public void A_cluster_does_the_trials_first()
    {
        FileStudy study = Open(Plain.Replace("6000", "300", StringComparison.Ordinal));
        (string Label, string Environment, int Seed, string Folder) One(int index) => StudyRunner.ExecuteOne(study, Request(null), index, _ => { }, _ => { }, CancellationToken.None);
        Assert.Contains("run 0 has yet to be done", Assert.Throws<UserError>(() => One(12)).Message, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 12).Select(One), run => Assert.Contains(run.Seed, new[] { 1_000_000, 1_000_001 }));
        Assert.Equal([("actor-o", 0), ("actor-o", 1), ("res-ac", 0), ("res-ac", 1)], Enumerable.Range(12, 4).Select(One).Select(run => (run.Label, run.Seed)));
        Assert.Contains("the runs 0 to 15", Assert.Throws<UserError>(() => One(16)).Message, StringComparison.Ordinal);
    }

    // The same file gives the same trials; a larger budget adds to them; each line has as many.
    [Fact]
    public void Trials_are_drawn_by_name()
    {
        Trial[][] At(int budget) => [.. Open($$"""
            environments: [FourRoom, FourRoom-absorb]
            methods: [actor-o, { method: res-ac, tune: { critic_steps: { low: 1, high: 3 } } }]
            tune: { budget: {{budget}}, ranges: { actor_learning_rate: { low: 1e-4, high: 1, log: true } } }
            """).Tuning(StudyScale.Paper)!.Lines.Select(line => line.Trials.ToArray())];
        static string Text(Trial trial) => string.Join(',', trial.Options);

        Trial[][] four = At(4), eight = At(8);
        Assert.Equal(4, four.Length);
        Assert.All(eight, trials => Assert.Equal(8, trials.Select(Text).Distinct().Count()));
        Assert.All(four.Zip(eight), pair => Assert.Equal(pair.First.Select(Text), pair.Second.Take(4).Select(Text)));
        Assert.Equal(four[0].Select(Text), four[1].Select(Text));
        Assert.NotEqual(four[0].Select(Text), four[2].Select(Text));
        double[] rates = [.. At(200)[0].Select(trial => double.Parse(trial.Options[0].Value, null))];
        Assert.All(rates, rate => Assert.InRange(rate, 1e-4, 1));
        Assert.InRange(rates.Count(rate => rate < 1e-2), 75, 125);
        Assert.Equal(["1", "2", "3"], At(200)[2].Select(trial => trial.Options.Single(option => option.Name == "critic_steps").Value).Distinct().Order());
    }

    [Fact]
    public void What_fails_or_loses_its_values_never_wins()
    {
        TuningPlan plan = Open(Plain).Tuning(StudyScale.Paper)!;
        FinishedRun Run(Variant variant, int seed, params double[] values) => new(variant, seed, new Dictionary<string, double[]> { ["step"] = [1, 2, 3], ["eval/return"] = values });
        var outcomes = new List<Dyad.Studies.Running.RunOutcome>();
        var runs = new List<FinishedRun>();
        Trial[] trials = [.. plan.Lines[0].Trials];
        foreach ((Trial trial, int i) in trials.Select((trial, i) => (trial, i)))
        {
            foreach (int seed in plan.Seeds)
            {
                bool failed = i == 0 && seed == plan.Seeds[0];
                outcomes.Add(new(new(trial.Tried, seed, new Dyad.Training.RunDirectory(_folder.FullPath), ""), failed ? "it broke" : null, null, false));
                if (!failed)
                {
                    runs.Add(i == 0 ? Run(trial.Tried, seed, 9, 9, 9) : i == 1 ? Run(trial.Tried, seed, 9, 9, double.NaN) : Run(trial.Tried, seed, 0, 0, 1));
                }
            }
        }

        Selected selected = Selection.Of(plan, Request(null) with { Only = ["actor-o"] }, outcomes, runs).Single();
        Assert.Same(trials[2], selected.Winner!.Trial);
        Assert.Equal(["failed: it broke", "failed: a seed has no value of eval/return at its end", "chosen"], selected.Table(plan).Rows.Select(row => row[^1]));
    }

    [Fact]
    public void A_line_of_which_no_trial_ends_is_among_the_failures()
    {
        FileStudy study = Open(Plain);
        TuningPlan plan = study.Tuning(StudyScale.Paper)!;
        Dyad.Studies.Running.RunOutcome[] outcomes = [.. plan.Lines.SelectMany((line, i) => line.Trials.SelectMany(trial => plan.Seeds.Select(seed =>
            new Dyad.Studies.Running.RunOutcome(new(trial.Tried, seed, new Dyad.Training.RunDirectory(_folder.FullPath), ""), i == 0 ? "it broke" : null, null, false))))];
        FinishedRun[] runs = [.. outcomes.Where(outcome => outcome.Failure is null).Select(outcome => new FinishedRun(
            outcome.Run.Variant, outcome.Run.Seed, new Dictionary<string, double[]> { ["step"] = [1, 2, 3], ["eval/return"] = [0, 0, 1] }))];
        var tuned = new TunedStudy(study, plan, Selection.Of(plan, Request(null), outcomes, runs), outcomes);
        Assert.Equal(["res-ac"], tuned.Variants(StudyScale.Paper).Select(variant => variant.Label));
        Assert.Equal(3 * 2, tuned.Lost.Count());
        Assert.All(tuned.Lost, outcome => Assert.Equal("it broke", outcome.Failure));
        Assert.Contains("No trial of ", tuned.Notes[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tune: { ranges: { critic_steps: [1] } }", "line 3, column 7: tune lacks 'budget'")]
    [InlineData("tune: { budget: 0 }", "line 3, column 17: budget is '0'")]
    [InlineData("tune: { budget: 2, search: halving }", "line 3, column 28: search is 'halving'")]
    [InlineData("tune: { budget: 2, ranges: { critic_step: [1] } }", "line 3, column 30: no method of the study has an option 'critic_step'; did you mean critic_steps?")]
    [InlineData("tune: { budget: 2 }", "line 2, column 11: actor-o has none of the options that are tuned")]
    [InlineData("tune: { budget: 2, search: grid, ranges: { critic_steps: [1, 2, 3] } }", "line 3, column 7: the grid of actor-o has 3 points, and the budget is 2 trials")]
    [InlineData("tune: { budget: 2, search: grid, ranges: { critic_steps: { low: 1, high: 3 } } }", "line 3, column 44: a grid needs 'points' of the range of critic_steps")]
    [InlineData("tune: { budget: 2, ranges: { critic_steps: { low: 1, high: 3, points: 2 } } }", "line 3, column 30: 'points' of critic_steps is for search: grid")]
    [InlineData("tune: { budget: 2, ranges: { critic_steps: { low: 3, high: 3 } } }", "line 3, column 30: the range of critic_steps ends at 3, which is not above its start")]
    [InlineData("tune: { budget: 2, ranges: { critic_steps: { low: 0, high: 3, log: true } } }", "line 3, column 30: the range of critic_steps is logarithmic and starts at 0")]
    [InlineData("tune: { budget: 2, ranges: { actor_learning_rate: { low: -1, high: 3 } } }", "line 3, column 30: ")]
    [InlineData("tune: { budget: 2, ranges: { critic_steps: [1, many] } }", "line 3, column 30: ")]
    [InlineData("tune: { budget: 2, seeds: [7, 1], ranges: { critic_steps: [1] } }", "line 3, column 31: the seed 1 is one of the study's own")]
    [InlineData("tune: { budget: 2, ranges: { critic_steps: [1] } }\ngrid: { critic_steps: [1, 2] }", "line 3, column 30: the grid varies 'critic_steps', which is tuned")]
    [InlineData("scales: { quick: { tune: { budget: 2 } } }", "line 3, column 26: the study has no 'tune'")]
    public void What_does_not_fit_is_one_sentence_with_its_place(string text, string sentence)
    {
        var error = Assert.Throws<UserError>(() =>
        {
            FileStudy study = Open($"environments: FourRoom\nmethods: [actor-o]\n{text}\n");
            _ = study.Variants(StudyScale.Paper);
            _ = study.Scales.Select(scale => study.At(scale).Variants(StudyScale.Paper)).ToArray();
        });
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_a_method_alone_are_its_own()
    {
        Assert.Contains("line 2, column 38: actor-o has no option 'damping'", Assert.Throws<UserError>(() => Open(
            "environments: FourRoom\nmethods: [{ method: actor-o, tune: { damping: [1] } }]\ntune: { budget: 1 }\n").Variants(StudyScale.Paper)).Message, StringComparison.Ordinal);
        Assert.Contains("actor-o,critic_steps=2 sets 'critic_steps', which is tuned", Assert.Throws<UserError>(() => Open(
            "environments: FourRoom\nmethods: [{ method: actor-o, options: { critic_steps: 2 }, tune: { critic_steps: [1] } }]\ntune: { budget: 1 }\n").Variants(StudyScale.Paper)).Message, StringComparison.Ordinal);
        FileStudy study = Open("environments: FourRoom\nmethods: [actor-o, res-ac]\nseeds: 4\ntune: { budget: 5, seeds: 2, ranges: { critic_steps: { low: 1, high: 50 } } }\nscales: { quick: { tune: { budget: 2, seeds: [8] } } }\n");
        Assert.Equal(2 * (4 + 4 + 10), study.CountRuns(null));
        Assert.Equal(10, study.Trials(StudyScale.Paper));
        Assert.Equal((2, 20), (study.At("quick").Trials(StudyScale.Paper), study.At("quick").CountRuns(null)));

        // A seed that selects is passed over where more are asked for.
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 9, 10], study.At("quick").Seeds(StudyScale.Paper, 10));
    }

    private FileStudy Open(string text, string name = "study.yaml")
    {
        File.WriteAllText(_folder.PathOf(name), text);
        return FileStudy.Open(_folder.PathOf(name));
    }

    private StudyRequest Request(int? seeds, string folder = "runs") => new(StudyScale.Paper, seeds, 2, _folder.PathOf(folder), "./dyad");

    private StudyOutcome Execute(FileStudy study, string folder = "runs") =>
        StudyRunner.Execute(study, Request(null, folder), _ => { }, _ => { }, TestContext.Current.CancellationToken);
}
