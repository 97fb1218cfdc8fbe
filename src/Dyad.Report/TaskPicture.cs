using System.Globalization;
using Dyad.Environments.Gridworlds;

namespace Dyad.Report;

/// <summary>A small picture of a task beside how a study measured: classic control at rest, and grids by their walls and goal.</summary>
internal static class TaskPicture
{
    // More tasks than this are a list and no picture.
    private const int Most = 4;

    /// <summary>Adds pictures of the tasks that have one; nothing for others.</summary>
    public static void Write(HtmlBuilder html, IReadOnlyList<string> environments)
    {
        (string Name, string Drawing)[] known = [.. environments.Select(name => (name, Of(name))).OfType<(string, string)>().Where(x => x.Item2.Length > 0)];
        if (known.Length is 0 or > Most)
        {
            return;
        }

        html.Line($"""<div class="tasks">""");
        foreach ((string name, string drawing) in known)
        {
            html.Line($"""<figure class="task"><svg viewBox="0 0 120 90" role="img" aria-label="{name}">""");
            html.Asset(drawing);
            html.Line($"</svg><figcaption>{name}</figcaption></figure>");
        }

        html.Line($"</div>");
    }

    private static string Of(string environment) => environment.Split('-')[0] switch
    {
        "CartPole" => """<path class="ground" d="M5 70H115"/><rect class="body" x="45" y="60" width="30" height="14"/><path class="limb" d="M60 61L70 16"/><circle class="joint" cx="60" cy="61" r="2.5"/>""",
        "Pendulum" => """<path class="limb thick" d="M60 45L84 14"/><circle class="joint" cx="60" cy="45" r="3"/><path class="ground" d="M60 45V80" stroke-dasharray="2 4"/>""",
        "Acrobot" => """<path class="target" d="M10 14H110"/><path class="limb" d="M60 42L76 66"/><path class="limb second" d="M76 66L62 84"/><circle class="joint" cx="60" cy="42" r="3"/><circle class="joint" cx="76" cy="66" r="3"/>""",
        "MountainCar" or "MountainCarContinuous" => $"""<path class="ground" d="{Hill()}"/><path class="target" d="M108 {Text(Height(0.5))}V10"/><path class="flag" d="M108 10V22L118 16Z"/><circle class="body" cx="46" cy="{Text(Height(-0.52) - 5)}" r="5"/>""",
        "FourRoom" => Grid(FourRoom.Map),
        _ => "",
    };

    // Gym's hill, from -1.2 to 0.6.
    private static string Hill() => "M" + string.Join("L", Enumerable.Range(0, 37).Select(i => -1.2 + (0.05 * i)).Select(x => $"{Text((x + 1.2) / 1.8 * 114 + 3)} {Text(Height(x))}"));

    private static double Height(double x) => 84 - (66 * ((0.45 * Math.Sin(3 * x)) + 0.55) / 1.05);

    private static string Grid(GridMap map)
    {
        const double Side = 6.6;
        int rows = map.Cells.Max(cell => cell.Row) + 2, columns = map.Cells.Max(cell => cell.Column) + 2;
        double left = (120 - (columns * Side)) / 2, top = (90 - (rows * Side)) / 2;
        string Square(int row, int column, string kind) =>
            $"""<rect class="{kind}" x="{Text(left + (column * Side))}" y="{Text(top + (row * Side))}" width="{Text(Side - 0.4)}" height="{Text(Side - 0.4)}"/>""";
        return $"""<rect class="wall" x="{Text(left)}" y="{Text(top)}" width="{Text(columns * Side)}" height="{Text(rows * Side)}"/>"""
            + string.Concat(map.Cells.Select((cell, state) => Square(cell.Row, cell.Column, map.IsGoal(state) ? "goal-cell" : "free")));
    }

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
