using System.CommandLine;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Studies;
using Dyad.Studies.Files;

namespace Dyad.Cli.Commands;

/// <summary>Options of the commands that run studies.</summary>
internal static class StudyOptions
{
    public static Option<string?> TensorBoard() => new("--tensorboard")
    {
        Description = "Write TensorBoard's event files while runs go on, FOLDER/STUDY/LABEL/ENVIRONMENT/seed-N.",
        HelpName = "FOLDER",
    };

    public static Option<string?> Kept() => new("--kept")
    {
        Description = "Folder of finished seeds as small files: those that DIR lacks come from there, and new ones go there.",
        HelpName = "FOLDER",
    };

    public static Option<string[]> Only() => new("--only")
    {
        Description = "Lines by label, instead of all; the others stay as they are and are left out of the summary.",
        HelpName = "LABEL",
    };

    /// <summary>Checks <c>--seeds</c> and <c>--steps</c>.</summary>
    public static void CheckSizes(int? seeds, long? steps)
    {
        if (seeds is int count)
        {
            CommonOptions.Positive(count, "--seeds", 10_000);
        }

        if (steps is < 1 or > 10_000_000_000)
        {
            throw new UserError($"--steps is {steps}; it must be between 1 and 10000000000");
        }
    }

    /// <summary>The options that change a study's numbers, as a command repeats them.</summary>
    public static string Arguments(int? seeds, long? steps, string[] only, string? device) =>
        (seeds is null ? "" : $" --seeds {seeds}") + (steps is null ? "" : $" --steps {steps}") + string.Concat(only.Select(label => $" --only {Shell.Quoted(label)}"))
        + (device is null ? "" : $" --device {Shell.Quoted(device)}");

    /// <summary>Tasks of a study, without making what needs them to be found.</summary>
    public static IEnumerable<string> EnvironmentsOf(Study study, StudyScale scale) =>
        study is FileStudy file ? file.Environments : study.Variants(scale).Select(variant => variant.Environment).Distinct();

    /// <summary>Reads <c>--only</c>: labels of a study; null for all.</summary>
    /// <exception cref="UserError">It has no such line.</exception>
    public static IReadOnlyCollection<string>? Labels(Study study, StudyScale scale, string[] only)
    {
        string[] labels = only.Length == 0 ? [] : [.. study.Variants(scale).Select(variant => variant.Label).Distinct()];
        foreach (string label in only)
        {
            if (!labels.Contains(label))
            {
                throw new UserError($"--only is '{label}', and {study.Name} has no such line; {NearNames.Hint(label, labels)}");
            }
        }

        return only.Length == 0 ? null : only;
    }
}
