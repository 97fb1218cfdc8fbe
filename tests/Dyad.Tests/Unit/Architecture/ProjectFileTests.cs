namespace Dyad.Tests.Unit.Architecture;

[Trait("Category", "unit")]
public sealed class ProjectFileTests
{
    public static TheoryData<string> Projects =>
        [.. Directory.GetFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    /// <summary>
    /// With this switch the platform's messages become keys ("IO_FileNotFound_FileName"), and so do the sentences for users
    /// that quote them.
    /// </summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void No_project_strips_the_platforms_messages(string project) => Assert.DoesNotContain(
        "UseSystemResourceKeys", File.ReadAllText(Repository.PathOf("src", project, $"{project}.csproj")), StringComparison.Ordinal);
}
