using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>
/// Evenly spaced curves along a vector field of the plane: each begins in a free cell of a grid and runs both ways until it
/// leaves the plane, comes to a cell that a curve has passed, or stands still.
/// </summary>
internal sealed class Streamlines
{
    private const int Cells = 24;

    // In units of the plane's sides: a step, of which every third is kept; the shortest curve; the longest half of one.
    private const double Step = 0.006;
    private const int Kept = 3;
    private const double Shortest = 0.15;
    private const double Longest = 3;

    private readonly Func<double, double, (double X, double Y)?> _field;
    private readonly Interval _x;
    private readonly Interval _y;
    private readonly bool[] _passed = new bool[Cells * Cells];

    private Streamlines(Func<double, double, (double X, double Y)?> field, Interval x, Interval y)
    {
        _field = field;
        _x = x;
        _y = y;
    }

    /// <summary>The curves of a field.</summary>
    /// <param name="field">The velocity at a point, or null where there is none.</param>
    /// <param name="x">Horizontal side of the plane.</param>
    /// <param name="y">Vertical side of the plane.</param>
    public static IReadOnlyList<PlaneCurve> Trace(Func<double, double, (double X, double Y)?> field, Interval x, Interval y)
    {
        var plane = new Streamlines(field, x, y);
        var curves = new List<PlaneCurve>();

        // Rings of cells from the border to the middle: long curves first.
        foreach ((int i, int j) in from i in Enumerable.Range(0, Cells)
                                   from j in Enumerable.Range(0, Cells)
                                   orderby Math.Min(Math.Min(i, Cells - 1 - i), Math.Min(j, Cells - 1 - j))
                                   select (i, j))
        {
            if (!plane._passed[(j * Cells) + i] && plane.Through((i + 0.5) / Cells, (j + 0.5) / Cells) is { } curve)
            {
                curves.Add(curve);
            }
        }

        return curves;
    }

    private PlaneCurve? Through(double u, double v)
    {
        var cells = new List<int> { CellOf(u, v) };
        _passed[cells[0]] = true;
        List<(double U, double V)> before = Walk(u, v, -1, cells);
        List<(double U, double V)> after = Walk(u, v, 1, cells);
        if ((before.Count + after.Count) * Step < Shortest)
        {
            cells.ForEach(cell => _passed[cell] = false);
            return null;
        }

        (double U, double V)[] points = [.. Enumerable.Reverse(before), (u, v), .. after];
        (double U, double V)[] kept = [.. points.Where((_, i) => i % Kept == 0 || i == points.Length - 1)];
        return new PlaneCurve(
            "",
            [.. kept.Select(p => Math.Round(_x.Low + (p.U * (_x.High - _x.Low)), 4))],
            [.. kept.Select(p => Math.Round(_y.Low + (p.V * (_y.High - _y.Low)), 4))]);
    }

    // Points one way from a point, which is left out; the cells it passes are marked.
    private List<(double U, double V)> Walk(double u, double v, int sign, List<int> cells)
    {
        var points = new List<(double U, double V)>();
        int cell = cells[0];
        while (points.Count * Step < Longest)
        {
            // The midpoint rule along the unit direction.
            if (Direction(u, v) is not { } first
                || Direction(u + (sign * Step / 2 * first.U), v + (sign * Step / 2 * first.V)) is not { } middle)
            {
                break;
            }

            u += sign * Step * middle.U;
            v += sign * Step * middle.V;
            if (u is < 0 or > 1 || v is < 0 or > 1)
            {
                break;
            }

            int entered = CellOf(u, v);
            if (entered != cell)
            {
                if (_passed[entered])
                {
                    break;
                }

                _passed[entered] = true;
                cells.Add(entered);
                cell = entered;
            }

            points.Add((u, v));
        }

        return points;
    }

    private (double U, double V)? Direction(double u, double v)
    {
        double width = _x.High - _x.Low, height = _y.High - _y.Low;
        if (_field(_x.Low + (u * width), _y.Low + (v * height)) is not { } velocity)
        {
            return null;
        }

        double du = velocity.X / width, dv = velocity.Y / height;
        double speed = Math.Sqrt((du * du) + (dv * dv));
        return speed > 1e-9 && double.IsFinite(speed) ? (du / speed, dv / speed) : null;
    }

    private static int CellOf(double u, double v) =>
        (Math.Min((int)(v * Cells), Cells - 1) * Cells) + Math.Min((int)(u * Cells), Cells - 1);
}
