using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Studies;
using Dyad.Studies.Files;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Tests.Unit.Studies;

/// <summary>Several calls that write into one folder: the last summary has the runs of all.</summary>
[Trait("Category", "unit")]
public sealed class SharedFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_summary_is_made_of_all_seeds_that_are_done_by_then()
    {
        TrainingStudy Study(int seed) => TrainingStudy.Tabular(
            MethodCatalog.Tabular("policy-gradient"), TaskLocator.Find("FourRoom"), new TrainingRequest([], 20, 10, seed));
        Task<StudyOutcome> first;
        using (Hold(Study(0).ResultFolder))
        {
            first = Task.Run(() => Execute(Study(0)), TestContext.Current.CancellationToken);
            await UntilAsync(() => IsDone(Path.Combine(Study(0).ResultFolder, "seed-0")));
            StudyRunner.ExecuteOne(Study(1), Request(), 0, _ => { }, _ => { }, CancellationToken.None);
        }

        Assert.Equal([0, 1], (await first).Result.Groups[0].Seeds);
        Assert.Equal([0, 1], SummaryFile.Read(_folder.PathOf(Study(0).ResultFolder)).Groups[0].Seeds);
    }

    [Fact]
    public async Task A_run_that_another_call_was_at_work_on_and_has_done_by_then_is_in_the_summary()
    {
        string path = _folder.PathOf("study.yaml");
        File.WriteAllText(path, "environments: FourRoom\nmethods: [actor-o]\nseeds: 2\nsteps: 300\nrows: 3\n");
        var study = FileStudy.Open(path);
        var busy = new RunDirectory(_folder.PathOf("study", "actor-o", "FourRoom", "seed-0"));
        StudyOutcome outcome = Execute(study, busy);
        Assert.Contains("is at work on the run", Assert.Single(outcome.Result.Failures!).Sentence, StringComparison.Ordinal);
        Assert.Equal([1], outcome.Result.Groups[0].Seeds);

        Task<StudyOutcome> call;
        using (Hold("study"))
        {
            using (Own(busy))
            {
                bool hasFailed = false;
                call = Task.Run(() => StudyRunner.Execute(study, Request(), progress => hasFailed |= progress.Failure is not null, _ => { }, CancellationToken.None), TestContext.Current.CancellationToken);
                await UntilAsync(() => hasFailed);
            }

            StudyRunner.ExecuteOne(study, Request(), 0, _ => { }, _ => { }, CancellationToken.None);
        }

        Assert.Null((await call).Result.Failures);
        Assert.Equal([0, 1], (await call).Result.Groups[0].Seeds);
    }

    [Fact]
    public void Seeds_that_ended_early_by_the_same_rule_are_in_one_summary()
    {
        TrainingStudy Study(int seed, string? until = "eval/return>=0") => TrainingStudy.Tabular(
            MethodCatalog.Tabular("policy-gradient"), TaskLocator.Find("FourRoom"),
            new TrainingRequest([], 20, 10, seed, Stop: until is null ? null : StopRule.Parse(until)));
        Execute(Study(0));
        Assert.Equal([0, 1], Execute(Study(1)).Result.Groups[0].Seeds);

        // To a call without the rule it is too short, which is said.
        var said = new List<string>();
        StudyRunner.Execute(Study(2, until: null), Request(), _ => { }, said.Add, CancellationToken.None);
        Assert.Contains(said, sentence => sentence.StartsWith("seed 0 is in the folder too, shorter: it ended at step 0", StringComparison.Ordinal));
    }

    [Fact]
    public void A_line_that_is_the_run_of_another_has_a_pointer_to_it()
    {
        string path = _folder.PathOf("twice.yaml");
        File.WriteAllText(path, """
            environments: FourRoom
            methods:
              - { name: one, method: actor-o }
              - { name: same, method: actor-o, options: { critic_steps: 1 } }
            seeds: 1
            steps: 300
            rows: 3
            """);
        StudyResult result = Execute(FileStudy.Open(path)).Result;
        Assert.Equal(["one", "same"], result.Groups.Select(group => group.Label));
        Assert.Equal(result.Groups[0].Values, result.Groups[1].Values);
        string own = _folder.PathOf("twice", "one", "FourRoom", "seed-0");
        Assert.Equal(own, RunPointer.Follow(_folder.PathOf("twice", "same", "FourRoom", "seed-0")).FullPath);
        Execute(FileStudy.Open(path));
        Assert.False(File.Exists(Path.Combine(own, RunPointer.FileName)));
    }

    private static RunLease Own(RunDirectory run) =>
        RunLease.Acquire(run.FullPath, run.CheckpointPath, ProcessIdentity.Current, TimeProvider.System, _ => { });

    private FileStream Hold(string folder)
    {
        Directory.CreateDirectory(_folder.PathOf(folder));
        return new FileStream(_folder.PathOf(folder, "summary.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    private StudyOutcome Execute(Study study, RunDirectory busy)
    {
        using RunLease lease = Own(busy);
        return Execute(study);
    }

    private StudyOutcome Execute(Study study) => StudyRunner.Execute(study, Request(), _ => { }, _ => { }, CancellationToken.None);

    private StudyRequest Request() => new(StudyScale.Paper, null, 1, _folder.FullPath, "./dyad");

    private bool IsDone(string run) => new RunDirectory(_folder.PathOf(run)).Status == RunStatus.Done;

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (long started = Environment.TickCount64; !condition(); await Task.Delay(5))
        {
            Assert.True(Environment.TickCount64 - started < 60_000);
        }
    }
}
