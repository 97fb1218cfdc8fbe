using Dyad.Core;
using Dyad.Environments.MuJoCo;

namespace Dyad.Tests.Unit.Environments.MuJoCo;

[Trait("Category", "unit")]
public sealed class ModelFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_library_brings_every_model_of_the_repository()
    {
        string folder = ModelFiles.Extract([_folder.FullPath]);
        string[] models = [.. Directory.GetFiles(Repository.PathOf("models")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        Assert.Equal(models, Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.All(models, name => Assert.Equal(File.ReadAllBytes(Repository.PathOf("models", name)), File.ReadAllBytes(Path.Combine(folder, name))));
    }

    [Fact]
    public void What_was_changed_is_written_anew_and_what_is_the_same_is_left_alone()
    {
        string folder = ModelFiles.Extract([_folder.FullPath]);
        string changed = Path.Combine(folder, "hopper.xml"), same = Path.Combine(folder, "ant.xml");
        File.WriteAllText(changed, "<mujoco/>");
        var then = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(same, then);
        Assert.Equal(folder, ModelFiles.Extract([_folder.FullPath]));
        Assert.Equal(File.ReadAllBytes(Repository.PathOf("models", "hopper.xml")), File.ReadAllBytes(changed));
        Assert.Equal(then, File.GetLastWriteTimeUtc(same));
    }

    [Fact]
    public void A_home_that_takes_no_files_is_passed_over_and_none_at_all_is_one_sentence()
    {
        // A file stands where the folder would be.
        string taken = _folder.PathOf("file");
        File.WriteAllText(taken, "");
        Assert.StartsWith(_folder.PathOf("other"), ModelFiles.Extract([taken, _folder.PathOf("other")]), StringComparison.Ordinal);
        UserError error = Assert.Throws<UserError>(() => ModelFiles.Extract([taken]));
        Assert.Contains(taken, error.Message, StringComparison.Ordinal);
    }
}
