using System.Text.Json.Nodes;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>
/// Stored runs outlive defaults: what a file of format 1 means where it lacks an option stands in <c>neutral-values.json</c>, by
/// method and option. A line there may be added, with a new option, and never changed.
/// </summary>
[Trait("Category", "unit")]
public sealed class NeutralValueTests
{
    private static readonly string File = Repository.PathOf("tests", "Dyad.Tests", "Unit", "Training", "neutral-values.json");

    /// <summary>One of each record of options.</summary>
    public static TheoryData<string> Names => [.. Methods.Select(method => method.Name)];

    private static IEnumerable<Method> Methods => MethodCatalog.All.Where(method => method is Method<Mdp, IIterative> || method.Id == method.Id.Plain);

    [Theory]
    [MemberData(nameof(Names))]
    public void An_absent_option_means_what_it_meant(string name)
    {
        JsonObject then = JsonNode.Parse(System.IO.File.ReadAllText(File))![name]!.AsObject();
        Method method = Methods.Single(method => method.Name == name);
        JsonObject now = MethodConfig.Of(method.Id, method.Neutral).Options;
        Assert.All(then, option => Assert.True(
            JsonNode.DeepEquals(now[option.Key], option.Value),
            $"'{option.Key}' of {name} means {now[option.Key]?.ToString() ?? "nothing"} where a file lacks it, and meant {option.Value}: give its property [Neutral({option.Value})]"));
        Assert.All(now, option => Assert.True(
            then.ContainsKey(option.Key),
            $"'{option.Key}' of {name} is new: say with [Neutral(...)] at its property which value is as if it were not there, and write that into {Path.GetFileName(File)}"));
    }
}
