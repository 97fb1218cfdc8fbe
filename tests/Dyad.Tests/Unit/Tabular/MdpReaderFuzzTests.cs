using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Tabular;
using FsCheck;
using FsCheck.Fluent;

namespace Dyad.Tests.Unit.Tabular;

/// <summary>Whatever is done to a valid document, the reader takes it or says what is wrong.</summary>
[Trait("Category", "unit")]
public sealed class MdpReaderFuzzTests
{
    private const string Mark = "@mark@";

    private static readonly string[] Documents =
        [MdpReaderTests.Dense, MdpReaderTests.Table, MdpReaderTests.Table.Replace("0.9", "1", StringComparison.Ordinal)];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "2", "0.5", "1e999", "-1e999", "1e-320", "12345678901234567890", "\"\"",
        "\"x\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[]]", "[[[]]]", "{\"0\": 1}", "[1, 2]", "[[1, 0, 0, false]]", "NaN", "Infinity",
        "",
    ];

    private static readonly string[] Keys = ["0", "1", "P", "gamma", "initial", "transition", "", "\\ud800", "\\u0000", "-0"];

    private static Config Fixed => Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(2000).WithReplay(20210613, 7);

    [Fact]
    public void A_changed_value_is_read_or_refused() => Check(
        from document in Gen.Elements(Documents)
        from node in Gen.Choose(0, 10_000)
        from value in Gen.Elements(Values)
        select Edited(document, node, mark => (JsonValue.Create(mark), value)));

    [Fact]
    public void Two_changed_values_are_read_or_refused() => Check(
        from document in Gen.Elements(Documents)
        from first in Gen.Choose(0, 10_000)
        from second in Gen.Choose(0, 10_000)
        from one in Gen.Elements("0", "1", "-1", "[]", "{}", "null", "[[1, 0, 0, false]]", "\"x\"")
        from other in Gen.Elements(Values)
        let edited = Edited(document, first, mark => (JsonValue.Create(mark), one))
        select Edited(edited, second, mark => (JsonValue.Create(mark), other)));

    [Fact]
    public void A_document_without_one_of_its_parts_is_read_or_refused() => Check(
        from document in Gen.Elements(Documents)
        from node in Gen.Choose(0, 10_000)
        select Edited(document, node, _ => (null, "")));

    [Fact]
    public void A_renamed_field_is_read_or_refused() => Check(
        from document in Gen.Elements(Documents)
        from key in Gen.Elements("P", "gamma", "initial", "transition", "0", "1", "reward", "logits")
        from other in Gen.Elements(Keys)
        select document.Replace($"\"{key}\"", $"\"{other}\"", StringComparison.Ordinal));

    [Fact]
    public void A_field_that_is_there_twice_is_refused() => Check(
        from document in Gen.Elements(Documents)
        from key in Gen.Elements("P", "gamma", "initial", "transition", "0", "1", "reward")
        let twice = document.Replace($"\"{key}\"", $"\"{key}\": 0, \"{key}\"", StringComparison.Ordinal)
        select twice == document ? "{}" : twice, mustRefuse: true);

    [Fact]
    public void A_truncated_text_is_read_or_refused() => Check(
        from document in Gen.Elements(Documents)
        from length in Gen.Choose(0, 1000)
        select document[..Math.Min(length, document.Length)]);

    [Fact]
    public void A_text_with_a_foreign_character_is_read_or_refused() => Check(
        from document in Gen.Elements(Documents)
        from position in Gen.Choose(0, 10_000)
        from character in Gen.Elements('"', '\\', '[', ']', '{', '}', ',', ':', '-', 'e', '9', '\0', '\ud800', 'ü', '/')
        select Overwritten(document, position % document.Length, character));

    private static void Check(Gen<string> texts, bool mustRefuse = false) => Prop.ForAll(texts.ToArbitrary(), text =>
    {
        try
        {
            // What is read can be computed with, unless its numbers overflow.
            Mdp mdp = MdpReader.Parse(text).Mdp;
            Assert.False(mustRefuse, text);
            var evaluation = new PolicyEvaluation(mdp, TabularPolicy.Uniform(mdp));
            double[] soft = evaluation.SoftActionValue(1);
            Assert.All(mdp.TerminalStates, s => Assert.Equal(0, evaluation.StateValue[s]));
            Assert.All(mdp.TerminalStates, s => Assert.Equal(0, soft[s * mdp.Actions]));
        }
        catch (UserError e)
        {
            Assert.NotEmpty(e.Message);
            Assert.InRange(e.Message.Length, 1, 400);
            Assert.DoesNotContain('\n', e.Message);
        }
        catch (ArithmeticException)
        {
        }
    }).Check(Fixed);

    // The document with one of its nodes replaced by a raw text, or removed.
    private static string Edited(string document, int index, Func<string, (JsonNode? Replacement, string Raw)> edit)
    {
        JsonNode root;
        try
        {
            root = JsonNode.Parse(document)!;
        }
        catch (System.Text.Json.JsonException)
        {
            return document;
        }

        List<JsonNode> nodes = [.. Descendants(root)];
        if (nodes.Count == 0)
        {
            return document;
        }

        JsonNode node = nodes[index % nodes.Count];
        (JsonNode? replacement, string raw) = edit(Mark);
        switch (node.Parent)
        {
            case JsonObject parent when replacement is null:
                parent.Remove(node.GetPropertyName());
                break;
            case JsonObject parent:
                parent[node.GetPropertyName()] = replacement;
                break;
            case JsonArray parent when replacement is null:
                parent.Remove(node);
                break;
            case JsonArray parent:
                parent[node.GetElementIndex()] = replacement;
                break;
        }

        return root.ToJsonString().Replace($"\"{Mark}\"", raw, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonNode> Descendants(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject parent => parent.Select(field => field.Value),
            JsonArray parent => parent,
            _ => [],
        };
        return children.OfType<JsonNode>().SelectMany(child => Descendants(child).Prepend(child));
    }

    private static string Overwritten(string text, int position, char character) =>
        $"{text[..position]}{character}{text[(position + 1)..]}";
}
