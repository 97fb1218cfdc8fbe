using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Dyad.Core;

/// <summary>
/// Options as records: reads and sets their properties by name, with type and range checked. A property's name on the command
/// line and in files is its own in snake case, <c>ActorLearningRate</c> as <c>actor_learning_rate</c>; its range is that of
/// its <see cref="RangeAttribute"/>. A property that is a record itself stands for the options in it.
/// </summary>
public static class OptionBinder
{
    // What reflection needs of an options record to be kept by a trimmer.
    private const DynamicallyAccessedMemberTypes Kept =
        DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor;

    /// <summary>
    /// Options that somebody is made with, once they are checked: every value is one of its type and in its range, and they go
    /// together (<see cref="IChecked"/>). What is made from options by a constructor passes them through this, so that a
    /// program is told the same sentence as the command line.
    /// </summary>
    /// <param name="options">Options.</param>
    /// <typeparam name="T">A record with init-only properties of type double, int, bool, an enumeration, or a record of such.</typeparam>
    /// <returns>The same options.</returns>
    /// <exception cref="UserError">A value is not accepted; the sentence names option, value, and what would be.</exception>
    public static T Checked<[DynamicallyAccessedMembers(Kept)] T>(T options)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (Option option in Options<T>())
        {
            option.Check(option.Read(options));
        }

        foreach (IChecked record in Options<T>().Select(x => x.Owner(options)).Append(options)
            .Distinct(ReferenceEqualityComparer.Instance).OfType<IChecked>())
        {
            record.Check();
        }

        return options;
    }

    /// <summary>The options with their values (an enumeration as text), in the order in which they are declared, a base record's first.</summary>
    /// <typeparam name="T">A record with init-only properties of type double, int, bool, an enumeration, or a record of such.</typeparam>
    public static IReadOnlyList<(string Name, object Value)> Values<[DynamicallyAccessedMembers(Kept)] T>(T options)
        where T : class => [.. Options<T>().Select(option => (option.Name, option.Read(options) is Enum value ? NameOf(value) : option.Read(options)))];

    /// <summary>The neutral values of the options, in the same order: what each is where a stored configuration lacks it.</summary>
    /// <typeparam name="T">A record with init-only properties of type double, int, bool, an enumeration, or a record of such.</typeparam>
    public static IReadOnlyList<(string Name, object Value)> Neutral<[DynamicallyAccessedMembers(Kept)] T>()
        where T : class, new()
    {
        var options = new T();
        return [.. Options<T>().Select(option => (option.Name, (option.Neutral ?? option.Read(options)) is Enum value ? NameOf(value) : option.Neutral ?? option.Read(options)))];
    }

    /// <summary>The options by name, each with what it accepts, in the order in which they are declared, a base record's first.</summary>
    /// <typeparam name="T">A record with init-only properties of type double, int, bool, an enumeration, or a record of such.</typeparam>
    public static IReadOnlyList<(string Name, string Accepted)> Accepted<[DynamicallyAccessedMembers(Kept)] T>()
        where T : class => [.. Options<T>().Select(option => (option.Name, option.Accepted))];

    /// <summary>The options with some of them changed, and checked.</summary>
    /// <param name="changes">Names in snake case, with values as text; of a name that comes twice the later one counts.</param>
    /// <typeparam name="T">A record with init-only properties of type double, int, bool, an enumeration, or a record of such.</typeparam>
    /// <exception cref="UserError">
    /// There is no such option, the value is of another type or out of range, or options do not go together
    /// (<see cref="IChecked"/>).
    /// </exception>
    public static T With<[DynamicallyAccessedMembers(Kept)] T>(IEnumerable<(string Name, string Value)> changes)
        where T : class, new() => Checked(Read<T>(changes));

    /// <summary>The same, but for whether the options go together, which may hang on changes yet to come.</summary>
    /// <param name="changes">Names in snake case, with values as text; of a name that comes twice the later one counts.</param>
    /// <typeparam name="T">A record with init-only properties of type double, int, bool, an enumeration, or a record of such.</typeparam>
    /// <exception cref="UserError">There is no such option, or the value is of another type or out of range.</exception>
    public static T Read<[DynamicallyAccessedMembers(Kept)] T>(IEnumerable<(string Name, string Value)> changes)
        where T : class, new()
    {
        var options = new T();
        foreach ((string name, string text) in changes)
        {
            Option option = Options<T>().FirstOrDefault(x => x.Name == name)
                ?? throw new UserError($"there is no option '{name}'; {NearNames.Hint(name, [.. Options<T>().Select(x => x.Name)])}");
            object value = option.Parse(text);
            option.Check(value);
            option.Property.SetValue(option.Owner(options), value);
        }

        return options;
    }

    /// <summary>A value as the text that <see cref="With"/> reads as the same one.</summary>
    public static string Text(object value) => value switch
    {
        double number => NumberText.Of(number),
        bool flag => flag ? "true" : "false",
        Enum named => NameOf(named),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    private static IReadOnlyList<Option> Options<[DynamicallyAccessedMembers(Kept)] T>() => Cache<T>.Options;

    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The record that holds it names the nested record's properties.")]
    private static IEnumerable<Option> Nested(PropertyInfo record) =>
        Properties(record.PropertyType).Select(property => new Option(property, options => record.GetValue(options)
            ?? throw new ArgumentException($"the options have no '{record.Name}'", nameof(options))));

    private static IEnumerable<PropertyInfo> Properties([DynamicallyAccessedMembers(Kept)] Type type) =>
        type.GetProperties().Where(property => property.CanWrite).OrderBy(Depth).ThenBy(property => property.MetadataToken);

    // Properties of base records come first.
    private static int Depth(PropertyInfo property)
    {
        int depth = 0;
        for (Type? type = property.DeclaringType; type is not null; type = type.BaseType)
        {
            depth++;
        }

        return depth;
    }

    private static string NameOf(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static class Cache<[DynamicallyAccessedMembers(Kept)] T>
    {
        public static readonly IReadOnlyList<Option> Options =
        [
            .. Properties(typeof(T)).SelectMany(property => property.PropertyType.IsClass
                ? Nested(property)
                : [new Option(property, options => options)]),
        ];
    }

    // A property, and the record in which it is, given the whole.
    private sealed class Option(PropertyInfo property, Func<object, object> owner)
    {
        private readonly RangeAttribute? _range = property.GetCustomAttribute<RangeAttribute>();

        public string Name { get; } = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

        public PropertyInfo Property => property;

        // Of the option's own type: [Neutral(0)] may stand at a real number.
        public object? Neutral { get; } = property.GetCustomAttribute<NeutralAttribute>()?.Value is not { } value ? null
            : property.PropertyType.IsEnum ? value : Convert.ChangeType(value, property.PropertyType, CultureInfo.InvariantCulture);

        public string Accepted => (Type, _range) switch
        {
            ({ IsEnum: true }, _) => string.Join(", ", NamesOf(Type)),
            (_, null) => Kind,
            _ => $"{Kind} between {Bound(_range.Minimum)} and {Bound(_range.Maximum)}",
        };

        private Type Type => property.PropertyType;

        private string Kind => Type == typeof(double) ? "a number" : Type == typeof(int) ? "a whole number"
            : Type == typeof(bool) ? "true or false" : $"one of {string.Join(", ", NamesOf(Type))}";

        public object Owner(object options) => owner(options);

        public object Read(object options) => property.GetValue(owner(options))!;

        /// <summary>A value of the option's type; an int beyond its bounds stays a long, for the range to refuse.</summary>
        public object Parse(string text)
        {
            if (Type == typeof(double))
            {
                return NumberText.TryDouble(text, out double number) ? number : throw Wrong(text);
            }

            if (Type == typeof(int))
            {
                return NumberText.TryWhole(text, out long number)
                    ? number is >= int.MinValue and <= int.MaxValue ? (object)(int)number : number
                    : throw Wrong(text);
            }

            if (Type == typeof(bool))
            {
                return bool.TryParse(text, out bool flag) ? flag : throw Wrong(text);
            }

            int index = Array.IndexOf(NamesOf(Type), text);
            return index >= 0 ? Enum.Parse(Type, Enum.GetNames(Type)[index]) : throw Wrong(text);
        }

        public void Check(object value)
        {
            if (value is double number ? !double.IsFinite(number) : value is Enum && !Enum.IsDefined(Type, value))
            {
                throw Wrong(Text(value));
            }

            if (_range is not null && Convert.ToDouble(value, CultureInfo.InvariantCulture) is double size
                && !(size >= Bound(_range.Minimum) && size <= Bound(_range.Maximum)))
            {
                throw new UserError(FormattableString.Invariant(
                    $"the option '{Name}' is {Text(value)}; it must be between {Bound(_range.Minimum)} and {Bound(_range.Maximum)}"));
            }

            if (_range is null && value is long)
            {
                throw Wrong(Text(value));
            }
        }

        private static double Bound(object bound) => Convert.ToDouble(bound, CultureInfo.InvariantCulture);

        private static string[] NamesOf(Type type) => [.. Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];

        private UserError Wrong(string text) => new($"the option '{Name}' is '{text}'; it must be {Kind}");
    }
}
