using System.Text.Json;
using Dyad.Studies;

namespace Dyad.Tests.Golden;

/// <summary>Statistics over tasks beside numbers by rliable's definitions.</summary>
[Trait("Category", "golden")]
public sealed class StatisticsGoldenTests
{
    private const double Tolerance = 1e-12;

    public static IReadOnlyList<TheoryDataRow<string>> Files => GoldenFiles.Names("statistics");

    [Theory]
    [MemberData(nameof(Files))]
    public void Aggregates_equal_the_reference(string file)
    {
        foreach (JsonElement expected in GoldenFiles.Read(file).GetProperty("cases").EnumerateArray())
        {
            TaskScores scores = Scores(expected.GetProperty("scores")), other = Scores(expected.GetProperty("other"));
            Compare.Near(Number("mean"), scores.Mean, Tolerance, "mean");
            Compare.Near(Number("median"), scores.Median, Tolerance, "median");
            Compare.Near(Number("iqm"), scores.InterquartileMean, Tolerance, "iqm");
            Compare.Near(Number("optimality_gap"), scores.OptimalityGap(), Tolerance, "optimality_gap");
            Compare.Near(Number("probability_of_improvement"), scores.ProbabilityOfImprovement(other), Tolerance, "probability_of_improvement");
            Compare.Near(
                GoldenFiles.Flat(expected.GetProperty("performance_profile")),
                scores.PerformanceProfile(GoldenFiles.Flat(expected.GetProperty("taus"))), Tolerance, "performance_profile");

            double Number(string name) => expected.GetProperty(name).GetDouble();
        }
    }

    // Runs x tasks, as rliable has them.
    private static TaskScores Scores(JsonElement matrix)
    {
        double[][] runs = [.. matrix.EnumerateArray().Select(GoldenFiles.Flat)];
        return new TaskScores([.. Enumerable.Range(0, runs[0].Length).Select(task => runs.Select(run => run[task]).ToArray())]);
    }
}
