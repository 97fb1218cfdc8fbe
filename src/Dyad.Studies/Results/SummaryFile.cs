using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dyad.Core;

namespace Dyad.Studies.Results;

/// <summary>The <c>summary.json</c> of a study: all that a report is drawn from.</summary>
public static class SummaryFile
{
    /// <summary>Name of the file.</summary>
    public const string Name = "summary.json";

    /// <summary>How results are written and read.</summary>
    public static JsonSerializerOptions JsonOptions { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new ChartConverter() },
        // Written to a file of its own; the report escapes what it embeds.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads the result of a study from its folder.</summary>
    /// <exception cref="UserError">There is none, or it is damaged.</exception>
    public static StudyResult Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            StudyResult result = JsonSerializer.Deserialize<StudyResult>(File.ReadAllText(path), JsonOptions)
                ?? throw new UserError($"'{path}' is empty");

            // Nullability is checked on reading, but not that of entries.
            return Lists(result).Any(list => list.Contains(null))
                ? throw new UserError($"'{path}' is damaged: a list holds an empty entry")
                : result.Charts.OfType<FieldChart>().Any(chart => !chart.HasWholeCurves)
                    || result.Charts.OfType<LineChart>().SelectMany(chart => chart.Series).Any(series => !series.IsWhole)
                    ? throw new UserError($"'{path}' is damaged: a curve has not as many values of y as of x")
                    : result;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"'{folder}' holds no finished study: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new UserError($"'{path}' is damaged: {e.Message}", e);
        }
    }

    /// <summary>Writes the result of a study into its folder. A reader sees the old content or the new one, never a half.</summary>
    /// <exception cref="UserError">It cannot be written.</exception>
    public static void Write(string folder, StudyResult result)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            Directory.CreateDirectory(folder);
            string partial = $"{path}.{Environment.ProcessId}.partial";
            File.WriteAllText(partial, JsonSerializer.Serialize(result, JsonOptions) + "\n");
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot write '{path}': {e.Message}", e);
        }
    }

    private static IEnumerable<IEnumerable<object?>> Lists(StudyResult result) =>
    [
        result.Findings, result.Charts, result.Tables, result.Groups, result.Notes, result.Failures ?? [],
        result.Options?.Lines ?? [], result.Options?.Differing ?? [], result.Options?.Shared ?? [],
        .. result.Charts.SelectMany(Lists),
    ];

    private static IEnumerable<IEnumerable<object?>> Lists(Chart? chart) => chart switch
    {
        LineChart lines => [lines.Series],
        FieldChart field => [field.Streamlines, field.Trajectories, field.Points, field.Labels],
        _ => [],
    };
}
