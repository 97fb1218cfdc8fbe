using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>One claim held under several values of a choice that its source leaves open.</summary>
/// <param name="Value">The value, in words.</param>
/// <param name="Measured">What was measured under it.</param>
/// <param name="Verdict">The verdict under it.</param>
internal sealed record Choice(string Value, string Measured, Verdict Verdict)
{
    /// <summary>
    /// The finding over all values: their verdict where it is one, that it depends where some support the claim and others
    /// contradict it, else unclear.
    /// </summary>
    /// <param name="claim">What the source says, in our words.</param>
    /// <param name="choice">What is chosen, for example "the initial critic".</param>
    /// <param name="values">The values.</param>
    public static Finding Over(string claim, string choice, IReadOnlyList<Choice> values)
    {
        string each = string.Join(" ", values.Select(x => $"{x.Value}: {Word(x.Verdict)}. {x.Measured}"));
        Verdict verdict = values.Select(x => x.Verdict).Distinct().Count() == 1 ? values[0].Verdict
            : values.Any(x => x.Verdict == Verdict.Supported) && values.Any(x => x.Verdict == Verdict.Contradicted) ? Verdict.Depends
            : Verdict.Unclear;
        return new Finding(claim, verdict == Verdict.Depends ? $"It depends on {choice}. {each}" : each, verdict);
    }

    private static string Word(Verdict verdict) => verdict.ToString().ToLowerInvariant();
}
