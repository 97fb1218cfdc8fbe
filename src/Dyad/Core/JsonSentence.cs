using System.Text.Json;

namespace Dyad.Core;

/// <summary>Why a text is no JSON, or not of the kind that is expected, in a few words.</summary>
internal static class JsonSentence
{
    /// <summary>The place and the first sentence of the message, as the end of a sentence: the others are about the parser.</summary>
    /// <param name="e">What was thrown.</param>
    public static string Of(Exception e)
    {
        string sentence = OneLine.Of(e.Message.Split(". ")[0].TrimEnd('.'), 160);
        return e is JsonException { LineNumber: { } line, BytePositionInLine: { } position }
            ? $"line {line + 1}, byte {position + 1}: {sentence}"
            : sentence;
    }
}
