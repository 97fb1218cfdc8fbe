using Dyad.Studies.Definitions.Problems;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>What the charts of toy games share: the plane of the actor's first parameter and the critic's.</summary>
internal static class ToyGameFigures
{
    // Points of a trajectory that are nearer than this to the last one drawn are left out.
    private const double Nearest = 0.01;

    /// <summary>
    /// The velocity of both players at unit steps, or null where the leader's direction is not defined. Other parameters, and
    /// the noise, stay as they are.
    /// </summary>
    public static Func<double, double, (double X, double Y)?> Field(ToyGame toy, double? damping)
    {
        var dynamics = new GameDynamics(toy.Game, damping);
        return (x, y) =>
        {
            toy.Game.Leader.Values[0] = x;
            toy.Game.Follower.Values[0] = y;
            double leader = dynamics.Leader(out bool isDefined)[0];
            return isDefined ? (-leader, -dynamics.Follower()[0]) : null;
        };
    }

    /// <summary>The path of a run through the plane of two of its metrics.</summary>
    public static PlaneCurve Trajectory(FinishedRun run, string x, string y, string label)
    {
        (double X, double Y)[] rows = [.. run.Column(x).Zip(run.Column(y))];
        var kept = new List<(double X, double Y)> { rows[0] };
        foreach ((double X, double Y) row in rows)
        {
            if (Distance(row, kept[^1]) >= Nearest)
            {
                kept.Add(row);
            }
        }

        kept.Add(rows[^1]);
        return new PlaneCurve(label, [.. kept.Select(p => Math.Round(p.X, 4))], [.. kept.Select(p => Math.Round(p.Y, 4))]);
    }

    /// <summary>How often a series goes from one side of zero to the other.</summary>
    public static int SignChanges(double[] values) => values.Zip(values.Skip(1)).Count(pair => pair.First * pair.Second < 0);

    /// <summary>How often a series turns from rising to falling.</summary>
    public static int Peaks(double[] values) =>
        Enumerable.Range(1, values.Length - 2).Count(i => values[i] > values[i - 1] && values[i] >= values[i + 1]);

    private static double Distance((double X, double Y) a, (double X, double Y) b) =>
        Math.Sqrt(((a.X - b.X) * (a.X - b.X)) + ((a.Y - b.Y) * (a.Y - b.Y)));
}
