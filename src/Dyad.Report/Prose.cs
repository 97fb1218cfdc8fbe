using System.Text.RegularExpressions;

namespace Dyad.Report;

/// <summary>
/// Text with numbers as print has them: a minus is a minus sign, and an interval or a mean with its deviation stays on one line. A hole
/// of a markup takes it as it takes text: what is in it is escaped.
/// </summary>
/// <param name="Text">The text.</param>
internal readonly partial record struct Prose(string Text)
{
    /// <summary>The pieces of the text in their order, and which of them may not be broken.</summary>
    public IEnumerable<(string Text, bool IsWhole)> Pieces()
    {
        string text = Hyphen().Replace(Text ?? "", "\u2212");
        int at = 0;
        foreach (Match match in Whole().Matches(text))
        {
            if (match.Index > at)
            {
                yield return (text[at..match.Index], false);
            }

            yield return (match.Value, true);
            at = match.Index + match.Length;
        }

        if (at < text.Length)
        {
            yield return (text[at..], false);
        }
    }

    // Not within a word, a range or an exponent.
    [GeneratedRegex(@"(?<![\w.\-\u2212)])-(?=[\d.\u221e])")]
    private static partial Regex Hyphen();

    [GeneratedRegex(@"\[[+\-\u2212\d.,e\u221e]{1,20}, [+\-\u2212\d.,e\u221e]{1,20}\]|\d[\d.]*e[\-\u2212]\d+|[+\u2212]?\d[\d.,]* \u00b1 \d[\d.,]*|[+\u2212]?\d[\d.,]* to [+\u2212]?\d[\d.,]*\d")]
    private static partial Regex Whole();
}

/// <summary>A command of several words.</summary>
/// <param name="Text">The command.</param>
internal readonly record struct Words(string Text);
