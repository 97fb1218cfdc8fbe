using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Gridworlds;
using Dyad.Numerics;
using Dyad.Tabular;
using FsCheck;
using FsCheck.Fluent;

namespace Dyad.Tests.Unit.Environments;

/// <summary>Whatever a text holds, it is read as a map whose process can be walked, or refused in one line.</summary>
[Trait("Category", "unit")]
public sealed class GridMapFuzzTests
{
    private static Config Fixed => Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(2000).WithReplay(20210613, 7);

    [Fact]
    public void A_text_of_a_maps_characters_is_read_or_refused() => Check(
        from characters in Gen.Elements('.', ' ', 'S', 'G', '#', '\n', '\r').ListOf()
        from discount in Gen.Elements(0, 0.5, 0.99, 1)
        from goal in Gen.Elements(Enum.GetValues<GoalRule>())
        select (string.Concat(characters), discount, goal));

    [Fact]
    public void A_map_with_a_foreign_character_is_read_or_refused() => Check(
        from position in Gen.Choose(0, FourRoom.Map.Cells.Count)
        from character in Gen.Elements('x', 's', '\t', '\0', '\u001b', '\ud800', 'ü', '\u2028', '\n', '"', '{')
        from goal in Gen.Elements(Enum.GetValues<GoalRule>())
        let map = "####\n#S.#\n#.G#\n####"
        select (map.Insert(position % map.Length, $"{character}"), 0.9, goal));

    private static void Check(Gen<(string Text, double Discount, GoalRule Goal)> maps) => Prop.ForAll(maps.ToArbitrary(), map =>
    {
        Mdp mdp;
        try
        {
            mdp = new GridMap(map.Text).ToMdp(map.Discount, map.Goal);
        }
        catch (UserError e)
        {
            Assert.NotEmpty(e.Message);
            Assert.DoesNotContain(e.Message, char.IsControl);
            return;
        }

        using var grid = new GridEnvironment(mdp, GridObservation.Index, "map");
        double[] state = new double[1];
        grid.Reset(state, 1);
        var random = new RandomStream(1);
        for (int i = 0; i < 10; i++)
        {
            StepResult result = grid.Step([random.Index(4)], state);
            Assert.InRange(state[0], 0, mdp.States - 1);
            Assert.Contains(result.Reward, new[] { 0.0, 1 });
        }

        Assert.All(new PolicyEvaluation(mdp, TabularPolicy.Uniform(mdp)).StateValue.ToArray(), v => Assert.InRange(v, -1e-9, 1e6));
    }).Check(Fixed);
}
