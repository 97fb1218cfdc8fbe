using Dyad.Numerics;

namespace Dyad.Environments;

/// <summary>What an observation or an action may be: a box of real vectors, or one of finitely many numbers.</summary>
public abstract record Space
{
    private protected Space()
    {
    }

    /// <summary>Numbers that a value takes in a span: the dimension of a box, 1 for a discrete space.</summary>
    public abstract int Size { get; }

    /// <summary>Whether a value lies in the space.</summary>
    public abstract bool Contains(ReadOnlySpan<double> value);

    /// <summary>Draws a value uniformly; a component without two finite bounds is drawn from [-1, 1), moved to lie within the other.</summary>
    public abstract void Sample(RandomStream stream, Span<double> value);
}

/// <summary>Real vectors between bounds, which may be infinite.</summary>
/// <param name="Low">Lower bound of each component.</param>
/// <param name="High">Upper bound of each component.</param>
public sealed record Box(double[] Low, double[] High) : Space
{
    /// <inheritdoc/>
    public override int Size => Low.Length;

    /// <summary>Whether every bound is finite.</summary>
    public bool IsBounded => Array.TrueForAll(Low, double.IsFinite) && Array.TrueForAll(High, double.IsFinite);

    /// <summary>A box with the same bounds in every component.</summary>
    public static Box Uniform(int size, double low, double high)
    {
        double[] lows = new double[size];
        double[] highs = new double[size];
        Array.Fill(lows, low);
        Array.Fill(highs, high);
        return new Box(lows, highs);
    }

    /// <summary>A box around 0.</summary>
    public static Box Symmetric(params ReadOnlySpan<double> high)
    {
        double[] lows = new double[high.Length];
        for (int i = 0; i < lows.Length; i++)
        {
            lows[i] = -high[i];
        }

        return new Box(lows, high.ToArray());
    }

    /// <inheritdoc/>
    public override bool Contains(ReadOnlySpan<double> value)
    {
        if (value.Length != Size)
        {
            return false;
        }

        for (int i = 0; i < value.Length; i++)
        {
            if (!(value[i] >= Low[i] && value[i] <= High[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Sample(RandomStream stream, Span<double> value)
    {
        for (int i = 0; i < Size; i++)
        {
            (double low, double high) = (Low[i], High[i]);
            if (!double.IsFinite(low) || !double.IsFinite(high))
            {
                low = double.IsFinite(low) ? low : double.IsFinite(high) ? high - 2 : -1;
                high = low + 2;
            }

            value[i] = stream.Uniform(low, high);
        }
    }
}

/// <summary>The numbers 0 .. Count - 1, written in a span as one number.</summary>
/// <param name="Count">How many.</param>
public sealed record Discrete(int Count) : Space
{
    /// <inheritdoc/>
    public override int Size => 1;

    /// <inheritdoc/>
    public override bool Contains(ReadOnlySpan<double> value) =>
        value.Length == 1 && value[0] >= 0 && value[0] < Count && value[0] == Math.Floor(value[0]);

    /// <inheritdoc/>
    public override void Sample(RandomStream stream, Span<double> value) => value[0] = stream.Index(Count);
}
