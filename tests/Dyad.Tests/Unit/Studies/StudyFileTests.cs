using System.Text;
using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Studies;
using Dyad.Studies.Files;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Tests.Unit.Studies;

/// <summary>Studies as files: what they mean, and what is said of those that are none.</summary>
[Trait("Category", "unit")]
public sealed class StudyFileTests : IDisposable
{
    private const string Shortest = """
        environments: FourRoom
        methods: [actor-o, res-ac]
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Stored => [.. StudyCatalog.All.OfType<FileStudy>().Select(study => study.Name)];

    [Fact]
    public void Two_lines_are_a_study()
    {
        FileStudy study = Open(Shortest);
        Assert.Equal(["actor-o", "res-ac"], study.Variants(StudyScale.Paper).Select(variant => variant.Label));
        Assert.Equal([0, 1, 2], study.Seeds(StudyScale.Paper, null));
        Assert.Equal("actor-o, res-ac on FourRoom", study.Title);
        Assert.All(study.Variants(StudyScale.Paper), variant => Assert.Equal((150_000, 7_500), (variant.Steps, variant.MeasureEvery)));
    }

    [Fact]
    public void A_grid_is_a_product_over_all_methods_that_have_the_option()
    {
        FileStudy study = Open("""
            environments: Pendulum-v1
            methods: [sac, { name: led, method: stsac-al, legend: Led }]
            grid: { damping: [0.1, 1], batch_size: [32, 64] }
            """);
        Assert.Equal(
            ["sac,damping=0.1,batch_size=32", "sac,damping=0.1,batch_size=64", "sac,damping=1,batch_size=32", "sac,damping=1,batch_size=64",
                "led,damping=0.1,batch_size=32", "led,damping=0.1,batch_size=64", "led,damping=1,batch_size=32", "led,damping=1,batch_size=64"],
            study.Variants(StudyScale.Paper).Select(variant => variant.Label));
        Assert.Equal("0.1", study.Variants(StudyScale.Paper)[4].Method.Options["damping"]!.ToString());

        FileStudy points = Open("""
            environments: Pendulum-v1
            methods: [sac]
            grid: [{ batch_size: 32, damping: 1 }, { batch_size: 64 }]
            """);
        Assert.Equal(["sac,batch_size=32,damping=1", "sac,batch_size=64"], points.Variants(StudyScale.Paper).Select(variant => variant.Label));

        // A grid of one method leaves the others alone.
        FileStudy own = Open("""
            environments: Pendulum-v1
            methods: [ddpg, { name: led, method: stddpg-al, grid: { damping: [0.1, 1] } }]
            """);
        Assert.Equal(["ddpg", "led,damping=0.1", "led,damping=1"], own.Variants(StudyScale.Paper).Select(variant => variant.Label));

        // Tabular methods have no batches: their lines are not told apart by them.
        FileStudy mixed = Open("""
            environments: FourRoom
            methods: [dqn, q-learning]
            grid: { batch_size: [32, 64] }
            """);
        Assert.Equal(["dqn,batch_size=32", "dqn,batch_size=64", "q-learning"], mixed.Variants(StudyScale.Paper).Select(variant => variant.Label));
    }

    [Fact]
    public void A_scale_says_what_is_otherwise_and_the_method_s_own_option_counts_most()
    {
        FileStudy study = Open("""
            environments: [FourRoom, FourRoom-absorb]
            methods: [actor-o, { name: mine, method: actor-o, options: { actor_learning_rate: 0.5 } }]
            seeds: [3, 5]
            steps: 1000
            rows: 10
            options: { actor_learning_rate: 0.1, critic_steps: 2 }
            scales:
              tiny: { steps: 60, rows: 3, seeds: 1, environments: [FourRoom-absorb], methods: [mine], options: { critic_steps: 3, actor_learning_rate: 0.2 } }
            """);
        Variant[] full = [.. study.Variants(StudyScale.Paper)];
        Assert.Equal(4, full.Length);
        Assert.Equal([3, 5], study.Seeds(StudyScale.Paper, null));
        Assert.Equal([3, 5, 0, 1], study.Seeds(StudyScale.Paper, 4));
        Assert.Equal(("0.1", "2", "0.5"), (Option(full[0], "actor_learning_rate"), Option(full[0], "critic_steps"), Option(full[^1], "actor_learning_rate")));
        FileStudy tiny = study.At("tiny");
        Variant only = Assert.Single(tiny.Variants(StudyScale.Paper));
        Assert.Equal(("mine", "FourRoom-absorb", 60, 20), (only.Label, only.Environment, only.Steps, only.MeasureEvery));
        Assert.Equal(("0.5", "3"), (Option(only, "actor_learning_rate"), Option(only, "critic_steps")));
        Assert.Equal([0], tiny.Seeds(StudyScale.Paper, null));
        Assert.Contains("did you mean tiny?", Assert.Throws<UserError>(() => study.At("tinny")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_runs_is_extended_and_read()
    {
        FileStudy study = Open("""
            environments: [FourRoom, map.txt]
            methods: [actor-o, res-ac]
            seeds: 2
            steps: 900
            rows: 3
            figures: [eval/return, { metric: eval/return, axis: time, title: Mine }]
            claims: [{ better: res-ac, than: actor-o, text: It is better. }, { better: res-ac, than: actor-o, at: time }]
            """);
        File.WriteAllText(_folder.PathOf("map.txt"), "S..\n.#.\n..G\n");
        StudyResult result = Execute(study, null, null, null).Result;
        Assert.Equal(4, result.Groups.Count);
        Assert.Equal(["It is better (FourRoom).", "", "It is better (map).", ""], result.Findings.Select(finding => finding.Claim));
        Assert.Contains(" s of processor time of each, difference ", result.Findings[1].Measured, StringComparison.Ordinal);
        Assert.Equal(["eval/return on FourRoom", "Mine on FourRoom", "eval/return on map", "Mine on map"], result.Charts.Select(chart => chart.Title));
        string[] before = File.ReadAllLines(Metrics("res-ac", "map", 1));

        // More seeds, more steps, one line alone: what is there stays.
        Assert.Equal([0, 1, 2], Execute(study, 3, null, null).Result.Groups[0].Seeds);
        StudyResult one = Execute(study, 2, 1800, ["res-ac"]).Result;
        Assert.Equal(["res-ac"], one.Groups.Select(group => group.Label).Distinct());
        string[] after = File.ReadAllLines(Metrics("res-ac", "map", 1));
        Assert.Equal(before, after[..before.Length]);
        Assert.True(after.Length > before.Length);
        Assert.Equal(before.Length, File.ReadAllLines(Metrics("actor-o", "map", 1)).Length);
    }

    [Fact]
    public void Lines_that_differ_in_name_alone_are_told()
    {
        FileStudy idle = Open("environments: Pendulum-v1\nmethods: [sac, stsac-al]\ngrid: { damping: [0.1, 1] }\n");
        Assert.Equal(2, idle.Cautions.Count);
        Assert.StartsWith("sac,damping=0.1: the option 'damping' has no effect here without a leader", idle.Cautions[0], StringComparison.Ordinal);
        Assert.Contains(idle.Notes, note => note.StartsWith("sac,damping=1: ", StringComparison.Ordinal));
        FileStudy twice = Open("environments: FourRoom\nmethods: [actor-o]\ngrid: { actor_learning_rate: [0.5, 5e-1] }\n");
        Assert.Equal(["the lines actor-o,actor_learning_rate=0.5 and actor-o,actor_learning_rate=5e-1 on FourRoom are the same runs"], twice.Cautions);
    }

    [Fact]
    public void A_run_by_its_index_is_the_one_of_the_study()
    {
        FileStudy study = Open(Shortest + "\nsteps: 600\nrows: 2\nseeds: 2\n");
        var request = new StudyRequest(StudyScale.Paper, null, 1, _folder.FullPath, "./dyad");
        var done = Enumerable.Range(0, 4).Select(i => StudyRunner.ExecuteOne(study, request, i, _ => { }, _ => { }, CancellationToken.None)).Select(run => (run.Label, run.Seed)).ToArray();
        Assert.Equal([("actor-o", 0), ("actor-o", 1), ("res-ac", 0), ("res-ac", 1)], done);
        bool advanced = false;
        StudyRunner.Execute(study, request, progress => advanced |= progress.Run.Row.Count > 0, _ => { }, CancellationToken.None);
        Assert.False(advanced);
        Assert.Throws<UserError>(() => StudyRunner.ExecuteOne(study, request, 4, _ => { }, _ => { }, CancellationToken.None));
    }

    // Line and column, and a sentence that helps.
    [Theory]
    [InlineData("", "is empty")]
    [InlineData("just words", "line 1, column 1: a study file is 'just words'; it must be a mapping")]
    [InlineData("environments: FourRoom", "line 1, column 1: a study lacks 'methods'")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nsteeps: 5", "line 3, column 1: a study has no key 'steeps'; did you mean steps")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nsteps: many", "line 3, column 8: steps is 'many'; it must be a whole number")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nsteps: \"5\"", "line 3, column 8: steps is '5'; it must be a whole number")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nsteps: 0", "line 3, column 8: steps is '0'")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nsteps: 1.5", "line 3, column 8: steps is '1.5'")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nsteps: [1]", "line 3, column 8: steps is a list")]
    [InlineData("environments: FourRoom\nmethods: actor-o", "line 2, column 10: methods is 'actor-o'; it must be a list")]
    [InlineData("environments: FourRoom\nmethods: []", "line 2, column 10: methods is a list")]
    [InlineData("environments: FourRoom\nmethods: [actor-oo]", "line 2, column 11: there is no method 'actor-oo'; did you mean actor-o")]
    [InlineData("environments: FourRom\nmethods: [actor-o]", "line 1, column 15: there is no environment 'FourRom'; did you mean FourRoom")]
    [InlineData("environments: nosuch.txt\nmethods: [actor-o]", "line 1, column 15: there is no file")]
    [InlineData("environments: Pendulum-v1\nmethods: [actor-o]", "line 2, column 11: actor-o on Pendulum-v1: actor-o needs a finite MDP")]
    [InlineData("environments: Pendulum-v1\nmethods:\n  - sac\n  - dqn", "line 4, column 5: dqn on Pendulum-v1: ")]
    [InlineData("environments: FourRoom\nmethods: [{ method: actor-o, options: { rate: 1 } }]", "line 2, column 41: actor-o has no option 'rate'")]
    [InlineData("environments: FourRoom\nmethods: [{ method: actor-o, options: { actor_learning_rate: -1 } }]", "line 2, column 41: actor-o,actor_learning_rate=-1 on FourRoom: ")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\noptions: { pace: 1 }", "line 3, column 12: no method of the study has an option 'pace'")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\ngrid: { pace: [1] }", "line 3, column 9: no method of the study has an option 'pace'")]
    [InlineData("environments: FourRoom\nmethods: [{ method: actor-o, options: { critic_steps: 2 } }]\ngrid: { critic_steps: [1] }", "line 2, column 41: actor-o,critic_steps=2 sets 'critic_steps', which the grid varies")]
    [InlineData("environments: FourRoom\nmethods: [actor-o, actor-o]", "line 2, column 20: two methods have the name 'actor-o'")]
    [InlineData("environments: [FourRoom, FourRoom]\nmethods: [actor-o]", "line 1, column 26: two tasks have the name 'FourRoom'")]
    [InlineData("environments: FourRoom\nmethods: [{ method: actor-o, name: a/b }]", "line 2, column 11: the name 'a/b' is for a folder too")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nseeds: [1, 1]", "line 3, column 12: the seed 1 is named twice")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nsteps: 1__0", "line 3, column 8: steps is '1__0'; it must be a whole number from 1")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\npreset: corect", "line 3, column 9: preset is 'corect'; did you mean correct?")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nclaims: [{ better: actor-o, than: actor-g }]", "line 3, column 35: there is no line 'actor-g'; did you mean actor-o?")]
    [InlineData("environments: FourRoom\nmethods: [actor-o, actor-g]\nclaims: [{ better: actor-o, than: actor-o }]", "line 3, column 35: the claim holds 'actor-o' against itself")]
    [InlineData("environments: FourRoom\nmethods: [dqn, q-learning]\nmax_episode_steps: 5", "line 2, column 16: max_episode_steps is for neural methods; q-learning has its own option, episode_length")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nclaims: [{ better: actor-o }]", "line 3, column 10: a claim lacks 'than'")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nclaims: [{ better: actor-o, than: actor-o, kind: best }]", "line 3, column 50: kind is 'best'")]
    [InlineData("environments: FourRoom\nmethods: [actor-o, actor-g]\nclaims: [{ better: actor-o, than: actor-g, kind: not-worse, metric: eval/x }]", "line 3, column 10: a claim of this kind on eval/x needs a margin")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nfigures: [{ metric: eval/return, methods: [b] }]", "line 3, column 44: there is no line 'b'")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nscales: { tiny: { methods: [b] } }", "line 3, column 29: the study has no method 'b'")]
    [InlineData("environments: FourRoom\nmethods: [actor-o]\nscales: { tiny: { step: 1 } }", "line 3, column 19: a scale has no key 'step'; did you mean steps?")]
    [InlineData("environments: FourRoom\nenvironments: FourRoom\nmethods: [actor-o]", "line 2, column 1: no YAML: Duplicate key")]
    [InlineData("environments: [FourRoom\nmethods: [actor-o]", "no YAML: ")]
    [InlineData("a: &x [1]\nb: *x", "line 2, column 4: anchors and aliases are not for study files")]
    [InlineData("a: 1\n---\nb: 2", "holds 2 documents")]
    public void What_is_no_study_is_one_sentence_with_its_place(string text, string sentence)
    {
        var error = Assert.Throws<UserError>(() =>
        {
            FileStudy study = Open(text);
            _ = study.Variants(StudyScale.Paper);
            foreach (string scale in study.Scales)
            {
                _ = study.At(scale).Variants(StudyScale.Paper);
            }
        });
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Deep_nesting_and_large_grids_are_refused_before_they_cost_anything()
    {
        Assert.Contains("nested more than", Assert.Throws<UserError>(() => Open(new string('[', 100_000))).Message, StringComparison.Ordinal);
        Assert.Contains("1000001 characters", Assert.Throws<UserError>(() => Open(new string('a', 1_000_001))).Message, StringComparison.Ordinal);
        string values = string.Join(", ", Enumerable.Range(1, 1000));
        FileStudy grid = Open($"environments: FourRoom\nmethods: [actor-o]\ngrid:\n  critic_steps: [{values}]\n  actor_learning_rate: [{values}]\n");
        Assert.Equal(3e6, grid.CountRuns(null));
        Assert.Contains("line 4, column 3: the grid has more than", Assert.Throws<UserError>(() => grid.Variants(StudyScale.Paper)).Message, StringComparison.Ordinal);
        Assert.Contains("there is no study file", Assert.Throws<UserError>(() => FileStudy.Open(_folder.PathOf("nosuch.yaml"))).Message, StringComparison.Ordinal);
        Assert.Equal($"cannot read the study file '{_folder.FullPath}': it is a folder", Assert.Throws<UserError>(() => FileStudy.Open(_folder.FullPath)).Message);
    }

    // Whatever bytes: a study, or one sentence.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Any_text_is_a_study_or_one_sentence(int seed)
    {
        var stream = new RandomStream(seed);
        string[] whole = [Shortest, File.ReadAllText(Repository.PathOf("studies", "zheng2021", "fig3e.yaml")), File.ReadAllText(Repository.PathOf("studies", "wen2021", "fig5.yaml"))];
        string[] pieces = ["{", "}", "[", "]", ":", "- ", "\n", "  ", "'", "\"", "&a ", "*a", "!!int ", "? ", "|", ">", "#", "%", "@", "\t", "\0", "\ud800", "~", "1e999", "-1", "null", "methods", "seeds: ", "é", "---\n", "<<: "];
        for (int i = 0; i < 300; i++)
        {
            var text = new StringBuilder(whole[stream.Index(whole.Length)]);
            for (int edits = 1 + stream.Index(6); edits > 0 && text.Length > 0; edits--)
            {
                int at = stream.Index(text.Length);
                switch (stream.Index(3))
                {
                    case 0:
                        text.Remove(at, Math.Min(text.Length - at, 1 + stream.Index(20)));
                        break;
                    case 1:
                        text.Insert(at, pieces[stream.Index(pieces.Length)]);
                        break;
                    default:
                        text[at] = (char)stream.Index(256);
                        break;
                }
            }

            try
            {
                _ = StudyReader.Read(text.ToString(), "fuzz.yaml");
            }
            catch (UserError e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.StartsWith("fuzz.yaml", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public void A_stored_study_has_both_scales_and_its_claims_are_of_its_lines(string name)
    {
        var study = (FileStudy)StudyCatalog.Find(name);
        Assert.Contains("quick", study.Scales);
        Assert.NotEqual("", study.Question);
        Assert.True(study.Variants(StudyScale.Quick).Count <= study.Variants(StudyScale.Paper).Count);
    }

    [Fact]
    public void The_schema_for_editors_knows_the_keys_that_the_reader_knows()
    {
        JsonObject schema = StudyTemplate.Schema();
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string?)schema["$schema"]);
        Assert.Equal(["environments", "methods"], schema["required"]!.AsArray().Select(key => (string)key!));
        Assert.False((bool)schema["additionalProperties"]!);
        foreach (string key in new[] { "grid", "seeds", "claims", "scales", "figures" })
        {
            Assert.NotNull(schema["properties"]![key]!["description"]);
        }

        Assert.Contains("not-worse", schema["properties"]!["claims"]!["items"]!["properties"]!["kind"]!["enum"]!.AsArray().Select(kind => (string)kind!));
    }

    [Fact]
    public void What_new_writes_is_a_study()
    {
        FileStudy study = Open(StudyTemplate.Of(["sac", "stsac-al"], ["Pendulum-v1"]));
        Assert.Equal(["sac", "stsac-al"], study.Variants(StudyScale.Paper).Select(variant => variant.Label));
        Assert.Contains("quick", study.Scales);
        Assert.Throws<UserError>(() => StudyTemplate.Of(["sacc"], ["Pendulum-v1"]));
        Assert.Throws<UserError>(() => StudyTemplate.Of(["dqn"], ["Pendulum-v1"]));
    }

    [Fact]
    public void A_sweep_is_a_product_of_values()
    {
        Assert.Equal(
            ["a=1,b=x", "a=1,b=y", "a=2,b=x", "a=2,b=y"],
            SweepStudy.Points(["a=1,2", "b=x,y"]).Select(point => string.Join(',', point.Select(x => $"{x.Name}={x.Value}"))));
        foreach (string[] wrong in new string[][] { ["a"], ["=1"], ["a=1,,2"], ["a=1", "a=2"], [$"a={string.Join(',', Enumerable.Range(0, 2000))}"] })
        {
            Assert.Throws<UserError>(() => SweepStudy.Points(wrong));
        }
    }

    [Fact]
    public void Stored_runs_are_compared_by_what_they_differ_in()
    {
        FileStudy study = Open("environments: FourRoom\nmethods: [actor-o, res-ac]\ngrid: { critic_steps: [1, 2] }\nseeds: 2\nsteps: 600\nrows: 2\n");
        Execute(study, null, null, null);
        string[] folders = [.. Directory.EnumerateFiles(_folder.FullPath, "run.json", SearchOption.AllDirectories).Select(path => Path.GetDirectoryName(path)!).Order(StringComparer.Ordinal)];
        Assert.Equal(8, folders.Length);
        string[] Lines(string? by) => [.. StoredComparison.Of(folders, by, "eval/return", "./dyad compare", _ => { }).Groups.Select(group => $"{group.Label} {group.Values.Count}")];
        Assert.Equal(["actor-o,critic_steps=1 2", "actor-o,critic_steps=2 2", "res-ac,critic_steps=1 2", "res-ac,critic_steps=2 2"], Lines(null));
        Assert.Contains("actor-o on FourRoom would mix runs that differ in critic_steps", Assert.Throws<UserError>(() => Lines("method")).Message, StringComparison.Ordinal);
        Assert.Contains("differ in method", Assert.Throws<UserError>(() => Lines("critic_steps")).Message, StringComparison.Ordinal);
        folders = [.. folders.Where(folder => folder.Contains("actor-o", StringComparison.Ordinal))];
        Assert.Equal(["critic_steps=1 2", "critic_steps=2 2"], Lines("critic_steps"));
        folders = [.. Directory.EnumerateFiles(_folder.FullPath, "run.json", SearchOption.AllDirectories).Select(path => Path.GetDirectoryName(path)!).Order(StringComparer.Ordinal)];
        Assert.Contains("did you mean critic_steps", Assert.Throws<UserError>(() => Lines("critic_step")).Message, StringComparison.Ordinal);

        // The same numbers as the study's own.
        StudyResult own = SummaryFile.Read(_folder.PathOf("study"));
        StudyResult compared = StoredComparison.Of(folders, null, "eval/return", "", _ => { });
        Assert.Equal(own.Groups.Select(group => group.Mean), compared.Groups.Select(group => group.Mean));
        Assert.Equal((own.Machine, own.WallSeconds, own.CpuSeconds), (compared.Machine, compared.WallSeconds, compared.CpuSeconds));
        Assert.Contains("critic_steps", own.Options!.Differing.Select(row => row.Name));

        // On whatever machine they were made.
        JsonObject status = new RunDirectory(folders[0]).ReadStatus()!;
        status["machine"] = "Elsewhere, 64 cores";
        new RunDirectory(folders[0]).WriteStatus(status);
        Assert.Equal($"Elsewhere, 64 cores; {own.Machine}", StoredComparison.Of(folders, null, "eval/return", "", _ => { }).Machine);
    }

    private static string Option(Variant variant, string name) => variant.Method.Options[name]!.ToString();

    private FileStudy Open(string text)
    {
        string path = _folder.PathOf("study.yaml");
        File.WriteAllText(path, text);
        return FileStudy.Open(path);
    }

    private StudyOutcome Execute(FileStudy study, int? seeds, long? steps, string[]? only) => StudyRunner.Execute(
        study, new StudyRequest(StudyScale.Paper, seeds, 2, _folder.FullPath, "./dyad", steps, only), _ => { }, _ => { }, TestContext.Current.CancellationToken);

    private string Metrics(string label, string task, int seed) => _folder.PathOf("study", label, task, $"seed-{seed}", "metrics.jsonl");
}
