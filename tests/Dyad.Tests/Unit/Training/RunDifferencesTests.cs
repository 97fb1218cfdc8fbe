using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class RunDifferencesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_of_the_configuration_the_builds_and_the_first_row_are_told()
    {
        RunDirectory a = Write("a", 3, 0.1, "1111", [(0, 1, 5), (10, 2, double.NaN), (20, 3, 6)]);
        RunDirectory b = Write("b", 4, 0.2, "2222", [(0, 1, 5), (10, 2.5, 7), (20, 9, 9), (30, 1, 1)]);
        var differences = RunDifferences.Of(a, b);
        Assert.Equal([new("method.options.rate", "0.1", "0.2"), new("training.seed", "3", "4")], differences.Config);
        Assert.Equal("build", differences.Builds!.Name);
        Assert.Equal(10, differences.Metrics!.Step);
        Assert.Equal([new("x", "2", "2.5"), new("y", "missing", "7")], differences.Metrics.Values);
        Assert.Equal((3, 4), differences.Rows);
        Assert.False(differences.IsEmpty);
    }

    [Fact]
    public void Times_alone_make_no_difference()
    {
        RunDirectory a = Write("a", 3, 0.1, "1111", [(0, 1, 5), (10, 2, double.NaN)]);
        RunDirectory b = Write("b", 3, 0.1, "1111", [(0, 1, 5), (10, 2, double.NaN)], wall: 9);
        Assert.True(RunDifferences.Of(a, b).IsEmpty);
        Assert.Null(RunDifferences.Of(a, Write("c", 3, 0.1, "1111", [(0, 1, 5)])).Metrics);
        Assert.False(RunDifferences.Of(a, Write("c", 3, 0.1, "1111", [(0, 1, 5)])).IsEmpty);
        Assert.False(RunDifferences.Of(a, Write("d", 4, 0.1, "1111", [(0, 1, 5), (10, 2, double.NaN)])).IsEmpty);
        Assert.Contains("no config.json", Assert.Throws<UserError>(() => RunDifferences.Of(a, new RunDirectory(_folder.PathOf("none")))).Message, StringComparison.Ordinal);
    }

    private RunDirectory Write(string name, int seed, double rate, string sources, (long Step, double X, double Y)[] rows, double wall = 0)
    {
        var directory = new RunDirectory(_folder.PathOf(name));
        directory.Claim(new RunConfig(new("method", new JsonObject { ["rate"] = rate }), new("task"), new(seed), new(10)));
        directory.WriteStatus(new JsonObject { ["status"] = "done", ["build"] = new BuildIdentity("0.0.0", "abc", sources, 256).ToJson() });
        using var log = MetricsLog.Open(directory.MetricsPath, 0);
        foreach ((long step, double x, double y) in rows)
        {
            log.Append(step, wall, wall, [("x", x), ("y", y)]);
        }

        return directory;
    }
}
