using System.Security.Cryptography;
using System.Text;
using Dyad.Core;

namespace Dyad.Training;

/// <summary>Values that a short name stands for: those of a method under a preset.</summary>
/// <param name="Name">The name.</param>
/// <param name="Values">All values, by name.</param>
internal sealed record NamedValues(string Name, IReadOnlyList<(string Name, object Value)> Values);

/// <summary>
/// The name of a variant in folders and legends, <c>sac,wen2021,batch_size=64</c>: printed from resolved values, so that what means
/// the same has one label, however it was written, and what does not has another. It is a legal name of a folder.
/// </summary>
internal static class RunLabel
{
    private const int HashDigits = 16;

    /// <summary>The label of values: the name of those that differ least, then what differs, by name.</summary>
    /// <param name="values">All values, by name.</param>
    /// <param name="named">What names stand for; of several that differ as little, the first counts.</param>
    public static string Of(IReadOnlyList<(string Name, object Value)> values, IEnumerable<NamedValues> named)
    {
        (string name, string[] differences) = named.Select(known => (known.Name, Differences: Differences(values, known.Values))).MinBy(x => x.Differences.Length);
        string text = string.Join(',', differences.Prepend(name));
        return text.Length <= FolderName.Longest ? text : Shortened(text);
    }

    private static string[] Differences(IReadOnlyList<(string Name, object Value)> values, IReadOnlyList<(string Name, object Value)> known) =>
        [.. values.Where(value => !known.Contains(value)).OrderBy(value => value.Name, StringComparer.Ordinal)
            .Select(value => $"{value.Name}={OptionBinder.Text(value.Value)}")];

    // The first differences that fit, then a hash of all.
    private static string Shortened(string text)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashDigits];
        string start = text[..(FolderName.Longest - HashDigits - 1)];
        int comma = start.LastIndexOf(',');
        return $"{(comma < 0 ? start[..^1] : start[..comma])},~{hash}";
    }
}
