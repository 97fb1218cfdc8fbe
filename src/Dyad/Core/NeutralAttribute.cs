namespace Dyad.Core;

/// <summary>
/// The value of an option with which everything is as it was before there was the option: what a stored configuration without it
/// means. It is fixed when the option is introduced, whatever its default becomes; without this attribute it is the default.
/// </summary>
/// <param name="value">The value: a number, a flag, or a member of the option's enumeration.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NeutralAttribute(object value) : Attribute
{
    /// <summary>The value.</summary>
    public object Value { get; } = value;
}
