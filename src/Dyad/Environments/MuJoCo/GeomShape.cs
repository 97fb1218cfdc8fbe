namespace Dyad.Environments.MuJoCo;

/// <summary>A geom as a replay draws it; where it is changes, the shape does not.</summary>
/// <param name="Name">Its name, or that of its body with its number where it has none.</param>
/// <param name="Kind">MuJoCo's word: plane, sphere, capsule, ellipsoid, cylinder, box; others as <c>other</c>.</param>
/// <param name="Size">
/// Metres: sphere radius; capsule and cylinder radius and half length along z; box and ellipsoid half sizes; plane half
/// sizes in x and y, where 0 is without end.
/// </param>
/// <param name="Color">Red, green, blue and opacity from 0 to 1.</param>
/// <param name="Body">Number of its body; 0 is the world, whose geoms do not move.</param>
public sealed record GeomShape(string Name, string Kind, float[] Size, float[] Color, int Body)
{
    /// <summary>Numbers that <see cref="MujocoEnvironment.GeomPoses"/> writes for a geom.</summary>
    public const int PoseSize = 7;

    // mjtGeom in its order.
    private static readonly string[] Kinds = ["plane", "other", "sphere", "capsule", "ellipsoid", "cylinder", "box"];

    internal static IReadOnlyList<GeomShape> Of(MujocoModel model)
    {
        int count = model.GeomCount;
        ReadOnlySpan<int> kinds = model.Array<int>("geom_type", count), bodies = model.Array<int>("geom_bodyid", count);
        ReadOnlySpan<double> sizes = model.Array<double>("geom_size", 3 * count);
        ReadOnlySpan<float> colors = model.Array<float>("geom_rgba", 4 * count);
        var shapes = new GeomShape[count];
        for (int i = 0; i < count; i++)
        {
            string name = model.GeomName(i);
            shapes[i] = new GeomShape(
                name.Length > 0 ? name : $"{model.BodyName(bodies[i])} {i}",
                (uint)kinds[i] < (uint)Kinds.Length ? Kinds[kinds[i]] : "other",
                [(float)sizes[3 * i], (float)sizes[(3 * i) + 1], (float)sizes[(3 * i) + 2]],
                colors.Slice(4 * i, 4).ToArray(),
                bodies[i]);
        }

        return shapes;
    }
}
