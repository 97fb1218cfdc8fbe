using Dyad.Cli.Terminal;

namespace Dyad.Tests.Unit.Cli;

[Trait("Category", "unit")]
public sealed class TableColumnsTests
{
    private static readonly string[] Names = ["run", "status", "#step", "#left", "#of", "#seconds"];

    private static readonly string[][] Rows = [["train/stsac-al/Pendulum-v1/seed-0", "running", "1,000,000", "0:12:33", "3,000,000", "12345.6"]];

    [Fact]
    public void All_columns_stay_where_there_is_room() => Assert.Equal([0, 1, 2, 3, 4, 5], TableColumns.Fitting(Names, Rows, 200));

    [Fact]
    public void Near_sixty_columns_the_last_ones_go_and_no_number_is_broken()
    {
        Assert.Equal([0, 1, 2, 3, 4], TableColumns.Fitting(Names, Rows, 60));
        IReadOnlyList<int> kept = TableColumns.Fitting(Names, Rows, 50);
        Assert.Equal([0, 1, 2, 3], kept);
        Assert.True(kept.Skip(1).Sum(i => Math.Max(Names[i].TrimStart('#').Length, Rows[0][i].Length) + 2) <= 50);
    }

    [Fact]
    public void The_first_column_stays_however_narrow_it_is() => Assert.Equal([0], TableColumns.Fitting(Names, Rows, 5));
}
