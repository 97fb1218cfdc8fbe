using System.Text;
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
    public static StudyResult Read(string folder) => ReadFile(Path.Combine(folder, Name));

    /// <summary>Reads a summary under any name.</summary>
    /// <exception cref="UserError">It cannot be read, or is damaged.</exception>
    public static StudyResult ReadFile(string path) => Parse(TextFile.Read(path, TextFile.Large), path);

    /// <summary>Reads the text of a summary.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">What it is called in sentences.</param>
    /// <exception cref="UserError">It is damaged.</exception>
    public static StudyResult Parse(string text, string path)
    {
        try
        {
            StudyResult result = JsonSerializer.Deserialize<StudyResult>(text, JsonOptions) ?? throw new UserError($"'{path}' is empty");
            return ResultCheck.Fault(result) is string fault ? throw new UserError($"'{path}' is damaged: {fault}") : result;
        }
        catch (JsonException e)
        {
            throw new UserError($"'{path}' is damaged: {JsonSentence.Of(e)}", e);
        }
    }

    /// <summary>Writes the result of a study into its folder. A reader sees the old content or the new one, never a half.</summary>
    /// <exception cref="UserError">It cannot be written.</exception>
    public static void Write(string folder, StudyResult result)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            OutputFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(result, JsonOptions) + "\n")));
        }
        catch (Exception e) when (IoSentence.Tells(e))
        {
            throw new UserError($"cannot write '{path}': {IoSentence.Of(e)}", e);
        }
    }
}
