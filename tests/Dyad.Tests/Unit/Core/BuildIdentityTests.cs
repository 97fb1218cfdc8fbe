using System.Security.Cryptography;
using Dyad.Core;
using Dyad.Studies;

namespace Dyad.Tests.Unit.Core;

[Trait("Category", "unit")]
public sealed class BuildIdentityTests
{
    [Fact]
    public void Sources_are_hashed_in_an_order_of_their_own()
    {
        Assert.Equal(BuildIdentity.HashOf([["a 1", "b 2"]]), BuildIdentity.HashOf([["b 2", "a 1"]]));
        Assert.Equal(BuildIdentity.HashOf([["x/a 1"]]), BuildIdentity.HashOf([["x\\a 1"]]));
        Assert.NotEqual(BuildIdentity.HashOf([["a 1", "b 2"]]), BuildIdentity.HashOf([["a 2", "b 1"]]));
        Assert.Equal("", BuildIdentity.HashOf([["a 1"], []]));
    }

    /// <summary>The hash of this build is that of the files that are there, with or without git.</summary>
    [Fact]
    public void The_build_knows_its_sources()
    {
        List<string> library = Hashes("src/Dyad");
        foreach (string model in Directory.GetFiles(Repository.PathOf("models"), "*.xml"))
        {
            library.Add($"../../models/{Path.GetFileName(model)} {Hash(model)}");
        }

        library.Add($"Environments/Python/bridge.py {Hash(Repository.PathOf("src", "Dyad", "Environments", "Python", "bridge.py"))}");
        BuildIdentity build = StudyRunner.Build;
        Assert.Equal(BuildIdentity.HashOf([library, Hashes("src/Dyad.Studies")]), build.Sources);
        Assert.Equal(16, build.Sources.Length);
        Assert.Contains(build.VectorWidth, new[] { 128, 256, 512 });
    }

    [Fact]
    public void Same_sources_and_vectors_give_the_same_bits_whatever_the_commit()
    {
        BuildIdentity build = StudyRunner.Build;
        Assert.True(build.ComputesLike(build with { Commit = "other", Version = "9.9.9" }));
        Assert.False(build.ComputesLike(build with { Sources = "other" }));
        Assert.False(build.ComputesLike(build with { VectorWidth = 64 }));
        Assert.False((build with { Sources = "" }).ComputesLike(build with { Sources = "" }));
    }

    private static List<string> Hashes(string folder)
    {
        string root = Repository.PathOf(folder.Split('/'));
        return [.. Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories).Append(Path.Combine(root, "packages.lock.json"))
            .Select(path => $"{Path.GetRelativePath(root, path).Replace('\\', '/')} {Hash(path)}")];
    }

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
}
