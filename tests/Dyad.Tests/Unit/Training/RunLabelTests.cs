using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Studies;
using Dyad.Training;
using FsCheck;
using FsCheck.Fluent;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class RunLabelTests
{
    private static readonly LocatedTask Task = TaskLocator.Find("Pendulum-v1");

    [Theory]
    [InlineData("sac", "sac", "correct")]
    [InlineData("sac", "sac", "correct", "discount=0.990", "hidden_width=64")]
    [InlineData("sac,discount=0.9,td_errors=true", "sac", "correct", "td_errors=true", "discount=9e-1")]
    [InlineData("sac,wen2021", "sac", "wen2021")]
    [InlineData("sac,wen2021,batch_size=64", "sac", "wen2021", "batch_size=64")]
    [InlineData("sac,as-published", "sac", "as-published")]
    [InlineData("res-sac", "res-sac", "correct")]
    [InlineData("res-sac,wen2021", "sac", "wen2021", "residual=true")]
    [InlineData("res-stsac-al", "stsac-al", "correct", "residual=true")]
    [InlineData("res-stsac-al", "sac", "correct", "residual=true", "rule=stackelberg")]
    [InlineData("ddpg", "stddpg-cl", "correct", "rule=individual", "leader=actor")]
    public void A_label_says_what_is_run(string label, string method, string preset, params string[] changes) =>
        Assert.Equal(label, LabelOf(method, preset, [.. changes.Select(Pair)]));

    /// <summary>A preset is its values: who writes them out has it.</summary>
    [Fact]
    public void The_values_of_a_preset_are_the_preset()
    {
        Variant preset = VariantOf("sac", "wen2021", []);
        Assert.Equal("sac,wen2021", LabelOf("sac", "correct", StoredOptions.Changes(preset.Method.Options)));
    }

    [Fact]
    public void Many_differences_end_in_a_hash_that_tells_them_apart()
    {
        string[] names = ["actor_learning_rate", "critic_learning_rate", "entropy_learning_rate", "residual_learning_rate", "target_entropy_per_action"];
        string one = LabelOf("sac", "correct", [.. names.Select(name => (name, "0.0123")), ("update_every", "5")]);
        string other = LabelOf("sac", "correct", [.. names.Select(name => (name, "0.0123")), ("update_every", "6")]);
        Assert.InRange(one.Length, 50, 100);
        Assert.NotEqual(one, other);
        Assert.Matches("^sac,actor_learning_rate=0.0123,.*,~[0-9a-f]{16}$", one);
    }

    [Fact]
    public void Labels_are_names_of_folders_and_the_same_only_for_the_same() => Prop.ForAll(
        MethodOptions.Any(), MethodOptions.Any(), (a, b) =>
        {
            // All values, so that what is accepted does not hang on the preset.
            Variant first = VariantOf(a.Name, "correct", Whole(a)), second = VariantOf(a.Name, "correct", b.Name == a.Name ? Whole(b) : []);
            bool same = first.Config(0).Difference(second.Config(0)) is null;
            return FolderName.Fault(first.Label) is null && (first.Label == second.Label) == same
                && LabelOf(a.Name, "correct", StoredOptions.Changes(first.Method.Options)) == first.Label && Back(first);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    // What a label names is what it takes to have the same again, unless it ends in a hash.
    private static bool Back(Variant variant)
    {
        string[] parts = variant.Label.Split(',');
        bool named = parts.Length > 1 && AgentPreset.All.Any(preset => preset.Name == parts[1]);
        return parts[^1][0] == '~' || VariantOf(
            parts[0], named ? parts[1] : "correct", [.. parts[(named ? 2 : 1)..].Select(Pair).Where(change => change.Item1 != "time_limit_terminates")])
            .Config(0).Difference(variant.Config(0)) is null or "'time_limit_terminates' is true there and false here";
    }

    private static string LabelOf(string method, string preset, IReadOnlyList<(string, string)> changes) => VariantOf(method, preset, changes).Label;

    private static Variant VariantOf(string method, string preset, IReadOnlyList<(string, string)> changes) =>
        AgentVariant.Of(MethodCatalog.Agent(method), Task, new TrainingRequest(changes, 1000, 100, 0, Preset: preset));

    private static IReadOnlyList<(string, string)> Whole((string Name, (string Name, string Value)[] Changes) drawn) =>
        StoredOptions.Changes(MethodOptions.Config(drawn.Name, drawn.Changes).Options);

    private static (string, string) Pair(string text) => (text.Split('=')[0], text.Split('=')[1]);
}
