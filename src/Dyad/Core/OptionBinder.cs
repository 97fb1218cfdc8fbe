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

    /// <summary>The options with their values (an enumeration as text), in the order in which they are declared, a base record's first.</summary>
    /// <typeparam name="T">A record with init-only properties of type double, int, bool, an enumeration, or a record of such.</typeparam>
    public static IReadOnlyList<(string Name, object Value)> Values<[DynamicallyAccessedMembers(Kept)] T>(T options)
        where T : class, new() =>
        [.. Options<T>().Select(option => (option.Name, Shown(option, option.Property.GetValue(option.Owner(options)))))];

    /// <summary>The neutral values of the options, in the same order: what each is where a stored configuration lacks it.</summary>
    /// <typeparam name="T">A record with init-only properties of type double, int, bool, an enumeration, or a record of such.</typeparam>
    public static IReadOnlyList<(string Name, object Value)> Neutral<[DynamicallyAccessedMembers(Kept)] T>()
        where T : class, new()
    {
        var options = new T();
        return [.. Options<T>().Select(option => (option.Name, Shown(option, Neutral(option) ?? option.Property.GetValue(option.Owner(options)))))];
    }

    /// <summary>The value of an option as text that sets it: numbers in their shortest form.</summary>
    public static string Text(object value) => value switch
    {
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>The options with some of them changed.</summary>
    /// <param name="changes">Names in snake case, with values as text.</param>
    /// <typeparam name="T">A record with init-only properties of type double, int, bool, an enumeration, or a record of such.</typeparam>
    /// <exception cref="UserError">
    /// There is no such option, the value is of another type or out of range, or options do not go together
    /// (<see cref="IChecked"/>).
    /// </exception>
    public static T With<[DynamicallyAccessedMembers(Kept)] T>(IEnumerable<(string Name, string Value)> changes)
        where T : class, new()
    {
        var options = new T();
        foreach ((string name, string text) in changes)
        {
            Option option = Options<T>().FirstOrDefault(x => x.Name == name)
                ?? throw new UserError($"there is no option '{name}'; there are {string.Join(", ", Options<T>().Select(x => x.Name))}");
            object value = Parse(option, text);
            if (option.Property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value))
            {
                throw new UserError(FormattableString.Invariant(
                    $"the option '{name}' is {text}; it must be between {range.Minimum} and {range.Maximum}"));
            }

            option.Property.SetValue(option.Owner(options), value);
        }

        foreach (IChecked record in Options<T>().Select(x => x.Owner(options)).Distinct(ReferenceEqualityComparer.Instance).OfType<IChecked>())
        {
            record.Check();
        }

        return options;
    }

    // Of the option's own type: [Neutral(0)] may stand at a real number.
    private static object? Neutral(Option option) => option.Property.GetCustomAttribute<NeutralAttribute>()?.Value is { } value
        ? option.Property.PropertyType.IsEnum ? value : Convert.ChangeType(value, option.Property.PropertyType, CultureInfo.InvariantCulture)
        : null;

    private static object Shown(Option option, object? value) => value switch
    {
        Enum member => JsonNamingPolicy.KebabCaseLower.ConvertName(member.ToString()),
        object => value,
        null => throw new InvalidOperationException($"the option '{option.Name}' has no value"),
    };

    private static IEnumerable<Option> Options<[DynamicallyAccessedMembers(Kept)] T>() =>
        Properties(typeof(T)).SelectMany(property => property.PropertyType.IsClass
            ? Nested(property)
            : [new Option(property, options => options)]);

    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The record that holds it names the nested record's properties.")]
    private static IEnumerable<Option> Nested(PropertyInfo record) =>
        Properties(record.PropertyType).Select(property => new Option(property, options => record.GetValue(options)!));

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

    private static object Parse(Option option, string text)
    {
        Type type = option.Property.PropertyType;
        if (type == typeof(double))
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
                ? number
                : throw Wrong("a number");
        }

        if (type == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
                ? number
                : throw Wrong("a whole number");
        }

        if (type == typeof(bool))
        {
            return bool.TryParse(text, out bool flag) ? flag : throw Wrong("true or false");
        }

        string[] names = [.. Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];
        int index = Array.IndexOf(names, text);
        return index >= 0 ? Enum.Parse(type, Enum.GetNames(type)[index]) : throw Wrong($"one of {string.Join(", ", names)}");

        UserError Wrong(string accepted) => new($"the option '{option.Name}' is '{text}'; it must be {accepted}");
    }

    // A property, and the record in which it is, given the whole.
    private sealed record Option(PropertyInfo Property, Func<object, object> Owner)
    {
        public string Name => JsonNamingPolicy.SnakeCaseLower.ConvertName(Property.Name);
    }
}
