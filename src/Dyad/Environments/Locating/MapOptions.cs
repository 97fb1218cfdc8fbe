using Dyad.Core;
using Dyad.Environments.Gridworlds;

namespace Dyad.Environments.Locating;

/// <summary>What a name says of a text map beside its file: <c>maze.txt?goal=absorb&amp;slip=0.2&amp;gamma=0.95</c>.</summary>
/// <param name="Goal">What happens at a goal.</param>
/// <param name="Slip">Probability of moving to a side.</param>
/// <param name="Gamma">The discount of tabular methods.</param>
internal sealed record MapOptions(GoalRule Goal = GoalRule.Restart, double Slip = 0, double Gamma = FourRoom.Discount)
{
    /// <summary>Splits a name into file and options; a file whose own name has a question mark is that file.</summary>
    /// <exception cref="UserError">There is no such option, or its value is none.</exception>
    public static (string File, MapOptions? Options) Parse(string text)
    {
        int mark = text.LastIndexOf('?');
        if (mark < 0 || File.Exists(text))
        {
            return (text, null);
        }

        var options = new MapOptions();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (string part in text[(mark + 1)..].Split('&'))
        {
            string[] pair = part.Split('=', 2);
            string value = pair.Length == 2 ? pair[1] : throw new UserError($"'{text}': '{part}' is no key=value");
            if (!named.Add(pair[0]))
            {
                throw new UserError($"'{text}' gives '{pair[0]}' twice");
            }

            options = pair[0] switch
            {
                "goal" => options with { Goal = GridMap.RuleOf(value, $"'{text}': goal") },
                "slip" => options with { Slip = Number(pair[0], value) },
                "gamma" => options with { Gamma = Number(pair[0], value) },
                _ => throw new UserError($"'{text}': a map has no '{pair[0]}'; {NearNames.Hint(pair[0], ["goal", "slip", "gamma"])}"),
            };
        }

        return (text[..mark], options);
    }

    private static double Number(string name, string text) => NumberText.TryDouble(text, out double value)
        ? value : throw new UserError($"{name} is '{text}'; it must be a number");
}
