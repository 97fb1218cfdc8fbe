using Dyad.Core;
using Dyad.Environments;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class ClipHeuristicTests
{
    private static readonly (string, string)[] Small = [.. SmallTasks.Small, ("hidden_width", "8"), ("batch_size", "16"), ("update_every", "10")];

    [Fact]
    public void Plain_sac_is_trained_and_its_td_errors_are_measured()
    {
        var fractions = new List<double>();
        IReadOnlyList<TdErrorRow> rows = Run(Small, 2000, fractions.Add);

        // Nothing before the first update, at step 200.
        Assert.Equal([.. Enumerable.Range(2, 19).Select(row => row * 100L)], rows.Select(row => row.Step));
        Assert.All(rows, row => Assert.True(0 < row.Mean && row.Mean < row.Q90 && row.Q90 < row.Max));
        Assert.Equal(20, fractions.Count);
        Assert.Equal(1, fractions[^1]);

        // Rewards of Pendulum, which the first TD errors nearly are, lie in [-16.3, 0].
        Assert.InRange(rows.Max(row => row.Max), 5, 25);
        Assert.Equal(rows, Run(Small, 2000));
        Assert.NotEqual(rows, Run([.. Small, ("critic_updates", "2")], 2000));
    }

    [Fact]
    public void What_cannot_be_measured_is_told()
    {
        Assert.Contains("leave out 'residual'", Sentence([("residual", "true")], 500), StringComparison.Ordinal);
        Assert.Contains("no update in 100 steps", Sentence(Small, 100), StringComparison.Ordinal);
        Assert.Contains("there is no option 'clip'", Sentence([("clip", "1")], 500), StringComparison.Ordinal);

        // A task whose rewards are no numbers from step 300 on.
        Assert.Contains("diverged", Sentence(Small, 600, SmallTasks.IdentityOf("sac", breaksAt: 300)), StringComparison.Ordinal);
    }

    private static string Sentence((string, string)[] changes, long steps, Func<IEnvironment>? task = null) =>
        Assert.Throws<UserError>(() => Run(changes, steps, null, task)).Message;

    private static IReadOnlyList<TdErrorRow> Run(
        (string, string)[] changes, long steps, Action<double>? progress = null, Func<IEnvironment>? task = null) =>
        ClipHeuristic.Run(
            "Pendulum-v1", task ?? SmallTasks.Pendulum, changes, steps, seed: 3, progress ?? (_ => { }), CancellationToken.None);
}
