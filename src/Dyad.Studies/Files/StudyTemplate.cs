using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Environments.Locating;

namespace Dyad.Studies.Files;

/// <summary>What a study file may be started from.</summary>
public static class StudyTemplate
{
    /// <summary>The JSON schema of study files.</summary>
    public static JsonObject Schema() => StudySchema.Document();

    /// <summary>A study file that compares methods on tasks.</summary>
    /// <param name="methods">Names of methods.</param>
    /// <param name="environments">Tasks.</param>
    /// <exception cref="UserError">There is no such method or task, or a method cannot learn one of the tasks.</exception>
    public static string Of(IReadOnlyList<string> methods, IReadOnlyList<string> environments)
    {
        if (methods.Count == 0 || environments.Count == 0)
        {
            throw new UserError("a study needs a method and a task at least: --methods A,B --environments X");
        }

        LocatedTask[] tasks = [.. environments.Select(TaskLocator.Find)];
        long steps = methods.Max(method => tasks.Max(task => MethodVariant.Find(method, task).DefaultSteps));
        string text = string.Create(CultureInfo.InvariantCulture, $"""
            # dyad study check FILE says what this runs; docs/studies.md tells what else a study may hold.
            title: {string.Join(" and ", methods)} on {string.Join(", ", environments)}
            environments: [{string.Join(", ", environments.Select(Quoted))}]
            methods: [{string.Join(", ", methods)}]
            seeds: 10
            steps: {steps}
            scales:
              quick: {"{"} seeds: 2, steps: {Math.Max(1, steps / 50)}, rows: 5, evaluation_episodes: 1 {"}"}
            {Claims(methods)}
            """).TrimEnd() + "\n";

        // What does not fit is told now.
        _ = StudyResolver.Resolve(StudyReader.Read(text, "the new study"), "quick", Directory.GetCurrentDirectory());
        return text;
    }

    private static string Claims(IReadOnlyList<string> methods) => methods.Count < 2 ? "" : "claims:\n" + string.Join('\n',
        methods.Skip(1).Distinct().Select(method => $"  - {{ better: {method}, than: {methods[0]} }}"));

    private static string Quoted(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '/') ? text : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal)}\"";
}
