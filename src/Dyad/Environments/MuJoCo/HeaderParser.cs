using System.Globalization;
using System.Text.RegularExpressions;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// Reads C headers as far as MuJoCo's need it: integer constants, enumerations, and structs with the offsets that a C
/// compiler gives them under natural alignment on a 64-bit machine. Expects double precision, MuJoCo's default.
/// </summary>
internal sealed partial class HeaderParser
{
    private const int PointerSize = 8;

    private readonly Dictionary<string, long> _constants = [];
    private readonly Dictionary<string, string> _aliases = [];
    private readonly HashSet<string> _enumerations = [];
    private readonly Dictionary<string, string> _bodies = [];
    private readonly Dictionary<string, StructLayout> _layouts = [];

    private static readonly Dictionary<string, int> Sizes = new (int Size, string[] Types)[]
    {
        (1, ["char", "bool", "mjtBool", "mjtByte", "int8_t", "uint8_t"]),
        (2, ["short", "int16_t", "uint16_t"]),
        (4, ["int", "unsigned", "float", "int32_t", "uint32_t"]),
        (8, ["double", "mjtNum", "long", "size_t", "uintptr_t", "intptr_t", "int64_t", "uint64_t"]),
    }.SelectMany(group => group.Types.Select(type => (type, group.Size))).ToDictionary();

    /// <summary>Reads headers, in the order in which they build on each other.</summary>
    public HeaderParser(IEnumerable<string> headers)
    {
        foreach (string header in headers)
        {
            Read(header);
        }
    }

    /// <summary>An integer constant: a #define or a member of an enumeration; null where there is none.</summary>
    public int? Constant(string name) => _constants.TryGetValue(name, out long value) ? (int)value : null;

    /// <summary>The layout of a struct, by the name behind <c>struct</c>, like <c>mjModel_</c>.</summary>
    /// <exception cref="FormatException">There is no such struct, or a field's type or length is not understood.</exception>
    public StructLayout Struct(string name)
    {
        if (!_layouts.TryGetValue(name, out StructLayout? layout))
        {
            string body = _bodies.TryGetValue(name, out string? text) ? text : throw new FormatException($"there is no struct '{name}'");
            layout = Layout(body);
            _layouts.Add(name, layout);
        }

        return layout;
    }

    private void Read(string header)
    {
        foreach (Match define in Define().Matches(header))
        {
            if (Evaluate(WithoutComments(define.Groups[2].Value)) is long value)
            {
                _constants[define.Groups[1].Value] = value;
            }
        }

        string code = Preprocessor().Replace(header, "");
        foreach (Match enumeration in Enumeration().Matches(WithoutComments(code)))
        {
            long next = 0;
            foreach (string member in enumeration.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                string[] parts = member.Split('=', StringSplitOptions.TrimEntries);
                long value = parts.Length > 1 ? Evaluate(parts[1]) ?? next : next;
                _constants[parts[0]] = value;
                next = value + 1;
            }

            _enumerations.Add(enumeration.Groups[1].Value);
            _enumerations.Add(enumeration.Groups[3].Value);
        }

        // Comments stay in a struct's body until its fields are read: they hold the lengths of what a pointer points to.
        foreach (Match start in StructStart().Matches(code))
        {
            int open = start.Index + start.Length - 1;
            _bodies[start.Groups[1].Value] = code[(open + 1)..Closing(code, open)];
        }

        foreach (Match alias in Alias().Matches(WithoutComments(code)))
        {
            _aliases[alias.Groups[2].Value] = TypeName(alias.Groups[1].Value);
        }
    }

    private StructLayout Layout(string body)
    {
        var fields = new List<StructField>();
        int offset = 0, alignment = 1;
        int position = 0;
        while (NextField(body, ref position) is { } field)
        {
            (string declaration, string comment, string? nested) = field;
            if (nested is not null)
            {
                StructLayout inner = Layout(nested);
                int start = Align(offset, inner.Alignment);
                string prefix = declaration.Trim() is { Length: > 0 } name ? name + "." : "";
                fields.AddRange(inner.Fields.Select(f => f with { Name = prefix + f.Name, Offset = start + f.Offset }));
                offset = start + inner.Size;
                alignment = Math.Max(alignment, inner.Alignment);
                continue;
            }

            Match parts = FieldDeclaration().Match(declaration.Trim());
            if (!parts.Success)
            {
                throw new FormatException($"the field '{declaration.Trim()}' is not understood");
            }

            string type = TypeName(parts.Groups[1].Value);
            foreach (string declarator in parts.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries))
            {
                bool isPointer = declarator.StartsWith('*') || parts.Groups[1].Value.Contains('*');
                (int size, int fieldAlignment, StructLayout? part) = isPointer ? (PointerSize, PointerSize, null) : SizeOf(type);
                Match name = Declarator().Match(declarator);
                int count = 1;
                foreach (Capture length in name.Groups[2].Captures)
                {
                    count *= (int)(Evaluate(length.Value) ?? throw new FormatException($"the length of '{declarator}' is not understood"));
                }

                offset = Align(offset, fieldAlignment);
                Match shape = Shape().Match(comment);
                fields.Add(new StructField(
                    name.Groups[1].Value, type, isPointer, offset, count, isPointer && shape.Success ? shape.Groups[1].Value : null));
                if (part is not null && count == 1)
                {
                    int start = offset;
                    fields.AddRange(part.Fields.Select(f => f with { Name = $"{name.Groups[1].Value}.{f.Name}", Offset = start + f.Offset }));
                }

                offset += size * count;
                alignment = Math.Max(alignment, fieldAlignment);
            }
        }

        return new StructLayout(fields, Align(offset, alignment), alignment);
    }

    // The next declaration of a struct's body, the comment behind it, and the body of a struct without a name.
    private static (string Declaration, string Comment, string? Nested)? NextField(string body, ref int position)
    {
        while (position < body.Length)
        {
            Match blank = Blank().Match(body, position);
            if (!blank.Success || blank.Length == 0)
            {
                break;
            }

            position += blank.Length;
        }

        if (position >= body.Length)
        {
            return null;
        }

        string? nested = null;
        if (AnonymousStruct().Match(body, position) is { Success: true } start)
        {
            int open = start.Index + start.Length - 1, close = Closing(body, open);
            nested = body[(open + 1)..close];
            position = close + 1;
        }

        int end = body.IndexOf(';', position);
        if (end < 0)
        {
            throw new FormatException("a declaration without its ';'");
        }

        int lineEnd = body.IndexOf('\n', end);
        string comment = body[(end + 1)..(lineEnd < 0 ? body.Length : lineEnd)];
        string declaration = WithoutComments(body[position..end]);
        position = end + 1;
        return (declaration, comment, nested);
    }

    private (int Size, int Alignment, StructLayout? Part) SizeOf(string type)
    {
        // mjtNum is defined twice, for either precision: what is known comes first.
        while (!Sizes.ContainsKey(type) && !_enumerations.Contains(type)
            && _aliases.TryGetValue(type, out string? target) && target != type)
        {
            type = target;
        }

        if (Sizes.TryGetValue(type, out int size))
        {
            return (size, size, null);
        }

        if (_enumerations.Contains(type))
        {
            return (sizeof(int), sizeof(int), null);
        }

        string name = _bodies.ContainsKey(type) ? type : type + "_";
        if (!_bodies.ContainsKey(name))
        {
            throw new FormatException($"the type '{type}' is not understood");
        }

        StructLayout layout = Struct(name);
        return (layout.Size, layout.Alignment, layout);
    }

    private static string TypeName(string text)
    {
        string type = Qualifiers().Replace(text.Replace("*", " ", StringComparison.Ordinal), " ").Trim();
        return type.StartsWith("unsigned ", StringComparison.Ordinal) ? type["unsigned ".Length..].Trim() : type;
    }

    // Sums, products and shifts of constants: nothing else stands in these headers.
    private long? Evaluate(string expression)
    {
        string text = expression.Trim().Trim('(', ')').Trim();
        foreach (char operation in "+*<")
        {
            int at = text.LastIndexOf(operation);
            if (at > 0)
            {
                long? left = Evaluate(text[..(operation == '<' ? at - 1 : at)]), right = Evaluate(text[(at + 1)..]);
                return operation switch { '+' => left + right, '*' => left * right, _ => left << (int?)right };
            }
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
            : text.StartsWith("0x", StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out number) ? number
            : _constants.TryGetValue(text, out number) ? number : null;
    }

    private static int Closing(string code, int open)
    {
        int depth = 0;
        for (int i = open; i < code.Length; i++)
        {
            depth += code[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }

        throw new FormatException("a '{' without its '}'");
    }

    private static int Align(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;

    private static string WithoutComments(string code) => Comment().Replace(code, "");

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+([^\n]+)$", RegexOptions.Multiline)]
    private static partial Regex Define();

    [GeneratedRegex(@"^[ \t]*#[^\n]*$", RegexOptions.Multiline)]
    private static partial Regex Preprocessor();

    [GeneratedRegex(@"typedef\s+enum\s+(\w*)\s*\{([^}]*)\}\s*(\w+)\s*;")]
    private static partial Regex Enumeration();

    [GeneratedRegex(@"^[ \t]*(?:typedef\s+)?struct\s+(\w+)\s*\{", RegexOptions.Multiline)]
    private static partial Regex StructStart();

    [GeneratedRegex(@"\Gstruct\s*\{")]
    private static partial Regex AnonymousStruct();

    [GeneratedRegex(@"typedef\s+(?:struct\s+)?([\w ]+?)\s+(\w+)\s*;")]
    private static partial Regex Alias();

    [GeneratedRegex(@"^((?:(?:const|struct|unsigned)\s+)*\w+\b(?:\s+int\b)?\s*\**)\s*(\**\w+[^;]*)$", RegexOptions.Singleline)]
    private static partial Regex FieldDeclaration();

    [GeneratedRegex(@"^\**\s*(\w+)\s*(?:\[([^\]]*)\]\s*)*$")]
    private static partial Regex Declarator();

    [GeneratedRegex(@"\((\S+ x [^)]+|\S+)\)\s*$")]
    private static partial Regex Shape();

    [GeneratedRegex(@"\G(?:\s+|//[^\n]*|/\*.*?\*/)", RegexOptions.Singleline)]
    private static partial Regex Blank();

    [GeneratedRegex(@"\b(?:const|struct|volatile)\b")]
    private static partial Regex Qualifiers();
}
