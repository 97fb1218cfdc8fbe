namespace Dyad.Environments.MuJoCo;

/// <summary>A point or difference in space, in double precision and with NumPy's order of operations.</summary>
internal readonly record struct Vector3(double X, double Y, double Z)
{
    /// <summary>The vector of an object in one of MuJoCo's arrays of 3 numbers each.</summary>
    public static Vector3 At(ReadOnlySpan<double> vectors, int index) =>
        new(vectors[3 * index], vectors[(3 * index) + 1], vectors[(3 * index) + 2]);

    /// <summary>Euclidean length.</summary>
    public double Norm => Math.Sqrt((X * X) + (Y * Y) + (Z * Z));

    /// <summary>Difference.</summary>
    public static Vector3 operator -(Vector3 a, Vector3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);
}
