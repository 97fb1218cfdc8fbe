using System.Globalization;
using System.Runtime.CompilerServices;

namespace Dyad.Core;

/// <summary>An interpolated text whose numbers are written the same under every culture.</summary>
[InterpolatedStringHandler]
public ref struct SentenceHandler
{
    private DefaultInterpolatedStringHandler _text;

    /// <summary>An empty text; called by the compiler.</summary>
    public SentenceHandler(int literalLength, int formattedCount) =>
        _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture);

    /// <summary>Adds a literal part.</summary>
    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    /// <summary>Adds a value.</summary>
    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    /// <summary>Adds a value in a format.</summary>
    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    /// <summary>The text.</summary>
    internal string ToText() => _text.ToStringAndClear();
}
