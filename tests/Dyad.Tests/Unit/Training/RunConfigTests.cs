using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Training;
using FsCheck;
using FsCheck.Fluent;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class RunConfigTests
{
    private const string Path = "seed-0/config.json";

    private static RunConfig Sac { get; } = new(
        MethodOptions.Config("sac", []), new("Pendulum-v1", 200), new(3, TimeLimitTerminates: true), new(500, 10, new JsonObject { ["exact"] = true }));

    [Fact]
    public void Every_accepted_configuration_survives_its_file() => Prop.ForAll(
        ArbMap.Default.ArbFor<(NonNegativeInt Seed, bool Terminates, PositiveInt Every, NonNegativeInt Episodes, PositiveInt? Limit, NonEmptyString Name)>(),
        MethodOptions.Any(), (x, method) =>
        {
            var config = new RunConfig(
                MethodOptions.Config(method.Name, method.Changes), new(x.Name.Get, x.Limit?.Get, "0123"), new(x.Seed.Get, x.Terminates), new(x.Every.Get, x.Episodes.Get));
            RunConfig read = Read(config.ToJson().ToJsonString());
            return config.Difference(read) is null && read.Difference(config) is null && read.Task == config.Task && read.Training == config.Training
                && MethodOptions.Resolve(method.Name, StoredOptions.Changes(read.Method.Options)).SequenceEqual(MethodOptions.Resolve(method.Name, method.Changes));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void What_a_file_lacks_is_neutral_and_no_difference()
    {
        JsonObject file = Sac.ToJson();
        file["method"]!["options"]!.AsObject().Remove("residual");
        file["measuring"]!.AsObject().Remove("gap");
        file["training"]!.AsObject().Remove("time_limit_terminates");
        file["task"]!.AsObject().Remove("fingerprint");
        RunConfig read = Read(file.ToJsonString());
        Assert.Null(read.Difference(Sac with { Training = new(3), Measuring = new(500, 10) }));
        Assert.Contains("'residual' is false there and true here", read.Difference(Sac with { Method = MethodOptions.Config("sac", [("residual", "true")]) }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("method.options.pace", "method", "options", "pace")]
    [InlineData("task.colour", "task", "colour")]
    [InlineData("training.steps", "training", "steps")]
    [InlineData("measuring.often", "measuring", "often")]
    [InlineData("method.kind", "method", "kind")]
    [InlineData("label", "label")]
    public void An_unknown_key_is_named(string name, params string[] path)
    {
        JsonObject file = Sac.ToJson();
        JsonObject at = path[..^1].Aggregate(file, (inner, key) => inner[key]!.AsObject());
        at[path[^1]] = 1;
        Assert.Contains($"'{Path}' has the key '{name}'", Refused(file.ToJsonString()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("method.name", """{"format": 1, "method": {}, "task": {"name": "t"}, "training": {"seed": 0}, "measuring": {"every": 1}}""")]
    [InlineData("task", """{"format": 1, "method": {"name": "m"}, "training": {"seed": 0}, "measuring": {"every": 1}}""")]
    [InlineData("training.seed", """{"format": 1, "method": {"name": "m"}, "task": {"name": "t"}, "training": {"seed": -1}, "measuring": {"every": 1}}""")]
    [InlineData("measuring.every", """{"format": 1, "method": {"name": "m"}, "task": {"name": "t"}, "training": {"seed": 0}, "measuring": {"every": "often"}}""")]
    [InlineData("format", "{}")]
    public void A_damaged_file_is_told_with_the_key(string key, string text)
    {
        string sentence = Refused(text);
        Assert.Contains($"'{Path}' is damaged ('{key}' is ", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_other_releases_are_refused_by_their_format()
    {
        Assert.Contains("was written by Dyad 0.1.0", Refused("""{"study": "train", "seed": 0, "options": {"method": "sac"}}"""), StringComparison.Ordinal);
        Assert.Contains("has the format 2", Refused("""{"format": 2}"""), StringComparison.Ordinal);
    }

    private static RunConfig Read(string text) => RunConfig.FromJson(JsonNode.Parse(text)!.AsObject(), Path);

    private static string Refused(string text) => Assert.Throws<UserError>(() => Read(text)).Message;
}
