using System.Text.Json.Nodes;
using Dyad.Core;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Dyad.Studies.Files;

/// <summary>
/// What a part of a study file may be. It checks nodes, with the place in each sentence, and describes itself as JSON schema, so
/// that an editor and the command line accept the same files.
/// </summary>
internal abstract record Shape
{
    /// <summary>What is accepted, as the end of a sentence.</summary>
    public abstract string Accepted { get; }

    /// <summary>Checks a node.</summary>
    /// <exception cref="UserError">It is not of this shape.</exception>
    public abstract void Check(YamlNode node, string name, string file);

    /// <summary>The shape as JSON schema.</summary>
    public abstract JsonObject Schema();

    /// <summary>Whether a node is of the kind that this is about, so that of several shapes the sentence is of the right one.</summary>
    public abstract bool IsKind(YamlNode node);

    protected UserError Wrong(YamlNode node, string name, string file) =>
        YamlText.PlaceOf(node, file).Error($"{name} is {Describe(node)}; it must be {Accepted}");

    protected static string Describe(YamlNode node) => node switch
    {
        YamlScalarNode { Value: null or "" } => "empty",
        YamlScalarNode scalar => $"'{(scalar.Value!.Length > 60 ? scalar.Value[..60] + "..." : scalar.Value).ReplaceLineEndings(" ")}'",
        YamlSequenceNode => "a list",
        _ => "a mapping",
    };
}

/// <summary>A text that is not empty; with choices, one of them.</summary>
internal sealed record TextShape(params string[] Choices) : Shape
{
    public override string Accepted => Choices.Length == 0 ? "a text" : string.Join(" or ", Choices);

    public override bool IsKind(YamlNode node) => node is YamlScalarNode;

    public override void Check(YamlNode node, string name, string file)
    {
        if (node is not YamlScalarNode { Value: { Length: > 0 } value })
        {
            throw Wrong(node, name, file);
        }

        if (Choices.Length > 0 && !Choices.Contains(value))
        {
            throw YamlText.PlaceOf(node, file).Error($"{name} is '{value}'; {NearNames.Hint(value, Choices)}");
        }
    }

    public override JsonObject Schema() => Choices.Length == 0
        ? new() { ["type"] = "string", ["minLength"] = 1 }
        : new() { ["enum"] = new JsonArray([.. Choices.Select(choice => (JsonNode)choice)]) };
}

/// <summary>A number in a range, whole or not.</summary>
internal sealed record NumberShape(double Low, double High, bool Whole) : Shape
{
    public override string Accepted => $"a {(Whole ? "whole " : "")}number from {NumberText.Of(Low)} to {NumberText.Of(High)}";

    public override bool IsKind(YamlNode node) => node is YamlScalarNode { Value: { } value } && Number(value) is not null;

    public override void Check(YamlNode node, string name, string file)
    {
        if (node is not YamlScalarNode { Style: ScalarStyle.Plain, Value: { } value } || Number(value) is not { } number || number < Low || number > High || (Whole && !double.IsInteger(number)))
        {
            throw Wrong(node, name, file);
        }
    }

    public static double? Number(string text) => NumberText.TryDouble(text, out double number) ? number : null;

    public override JsonObject Schema() => new() { ["type"] = Whole ? "integer" : "number", ["minimum"] = Low, ["maximum"] = High };
}

/// <summary>True or false.</summary>
internal sealed record FlagShape : Shape
{
    public override string Accepted => "true or false";

    public override bool IsKind(YamlNode node) => node is YamlScalarNode { Value: "true" or "false" };

    public override void Check(YamlNode node, string name, string file)
    {
        if (!IsKind(node))
        {
            throw Wrong(node, name, file);
        }
    }

    public override JsonObject Schema() => new() { ["type"] = "boolean" };
}

/// <summary>A value of an option: a number, a flag or a word.</summary>
internal sealed record ValueShape : Shape
{
    public override string Accepted => "a number, true, false or a word";

    public override bool IsKind(YamlNode node) => node is YamlScalarNode;

    public override void Check(YamlNode node, string name, string file)
    {
        if (node is not YamlScalarNode { Value.Length: > 0 })
        {
            throw Wrong(node, name, file);
        }
    }

    public override JsonObject Schema() => new() { ["type"] = new JsonArray("number", "boolean", "string") };
}

/// <summary>A list with an entry at least.</summary>
internal sealed record ListShape(Shape Item, string Items) : Shape
{
    public override string Accepted => $"a list of {Items}";

    public override bool IsKind(YamlNode node) => node is YamlSequenceNode;

    public override void Check(YamlNode node, string name, string file)
    {
        if (node is not YamlSequenceNode { Children.Count: > 0 } list)
        {
            throw Wrong(node, name, file);
        }

        foreach (YamlNode item in list)
        {
            Item.Check(item, $"an entry of {name}", file);
        }
    }

    public override JsonObject Schema() => new() { ["type"] = "array", ["minItems"] = 1, ["items"] = Item.Schema() };
}

/// <summary>A mapping of any names, which are options of methods or names of scales.</summary>
internal sealed record NamedShape(Shape Item, string Names) : Shape
{
    public override string Accepted => $"a mapping of {Names}";

    public override bool IsKind(YamlNode node) => node is YamlMappingNode;

    public override void Check(YamlNode node, string name, string file)
    {
        if (node is not YamlMappingNode map)
        {
            throw Wrong(node, name, file);
        }

        foreach ((YamlNode key, YamlNode value) in map)
        {
            if (key is not YamlScalarNode { Value: { Length: > 0 } text })
            {
                throw YamlText.PlaceOf(key, file).Error($"a name in {name} is {Describe(key)}; it must be a text");
            }

            Item.Check(value, text, file);
        }
    }

    public override JsonObject Schema() => new() { ["type"] = "object", ["additionalProperties"] = Item.Schema() };
}

/// <summary>A key of a mapping.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">What it holds.</param>
/// <param name="Description">What it says.</param>
/// <param name="Required">Whether it must be there.</param>
internal sealed record Key(string Name, Shape Shape, string Description, bool Required = false);

/// <summary>A mapping with known keys.</summary>
internal sealed record MapShape(string What, params Key[] Keys) : Shape
{
    public override string Accepted => $"a mapping with {string.Join(", ", Keys.Select(key => key.Name))}";

    public override bool IsKind(YamlNode node) => node is YamlMappingNode;

    public override void Check(YamlNode node, string name, string file)
    {
        if (node is not YamlMappingNode map)
        {
            throw Wrong(node, name, file);
        }

        foreach ((YamlNode key, YamlNode value) in map)
        {
            string text = (key as YamlScalarNode)?.Value ?? "";
            Key known = Keys.FirstOrDefault(known => known.Name == text) ?? throw YamlText.PlaceOf(key, file).Error(
                $"{What} has no key {Describe(key)}; {NearNames.Hint(text, [.. Keys.Select(known => known.Name)])}");
            known.Shape.Check(value, text, file);
        }

        if (Keys.FirstOrDefault(key => key.Required && YamlText.Child(map, key.Name) is null) is { } missing)
        {
            throw YamlText.PlaceOf(node, file).Error($"{What} lacks '{missing.Name}', {missing.Shape.Accepted}");
        }
    }

    public override JsonObject Schema()
    {
        var properties = new JsonObject();
        foreach (Key key in Keys)
        {
            JsonObject schema = key.Shape.Schema();
            schema["description"] = key.Description;
            properties[key.Name] = schema;
        }

        var result = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (Keys.Any(key => key.Required))
        {
            result["required"] = new JsonArray([.. Keys.Where(key => key.Required).Select(key => (JsonNode)key.Name)]);
        }

        return result;
    }
}

/// <summary>One of several shapes, told apart by kind; the first counts where none is of the kind.</summary>
internal sealed record EitherShape(params Shape[] Shapes) : Shape
{
    public override string Accepted => string.Join(", or ", Shapes.Select(shape => shape.Accepted));

    public override bool IsKind(YamlNode node) => Shapes.Any(shape => shape.IsKind(node));

    public override void Check(YamlNode node, string name, string file)
    {
        Shape shape = Shapes.FirstOrDefault(shape => shape.IsKind(node)) ?? throw Wrong(node, name, file);
        shape.Check(node, name, file);
    }

    public override JsonObject Schema() => new() { ["anyOf"] = new JsonArray([.. Shapes.Select(shape => (JsonNode)shape.Schema())]) };
}
