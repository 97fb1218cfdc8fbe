namespace Dyad.Numerics;

/// <summary>The hash FNV-1a of 64 bits (Fowler, Noll and Vo), for what needs no secrecy.</summary>
internal static class Fnv1a
{
    /// <summary>The hash of nothing.</summary>
    public const ulong Empty = 0xCBF29CE484222325UL;

    /// <summary>The hash of what was hashed before and of what follows it.</summary>
    /// <param name="hash">That of what was before.</param>
    /// <param name="bytes">What follows.</param>
    public static ulong Append(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            hash = (hash ^ b) * 0x100000001B3UL;
        }

        return hash;
    }
}
