using System.CommandLine;
using System.CommandLine.Parsing;
using Dyad.Core;

namespace Dyad.Cli.Terminal;

/// <summary>Numbers on the command line, read as everywhere: <c>1e5</c> and <c>100_000</c> are taken, <c>0,5</c> is not.</summary>
internal static class NumberArguments
{
    /// <summary>Gives every option of a command and of its subcommands that is a number its parser.</summary>
    public static void Apply(Command command)
    {
        foreach (Option option in command.Options)
        {
            switch (option)
            {
                case Option<double> number:
                    number.CustomParser = result => Double(result, option.Name);
                    break;
                case Option<double?> number:
                    number.CustomParser = result => Double(result, option.Name);
                    break;
                case Option<long> number:
                    number.CustomParser = result => Whole(result, option.Name);
                    break;
                case Option<long?> number:
                    number.CustomParser = result => Whole(result, option.Name);
                    break;
                case Option<int> number:
                    number.CustomParser = result => Int(result, option.Name);
                    break;
                case Option<int?> number:
                    number.CustomParser = result => Int(result, option.Name);
                    break;
                default:
                    // An option that is a number of a type that is not here would be read otherwise.
                    if (Type.GetTypeCode(Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is >= TypeCode.SByte and <= TypeCode.Decimal)
                    {
                        throw new NotSupportedException($"{option.Name} is a {option.ValueType.Name}, which has no parser here");
                    }

                    break;
            }
        }

        foreach (Command subcommand in command.Subcommands)
        {
            Apply(subcommand);
        }
    }

    private static double Double(ArgumentResult result, string option)
    {
        string text = result.Tokens[0].Value;
        if (!NumberText.TryDouble(text, out double value))
        {
            result.AddError($"{option} is '{text}'; it must be a number");
        }

        return value;
    }

    private static long Whole(ArgumentResult result, string option)
    {
        string text = result.Tokens[0].Value;
        if (!NumberText.TryWhole(text, out long value))
        {
            result.AddError($"{option} is '{text}'; it must be a whole number");
        }

        return value;
    }

    private static int Int(ArgumentResult result, string option)
    {
        long value = Whole(result, option);
        if (value is < int.MinValue or > int.MaxValue)
        {
            result.AddError($"{option} is {value}; it must be between {int.MinValue} and {int.MaxValue}");
        }

        return (int)value;
    }
}
