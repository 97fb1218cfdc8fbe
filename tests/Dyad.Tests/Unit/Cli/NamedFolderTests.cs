namespace Dyad.Tests.Unit.Cli;

/// <summary>A folder that is near a run: which runs may have been meant.</summary>
[Trait("Category", "unit")]
[Collection(InProcess.Name)]
public sealed class NamedFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public NamedFolderTests()
    {
        foreach (string run in new[] { "a/seed-0", "a/seed-1", "b c/seed-0" })
        {
            Directory.CreateDirectory(_folder.PathOf(run, "checkpoint"));
            File.WriteAllText(_folder.PathOf(run, "config.json"), "{}");
        }

        Directory.CreateDirectory(_folder.PathOf("empty"));
        File.CreateSymbolicLink(_folder.PathOf("a", "round"), _folder.FullPath);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a", "is no folder of a run, but holds 2: F/a/seed-0, F/a/seed-1")]
    [InlineData(".", "but holds 3: F/./a/seed-0, F/./a/seed-1, 'F/./b c/seed-0'")]
    [InlineData("empty", "is no folder of a run: it has no config.json")]
    [InlineData("nowhere", "there is no folder 'F/nowhere'")]
    [InlineData("a/seed-0/config.json", "is a file, and the folder of a run is expected")]
    [InlineData("a/seed-0/checkpoint", "is a part of a run; did you mean")]
    public void What_is_no_run_is_told_with_what_is_near(string name, string sentence)
    {
        // A file is a policy to evaluate.
        foreach (string command in name.EndsWith("json", StringComparison.Ordinal) ? ["inspect", "gap"] : new[] { "evaluate", "inspect", "gap" })
        {
            Assert.Contains(sentence.Replace("F/", _folder.FullPath + "/", StringComparison.Ordinal), InProcess.Run(command, $"{_folder.FullPath}/{name}").Refused(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Many_runs_are_not_all_named()
    {
        for (int i = 0; i < 20; i++)
        {
            Directory.CreateDirectory(_folder.PathOf("many", $"seed-{i}"));
            File.WriteAllText(_folder.PathOf("many", $"seed-{i}", "config.json"), "{}");
        }

        Assert.EndsWith(", ...", InProcess.Run("evaluate", _folder.PathOf("many")).Refused(), StringComparison.Ordinal);
    }
}
