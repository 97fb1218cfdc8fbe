using Dyad.Benchmarks;

namespace Dyad.Tests.Unit.Autodiff;

/// <summary>Where the time of an update goes: every instruction is in a row, with the shape it has.</summary>
[Trait("Category", "unit")]
public sealed class UpdateProfileTests
{
    [Fact]
    public void A_profile_names_and_counts_the_instructions_of_both_players_and_what_stands_between()
    {
        IReadOnlyList<ProfileRow> rows = AgentUpdate.Sac(width: 32, batchSize: 8).Profile();
        ProfileRow Of(string label) => Assert.Single(rows, row => row.Label == label);

        // Forward: both critics and targets on (s, a), (s', a'), (s, a), and the actor twice; backward: both critics for each player, the actor.
        Assert.Equal(8, Of("product batch x 32 x 32 nn + start rectified").Count);
        Assert.Equal(5, Of("product batch x 32 x 32 nt gated").Count);
        Assert.Equal(3, Of("product 32 x 32 x batch tn").Count);
        Assert.All((string[])["draw of batch and noise", "critic's step, averaging of targets", "actor's step"], label => Assert.Equal((1, 0), (Of(label).Count, Of(label).Floor)));
        Assert.All(rows, row => Assert.Equal(row.Label.StartsWith("product", StringComparison.Ordinal), row.Floor > 0));

        // Both products with 32 x 32 weights do the same work an instruction.
        Assert.Equal(Of("product batch x 32 x 32 nn + start rectified").Floor / 8, Of("product batch x 32 x 32 nt gated").Floor / 5, 1e-9);
    }
}
