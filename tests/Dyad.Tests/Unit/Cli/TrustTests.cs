using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Studies;
using Dyad.Tests.EndToEnd;
using Dyad.Tests.Unit.Environments;
using Dyad.Training;

namespace Dyad.Tests.Unit.Cli;

/// <summary>A run's folder is data: the code that it names leaves its mark only where the user gave leave.</summary>
[Trait("Category", "unit")]
[Collection(InProcess.Name)]
public sealed class TrustTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _library;
    private readonly string _run;

    public TrustTests()
    {
        Directory.CreateDirectory(_folder.PathOf("somebody's bin"));
        _library = _folder.PathOf("somebody's bin", "own.dll");
        File.Copy(typeof(MarkingTask).Assembly.Location, _library);
        var study = TrainingStudy.Agent(
            MethodCatalog.Agent("sac"), TaskLocator.Find($"{_library}:MarkingTask"),
            new TrainingRequest([("hidden_width", "4"), ("update_after", "100"), ("random_steps", "50"), ("update_every", "50")], 200, 200, 0, 1));
        StudyRunner.Execute(study, new StudyRequest(StudyScale.Quick, 1, 1, _folder.PathOf("runs"), ""), _ => { }, _ => { }, CancellationToken.None);
        _run = Path.GetDirectoryName(Directory.GetFiles(_folder.PathOf("runs"), "run.json", SearchOption.AllDirectories).Single())!;
        Environment.SetEnvironmentVariable(MarkingTask.Variable, _folder.PathOf("mark"));
    }

    private bool IsMarked => File.Exists(_folder.PathOf("mark"));

    public static TheoryData<string> Commands => [.. WithRuns().Select(command => command.Name)];

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(MarkingTask.Variable, null);
        _folder.Dispose();
    }

    [Fact]
    public void Every_command_that_reads_a_run_asks_for_leave() =>
        Assert.All(WithRuns(), command => Assert.Superset(new HashSet<string> { "--task", "--trust" }, command.Options.Select(option => option.Name).ToHashSet()));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Code_that_only_the_folder_names_is_not_run(string command)
    {
        string sentence = InProcess.Run(command, _run, "--json").Refused();
        Assert.Contains($"MarkingTask in '{_library}', which is not run unless you trust it: ./dyad {command} {_run} --json --trust '", sentence, StringComparison.Ordinal);
        Assert.Contains("not run unless you trust it", InProcess.Run(command, _run, "--trust", _folder.PathOf("runs")).Refused(), StringComparison.Ordinal);
        Assert.False(IsMarked);
    }

    [Fact]
    public void Code_that_only_a_policys_file_names_is_not_run()
    {
        string policy = Path.Combine(_run, "policy.safetensors");
        Assert.Contains("not run unless you trust it", InProcess.Run("evaluate", policy).Refused(), StringComparison.Ordinal);
        Assert.False(IsMarked);
        InProcess.Run("evaluate", policy, "Pendulum-v1", "--episodes", "1").Succeeded();
        Assert.False(IsMarked);
        InProcess.Run("evaluate", policy, "--episodes", "1", "--task", $"{_library}:MarkingTask").Succeeded();
        Assert.True(IsMarked);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("report")]
    public void What_shows_runs_runs_none_of_their_code(string command)
    {
        string[] output = command == "report" ? ["-o", _folder.PathOf("page.html")] : [];
        InProcess.Run([command, _folder.PathOf("runs"), .. output]).Succeeded();
        Assert.False(IsMarked);
    }

    [Fact]
    public void Leave_is_given_by_the_folder_of_the_library_or_its_name()
    {
        InProcess.Run("evaluate", _run, "--episodes", "1", "--trust", Path.GetDirectoryName(_library)!).Succeeded();
        Assert.True(IsMarked);
        File.Delete(_folder.PathOf("mark"));
        Outcome named = InProcess.Run("evaluate", _run, "--episodes", "1", "--task", $"{_library}:MarkingTask").Succeeded();
        Assert.True(IsMarked);
        Assert.Empty(named.Sentences);
        Assert.Contains("no folder", InProcess.Run("evaluate", _run, "--trust", _folder.PathOf("nowhere")).Refused(), StringComparison.Ordinal);
    }

    // A folder beside the trusted one whose name begins with its name, a way out of it, and a name that is none.
    [Theory]
    [InlineData("somebody's bin-evil/own.dll:MarkingTask")]
    [InlineData("somebody's bin/../other/own.dll:MarkingTask")]
    [InlineData("other/own.DLL:MarkingTask")]
    [InlineData("other/own.dll:a.dll:MarkingTask")]
    [InlineData("somebody's bin/\0.dll:MarkingTask")]
    public void A_name_of_any_kind_stays_outside(string name)
    {
        foreach (string folder in new[] { "somebody's bin-evil", "other" })
        {
            Directory.CreateDirectory(_folder.PathOf(folder));
            File.Copy(_library, _folder.PathOf(folder, "own.dll"));
        }

        string path = Path.Combine(_run, "config.json");
        JsonNode config = JsonNode.Parse(File.ReadAllText(path))!;
        config["task"]!["name"] = _folder.FullPath + "/" + name;
        File.WriteAllText(path, config.ToJsonString());
        InProcess.Run("evaluate", _run, "--trust", Path.GetDirectoryName(_library)!).Refused();
        Assert.Throws<UserError>(() => StoredRun.Open(_run));
        Assert.False(IsMarked);
    }

    [Fact]
    public void A_program_gives_leave_likewise()
    {
        Assert.Contains(nameof(CodeTrust), Assert.Throws<UserError>(() => StoredRun.Open(_run)).Message, StringComparison.Ordinal);
        Assert.False(IsMarked);
        Assert.Null(StoredRun.Open(_run, trust: new CodeTrust(folders: [_folder.FullPath])).OtherTask());
        Assert.Equal("Pendulum-v1", StoredRun.Open(_run, trust: new CodeTrust("Pendulum-v1")).Task.Name);
        Assert.Contains("no file of one's own", StoredRun.Open(_run, trust: new CodeTrust("Pendulum-v1")).OtherTask(), StringComparison.Ordinal);
    }

    private static IEnumerable<Command> WithRuns() =>
        Program.Root().Subcommands.Where(command => command.Arguments.Any(argument => argument.Name == "RUN_DIR"));
}
