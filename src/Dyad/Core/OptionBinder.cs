using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Dyad.Core;

/// <summary>
/// Options as records: reads and sets their properties by name, with type and range checked. A property's name on the command
/// line and in files is its own in snake case, <c>ActorLearningRate</c> as <c>actor_learning_rate</c>; its range is that of
/// its <see cref="RangeAttribute"/>.
/// </summary>
public static class OptionBinder
{
    // What reflection needs of an options record to be kept by a trimmer.
    private const DynamicallyAccessedMemberTypes Kept =
        DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor;

    /// <summary>The options with their values (an enumeration as text), in the order in which they are declared, a base record's first.</summary>
    /// <typeparam name="T">A record with init-only properties of type double, int, bool or an enumeration.</typeparam>
    public static IReadOnlyList<(string Name, object Value)> Values<[DynamicallyAccessedMembers(Kept)] T>(T options)
        where T : class, new() =>
        [.. Properties<T>().Select(property => (NameOf(property), property.GetValue(options) is Enum value
            ? JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString())
            : property.GetValue(options)!))];

    /// <summary>The options with some of them changed.</summary>
    /// <param name="changes">Names in snake case, with values as text.</param>
    /// <typeparam name="T">A record with init-only properties of type double, int, bool or an enumeration.</typeparam>
    /// <exception cref="UserError">There is no such option, or the value is of another type or out of range.</exception>
    public static T With<[DynamicallyAccessedMembers(Kept)] T>(IEnumerable<(string Name, string Value)> changes)
        where T : class, new()
    {
        var options = new T();
        foreach ((string name, string text) in changes)
        {
            PropertyInfo property = Properties<T>().FirstOrDefault(p => NameOf(p) == name)
                ?? throw new UserError($"there is no option '{name}'; there are {string.Join(", ", Properties<T>().Select(NameOf))}");
            object value = Parse(property, text);
            if (property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value))
            {
                throw new UserError(FormattableString.Invariant(
                    $"the option '{name}' is {text}; it must be between {range.Minimum} and {range.Maximum}"));
            }

            property.SetValue(options, value);
        }

        return options;
    }

    private static IEnumerable<PropertyInfo> Properties<[DynamicallyAccessedMembers(Kept)] T>() =>
        typeof(T).GetProperties().Where(property => property.CanWrite).OrderBy(Depth).ThenBy(property => property.MetadataToken);

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

    private static object Parse(PropertyInfo property, string text)
    {
        Type type = property.PropertyType;
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

        UserError Wrong(string accepted) => new($"the option '{NameOf(property)}' is '{text}'; it must be {accepted}");
    }

    private static string NameOf(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
}
