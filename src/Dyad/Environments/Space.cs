namespace Dyad.Environments;

/// <summary>What an observation or an action may be: a box of real vectors, or one of finitely many numbers.</summary>
public abstract record Space
{
    private protected Space()
    {
    }

    /// <summary>Numbers that a value takes in a span: the dimension of a box, 1 for a discrete space.</summary>
    public abstract int Size { get; }
}

/// <summary>Real vectors between bounds, which may be infinite.</summary>
/// <param name="Low">Lower bound of each component.</param>
/// <param name="High">Upper bound of each component.</param>
public sealed record Box(double[] Low, double[] High) : Space
{
    /// <inheritdoc/>
    public override int Size => Low.Length;

    /// <summary>A box with the same bounds in every component.</summary>
    public static Box Uniform(int size, double low, double high)
    {
        double[] lows = new double[size];
        double[] highs = new double[size];
        Array.Fill(lows, low);
        Array.Fill(highs, high);
        return new Box(lows, highs);
    }
}

/// <summary>The numbers 0 .. Count - 1, written in a span as one number.</summary>
/// <param name="Count">How many.</param>
public sealed record Discrete(int Count) : Space
{
    /// <inheritdoc/>
    public override int Size => 1;
}
