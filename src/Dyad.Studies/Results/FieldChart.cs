namespace Dyad.Studies.Results;

/// <summary>
/// A vector field of two parameters as streamlines with arrow heads, and trajectories over it, on axes of the same scale.
/// </summary>
/// <param name="Id">Short name, unique in its study; letters, digits and dashes.</param>
/// <param name="Title">Heading of the chart.</param>
/// <param name="XTitle">Label of the horizontal axis.</param>
/// <param name="YTitle">Label of the vertical axis.</param>
/// <param name="Caption">Whose field it is, and what to look at.</param>
/// <param name="X">Range of the horizontal axis.</param>
/// <param name="Y">Range of the vertical axis.</param>
/// <param name="Streamlines">Curves along the field, in its direction; their labels are not shown.</param>
/// <param name="Trajectories">Curves that were run, from their start on.</param>
/// <param name="Points">Points with a name: a start, an equilibrium.</param>
/// <param name="Labels">All labels of the study's trajectories, so that one method has one colour in all its charts.</param>
public sealed record FieldChart(
    string Id,
    string Title,
    string XTitle,
    string YTitle,
    string Caption,
    Interval X,
    Interval Y,
    IReadOnlyList<PlaneCurve> Streamlines,
    IReadOnlyList<PlaneCurve> Trajectories,
    IReadOnlyList<PlanePoint> Points,
    IReadOnlyList<string> Labels) : Chart(Id, Title, XTitle, YTitle, Caption)
{
    /// <summary>Whether each curve has as many values of y as of x.</summary>
    internal bool HasWholeCurves => Streamlines.Concat(Trajectories).All(curve => curve.X.Length == curve.Y.Length);
}

/// <summary>A curve in the plane. Both arrays have the same length.</summary>
/// <param name="Label">Legend.</param>
/// <param name="X">Horizontal coordinates, in the order of the curve.</param>
/// <param name="Y">Vertical coordinates.</param>
public sealed record PlaneCurve(string Label, double[] X, double[] Y);

/// <summary>A point in the plane with a name.</summary>
/// <param name="Label">What it is.</param>
/// <param name="X">Horizontal coordinate.</param>
/// <param name="Y">Vertical coordinate.</param>
public sealed record PlanePoint(string Label, double X, double Y);
