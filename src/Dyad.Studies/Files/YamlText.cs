using Dyad.Core;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Dyad.Studies.Files;

/// <summary>Where something stands in a file: what a sentence about it begins with.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
internal sealed record Place(string File, long Line, long Column)
{
    /// <summary>An error at this place.</summary>
    public UserError Error(string sentence, Exception? cause = null)
    {
        string text = $"{File}, line {Line}, column {Column}: {sentence}";
        return cause is null ? new UserError(text) : new UserError(text, cause);
    }
}

/// <summary>YAML as nodes with their places. A text that is none, or that is built to be a burden, is one sentence.</summary>
internal static class YamlText
{
    // A study file has a hundredth of either.
    private const int LargestLength = 1_000_000, DeepestNesting = 30;

    /// <summary>The root of the one document of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">Its file, for sentences.</param>
    /// <exception cref="UserError">It is no YAML, or holds anything but one document.</exception>
    public static YamlNode Parse(string text, string file)
    {
        if (text.Length > LargestLength)
        {
            throw new UserError($"{file} has {text.Length} characters; a study file has at most {LargestLength}");
        }

        try
        {
            Inspect(text, file);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 1 ? stream.Documents[0].RootNode : throw new UserError(
                stream.Documents.Count == 0 ? $"{file} is empty" : $"{file} holds {stream.Documents.Count} documents; a study file holds one");
        }
        catch (YamlException e)
        {
            throw new Place(file, Math.Max(1, e.Start.Line), Math.Max(1, e.Start.Column)).Error(Sentence(e), e);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or OverflowException or InvalidCastException)
        {
            throw new UserError($"{file} is no YAML: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Where a node stands.</summary>
    public static Place PlaceOf(YamlNode node, string file) => new(file, Math.Max(1, node.Start.Line), Math.Max(1, node.Start.Column));

    /// <summary>The value of a key; null where the mapping lacks it.</summary>
    public static YamlNode? Child(YamlMappingNode map, string key) =>
        map.Children.FirstOrDefault(entry => entry.Key is YamlScalarNode scalar && scalar.Value == key).Value;

    // Event by event, which takes no stack: nodes nest, and the library builds them by recursion.
    private static void Inspect(string text, string file)
    {
        var parser = new Parser(new StringReader(text));
        int depth = 0;
        while (parser.MoveNext())
        {
            ParsingEvent current = parser.Current!;
            depth += current.NestingIncrease;
            var place = new Place(file, current.Start.Line, current.Start.Column);
            if (depth > DeepestNesting)
            {
                throw place.Error($"nested more than {DeepestNesting} deep");
            }

            if (current is AnchorAlias)
            {
                throw place.Error("anchors and aliases are not for study files; write the value out");
            }
        }
    }

    private static string Sentence(YamlException e)
    {
        string message = (e.InnerException as YamlException ?? e).Message.ReplaceLineEndings(" ").TrimEnd('.');
        return $"no YAML: {message}";
    }
}
