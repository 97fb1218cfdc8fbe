using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Dyad.Core;

namespace Dyad.Numerics;

/// <summary>
/// A stream of random numbers: xoshiro256++ (Blackman and Vigna 2019), seeded through SplitMix64. Streams are split by name:
/// <c>Split("noise")</c> depends on the seed and the path of names alone, never on what was drawn before, so that a new
/// consumer does not change the numbers of the others. Integer arithmetic and one exact scaling only: the same numbers on
/// every platform.
/// </summary>
public sealed partial class RandomStream
{
    // 2^64 divided by the golden ratio: the increment of SplitMix64.
    private const ulong Golden = 0x9E3779B97F4A7C15UL;

    private ulong _key;
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>The root stream of a seed.</summary>
    public RandomStream(long seed) : this(Mix((ulong)seed ^ Golden))
    {
    }

    private RandomStream(ulong key)
    {
        _key = key;
        _s0 = Mix(key += Golden);
        _s1 = Mix(key += Golden);
        _s2 = Mix(key += Golden);
        _s3 = Mix(key + Golden);
    }

    /// <summary>The stream of a name under this one.</summary>
    public RandomStream Split(string name)
    {
        // The hash of the name, mixed with the path so far.
        ulong hash = Fnv1a.Append(Fnv1a.Empty, Encoding.UTF8.GetBytes(name));
        return new RandomStream(Mix(_key + Mix(hash)));
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => Advance(ref _s0, ref _s1, ref _s2, ref _s3);

    /// <summary>A number uniform on [0, 1), a multiple of 2^-53.</summary>
    public double Uniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number uniform on [low, high).</summary>
    public double Uniform(double low, double high) => low + ((high - low) * Uniform());

    /// <summary>An integer uniform on 0 .. count - 1, without bias (Lemire 2019).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is not positive.</exception>
    public int Index(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ulong bound = (ulong)count;
        ulong high = Math.BigMul(NextBits(), bound, out ulong low);
        if (low < bound)
        {
            ulong threshold = (0UL - bound) % bound;
            while (low < threshold)
            {
                high = Math.BigMul(NextBits(), bound, out low);
            }
        }

        return (int)high;
    }

    /// <summary>An index drawn with the given probabilities, which sum to 1 up to rounding.</summary>
    public int Categorical(ReadOnlySpan<double> probabilities)
    {
        double u = Uniform();
        int last = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] <= 0)
            {
                continue;
            }

            u -= probabilities[i];
            last = i;
            if (u < 0)
            {
                break;
            }
        }

        return last;
    }

    /// <summary>Puts numbers into random order, each order as likely as the others (Fisher and Yates).</summary>
    public void Shuffle(Span<int> numbers)
    {
        for (int i = numbers.Length - 1; i > 0; i--)
        {
            int j = Index(i + 1);
            (numbers[i], numbers[j]) = (numbers[j], numbers[i]);
        }
    }

    /// <summary>Saves or loads the stream's position.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Value("key", ref _key);
        archive.Value("s0", ref _s0);
        archive.Value("s1", ref _s1);
        archive.Value("s2", ref _s2);
        archive.Value("s3", ref _s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Advance(ref ulong s0, ref ulong s1, ref ulong s2, ref ulong s3)
    {
        ulong result = BitOperations.RotateLeft(s0 + s3, 23) + s0;
        ulong t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    // The finaliser of SplitMix64.
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
