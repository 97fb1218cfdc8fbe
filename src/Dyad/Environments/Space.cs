using Dyad.Numerics;

namespace Dyad.Environments;

/// <summary>What an observation or an action may be: a box of real vectors, one of finitely many numbers, or several of these at once.</summary>
public abstract record Space
{
    private protected Space()
    {
    }

    /// <summary>Numbers that a value takes in a span: the dimension of a box, 1 for a discrete space, one for each of several choices.</summary>
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

    /// <summary>Whether a component has two finite bounds.</summary>
    public bool IsBoundedIn(int component) => double.IsFinite(Low[component]) && double.IsFinite(High[component]);

    /// <summary>The box as agents see it: [-1, 1] in place of two finite bounds; where one is infinite, both stay.</summary>
    public Box Normalized() => new(
        [.. Low.Select((low, i) => IsBoundedIn(i) ? -1 : low)], [.. High.Select((high, i) => IsBoundedIn(i) ? 1 : high)]);

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

/// <summary>Several choices at once, each one of the numbers 0 .. count - 1, written in a span as a number each. For actions.</summary>
/// <param name="Counts">How many of each choice.</param>
public sealed record MultiDiscrete(params int[] Counts) : Space
{
    /// <inheritdoc/>
    public override int Size => Counts.Length;

    /// <summary>How many combinations there are; the largest whole number where they are more.</summary>
    public int Combinations
    {
        get
        {
            long product = 1;
            foreach (int count in Counts)
            {
                product = Math.Min(int.MaxValue, product * count);
            }

            return (int)product;
        }
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
            if (!(value[i] >= 0 && value[i] < Counts[i] && value[i] == Math.Floor(value[i])))
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
            value[i] = stream.Index(Counts[i]);
        }
    }
}
