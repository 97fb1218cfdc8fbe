using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class RunDirectoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_is_claimed_once_and_recognised_from_then_on()
    {
        var directory = new RunDirectory(_folder.PathOf("a", "b"));
        Assert.Equal(RunStatus.None, directory.Status);
        Assert.Null(directory.ReadConfig());
        directory.Claim(Config(3, 0.1));
        directory.Claim(Config(3, 0.1));
        Assert.Null(Config(3, 0.1).Difference(directory.ReadConfig()!));
        Assert.Equal(["config.json"], Directory.GetFileSystemEntries(directory.FullPath).Select(Path.GetFileName));
    }

    [Fact]
    public void Another_configuration_is_refused_with_what_differs()
    {
        var directory = new RunDirectory(_folder.FullPath);
        directory.Claim(Config(3, 0.1));
        string sentence = Assert.Throws<UserError>(() => directory.Claim(Config(4, 0.1))).Message;
        Assert.Contains("'seed' is 3 there and 4 here", sentence, StringComparison.Ordinal);
        Assert.Contains(_folder.FullPath, sentence, StringComparison.Ordinal);
        sentence = Assert.Throws<UserError>(() => directory.Claim(Config(3, 0.2))).Message;
        Assert.Contains("('rate' is 0.1 there and 0.2 here)", sentence, StringComparison.Ordinal);
        sentence = Assert.Throws<UserError>(() => directory.Claim(Config(3, 0.1) with { Method = new("method", []) })).Message;
        Assert.Contains("('rate' is 0.1 there and absent here)", sentence, StringComparison.Ordinal);
        Assert.Null(Config(3, 0.1).Difference(directory.ReadConfig()!));
    }

    [Theory]
    [InlineData("running", RunStatus.Running)]
    [InlineData("done", RunStatus.Done)]
    [InlineData("failed", RunStatus.Failed)]
    [InlineData("sleeping", RunStatus.None)]
    public void A_status_is_read_by_its_name(string name, RunStatus status)
    {
        var directory = new RunDirectory(_folder.FullPath);
        directory.WriteStatus(new JsonObject { ["status"] = name });
        Assert.Equal(status, directory.Status);
    }

    [Theory]
    [InlineData("config.json", "{\"format\": 1, \"method\": 5}", "'method' is 5")]
    [InlineData("config.json", "[1]", "does not hold a JSON object")]
    [InlineData("run.json", "{\"status\": \"done\", \"wall_s\": 1e400}", "'wall_s' is 1e400")]
    [InlineData("run.json", "{\"step\": 1e400}", "'step' is 1e400")]
    [InlineData("run.json", "{\"steps\": \"many\"}", "'steps' is \"many\"")]
    public void A_file_of_any_content_is_one_sentence(string name, string content, string sentence)
    {
        File.WriteAllText(_folder.PathOf(name), content);
        var directory = new RunDirectory(_folder.FullPath);
        string told = Assert.Throws<UserError>(() => _ = name == "run.json" ? (object?)directory.ReadStatus() : directory.ReadConfig()).Message;
        Assert.Contains(sentence, told, StringComparison.Ordinal);
        Assert.Contains(_folder.PathOf(name), told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("run.json")]
    public void A_file_that_cannot_be_read_is_one_sentence(string name)
    {
        using var mine = new FileStream(_folder.PathOf(name), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        var directory = new RunDirectory(_folder.FullPath);
        string told = Assert.Throws<UserError>(() => _ = name == "run.json" ? (object?)directory.ReadStatus() : directory.ReadConfig()).Message;
        Assert.StartsWith($"cannot read '{_folder.PathOf(name)}': ", told, StringComparison.Ordinal);
    }

    private static RunConfig Config(int seed, double rate) =>
        new(new("method", new JsonObject { ["rate"] = rate }), new("task"), new(seed), new(Every: 10));
}
