namespace Dyad.Environments.MuJoCo;

/// <summary>Writes the parts of an observation one behind the other.</summary>
/// <param name="target">Where the observation goes.</param>
internal ref struct Observations(Span<double> target)
{
    private Span<double> _rest = target;

    /// <summary>One number.</summary>
    public void Add(double value)
    {
        _rest[0] = value;
        _rest = _rest[1..];
    }

    /// <summary>Several numbers.</summary>
    public void Add(ReadOnlySpan<double> values)
    {
        values.CopyTo(_rest);
        _rest = _rest[values.Length..];
    }

    /// <summary>Several numbers, clipped to [-limit, limit].</summary>
    public void AddClipped(ReadOnlySpan<double> values, double limit)
    {
        foreach (double value in values)
        {
            Add(Math.Clamp(value, -limit, limit));
        }
    }
}
