using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dyad.Studies.Results;

/// <summary>
/// A grid with what its learners think of it, along training: values of the cells as shade, the policy as arrows, visits as dots.
/// </summary>
/// <param name="Id">Short name, unique in its study; letters, digits and dashes.</param>
/// <param name="Title">Heading of the picture.</param>
/// <param name="Caption">What is drawn, and what to look at.</param>
/// <param name="Rows">The map: <c>#</c> wall, <c>S</c> start, <c>G</c> goal, anything else free.</param>
/// <param name="Cells">Row and column of each state's cell, one after the other: 2 |S| entries.</param>
/// <param name="Lines">A learner each.</param>
public sealed record GridChart(
    string Id, string Title, string Caption, IReadOnlyList<string> Rows, int[] Cells, IReadOnlyList<GridLine> Lines) : Chart(Id, Title, "", "", Caption)
{
    /// <summary>Whether all arrays are of the grid's size.</summary>
    internal bool IsWhole => Cells.Length % 2 == 0 && Lines.All(line => line.Frames.All(frame =>
        frame.Policy.Length == 4 * (Cells.Length / 2) && frame.Visits.Length == Cells.Length / 2 && frame.Values.All(values => values.Values.Length == Cells.Length / 2)));
}

/// <summary>A learner along its training.</summary>
/// <param name="Label">Its name in the legends.</param>
/// <param name="Frames">How it was, step by step.</param>
public sealed record GridLine(string Label, IReadOnlyList<GridFrame> Frames);

/// <summary>A learner at a step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Policy">Probabilities of up, right, down, left in each state: 4 |S| entries.</param>
/// <param name="Visits">Expected share of the time in each state, discounted: |S| entries.</param>
/// <param name="Values">Values of the states by name: what the critic says, what it says with its correction, what is true.</param>
public sealed record GridFrame(
    long Step,
    [property: JsonConverter(typeof(PackedNumbers))] float[] Policy,
    [property: JsonConverter(typeof(PackedNumbers))] float[] Visits,
    IReadOnlyList<GridValues> Values);

/// <summary>A value of each state.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">|S| entries.</param>
public sealed record GridValues(string Name, [property: JsonConverter(typeof(PackedNumbers))] float[] Values);

/// <summary>Many numbers as one text: base64 of single precision, little-endian.</summary>
public sealed class PackedNumbers : JsonConverter<float[]>
{
    /// <inheritdoc/>
    public override float[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out byte[]? bytes) && bytes.Length % sizeof(float) == 0
            ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : throw new JsonException("numbers as base64 of single precision are expected");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, float[] value, JsonSerializerOptions options) => writer.WriteStringValue(Pack(value));

    /// <summary>The text.</summary>
    public static string Pack(ReadOnlySpan<float> numbers) => Convert.ToBase64String(MemoryMarshal.AsBytes(numbers));
}
