using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>A program reads what a run left.</summary>
[Trait("Category", "unit")]
public sealed class StoredRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_agent_is_loaded_from_the_folder_of_a_run()
    {
        string run = Train("sac", [("hidden_width", "8"), ("discount", "0.9")]);
        var stored = StoredRun.Open(run);
        Assert.Equal("sac", stored.Method);
        using IEnvironment task = stored.Task.CreateForAgents();
        IAgent agent = stored.LoadAgent(last: true);
        double best = MetricsLog.Read(stored.Directory.MetricsPath)["eval/best_return"][^1];
        Assert.Equal(best, Evaluation.Play(task, stored.LoadAgent(), 1, 1L << 40, TestContext.Current.CancellationToken).Mean);
        Assert.Equal(MetricsLog.Read(stored.Directory.MetricsPath)["eval/return"][^1], Evaluation.Play(task, agent, 1, 1L << 40, TestContext.Current.CancellationToken).Mean);
        Assert.Null(stored.OtherBuild(StudyRunner.Build));
        Assert.Contains("sources 01234567", stored.OtherBuild(StudyRunner.Build with { Sources = "0123456789abcdef" }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_map_is_learned_and_found_again_in_the_limit_that_it_had()
    {
        string map = _folder.PathOf("map.txt");
        File.WriteAllText(map, "S..\n.#.\n..G\n");
        string run = Train("map", [("hidden_width", "8")], method: "ac", task: TaskLocator.Find(map).WithLimit(20));
        Assert.Equal(20, StoredRun.Open(run).Task.MaxEpisodeSteps);
        Assert.Equal(20, MetricsLog.Read(Path.Combine(run, "metrics.jsonl"))["eval/length"][0]);
        StoredRun.Open(run).LoadAgent();

        // A pointer leads to it too.
        RunPointer.Write(_folder.PathOf("other"), new RunDirectory(run));
        StoredRun.Open(_folder.PathOf("other")).LoadAgent();
    }

    [Fact]
    public void A_run_that_is_lengthened_is_measured_as_often_as_it_was()
    {
        string run = Train("q", 60, 20, keeps: true);
        Assert.Equal(run, Train("q", 120, 40, keeps: true));
        Assert.Equal([0, 20, 40, 60, 80, 100, 120], MetricsLog.Read(Path.Combine(run, "metrics.jsonl"))["step"]);
        Assert.Contains("'every' is 20 there and 40 here", Assert.Throws<UserError>(() => Train("q", 120, 40, keeps: false)).Message, StringComparison.Ordinal);

        string Train(string name, long steps, long every, bool keeps)
        {
            var study = TrainingStudy.Tabular(
                MethodCatalog.Tabular("policy-gradient"), TaskLocator.Find("FourRoom"), new TrainingRequest([], steps, every, 0, KeepsInterval: keeps));
            Run(study, name);
            return Path.GetDirectoryName(Directory.GetFiles(_folder.PathOf(name), "config.json", SearchOption.AllDirectories).Single())!;
        }
    }

    [Fact]
    public void A_schedule_is_as_long_as_its_run_which_is_not_lengthened_then_or_has_a_length_of_its_own()
    {
        (string, string) linear = ("rate_schedule", "linear"), length = ("schedule_steps", "250");
        string run = Train("open", [linear], steps: 400);
        Assert.Equal(400, (int?)StoredRun.Open(run).Config.Method.Options["schedule_steps"]);
        Assert.Contains(
            "'schedule_steps' is 400 there and 600 here", Assert.Throws<UserError>(() => Train("open", [linear], steps: 600)).Message, StringComparison.Ordinal);
        Assert.Equal(run, Train("open", [linear], steps: 400));

        string lengthened = Train("given", [linear, length], steps: 400), longer = Train("longer", [linear, length], steps: 600);
        Assert.Equal(lengthened, Train("given", [linear, length], steps: 600));
        Assert.Equal(Policy(longer), Policy(lengthened));
        Assert.NotEqual(Policy(longer), Policy(Train("constant", [], steps: 600)));

        static byte[] Policy(string folder) => File.ReadAllBytes(Path.Combine(folder, "policy.safetensors"));
    }

    [Fact]
    public void What_is_no_run_of_an_agent_gets_one_sentence()
    {
        Assert.Contains("it has no config.json", Assert.Throws<UserError>(() => StoredRun.Open(_folder.FullPath)).Message, StringComparison.Ordinal);
        new RunDirectory(_folder.PathOf("game")).Claim(new RunConfig(new("toy-game", []), new("line"), new(0), new(1)));
        Assert.Contains(
            "is not a run of a neural method, which alone can be loaded", Assert.Throws<UserError>(() => StoredRun.Open(_folder.PathOf("game"))).Message, StringComparison.Ordinal);
    }

    private string Train(string name, IReadOnlyList<(string, string)> changes, string method = "sac", LocatedTask? task = null, long steps = 600)
    {
        (string, string)[] early = method == "sac" ? [("update_after", "100"), ("random_steps", "50")] : [];
        Run(TrainingStudy.Agent(
            MethodCatalog.Agent(method), task ?? TaskLocator.FindForAgents("Pendulum-v1"), new TrainingRequest([.. changes, .. early], steps, 200, 0, 1)), name);
        return Path.GetDirectoryName(Directory.GetFiles(_folder.PathOf(name), "config.json", SearchOption.AllDirectories).Single())!;
    }

    private void Run(Study study, string name) => StudyRunner.Execute(
        study, new StudyRequest(StudyScale.Quick, 1, 1, _folder.PathOf(name), ""), _ => { }, _ => { }, CancellationToken.None);
}
