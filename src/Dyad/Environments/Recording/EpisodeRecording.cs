using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Environments.Recording;

/// <summary>How a recorded episode ends.</summary>
public enum RecordingEnd
{
    /// <summary>The recording stopped; the episode went on.</summary>
    Cut,

    /// <summary>In a state without a future.</summary>
    Terminated,

    /// <summary>By a time limit.</summary>
    Truncated,
}

/// <summary>
/// One episode as a replay needs it: named numbers in every step, and the rewards. The file is one line of JSON (format,
/// version, task, dt, columns, rows, end, scene), a line feed, then for each row the reward that led to it and the columns,
/// as float32 in little-endian order. The first row is the state after the reset, with reward 0.
/// </summary>
public sealed class EpisodeRecording
{
    private const string Format = "dyad-episode";
    private const int Version = 1;
    private const int HeaderLimit = 1 << 24;

    private readonly List<float> _values = [];

    /// <summary>A recording without rows.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="timeStep">Seconds between two rows.</param>
    /// <param name="columns">Names of the numbers of a row.</param>
    /// <param name="scene">What a drawing needs beside the rows, as JSON; null for nothing.</param>
    public EpisodeRecording(string task, double timeStep, IReadOnlyList<string> columns, string? scene = null)
    {
        Task = task;
        TimeStep = timeStep;
        Columns = [.. columns];
        Scene = scene;
    }

    /// <summary>The task's name.</summary>
    public string Task { get; }

    /// <summary>Seconds between two rows.</summary>
    public double TimeStep { get; }

    /// <summary>Names of the numbers of a row.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>What a drawing needs beside the rows, as JSON; null for nothing.</summary>
    public string? Scene { get; }

    /// <summary>How the episode ended.</summary>
    public RecordingEnd End { get; set; }

    /// <summary>Rows so far.</summary>
    public int Rows => _values.Count / (Columns.Count + 1);

    /// <summary>The sum of the rewards.</summary>
    public double Return => Enumerable.Range(0, Rows).Sum(row => (double)Reward(row));

    /// <summary>The numbers of a row.</summary>
    public ReadOnlySpan<float> Row(int row) => Full(row)[1..];

    /// <summary>The reward of the step that led to a row; 0 for the first.</summary>
    public float Reward(int row) => Full(row)[0];

    /// <summary>Adds a row.</summary>
    /// <param name="row">One number for each column.</param>
    /// <param name="reward">The reward of the step that led to it.</param>
    public void Add(ReadOnlySpan<double> row, double reward)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, Columns.Count);
        _values.Add((float)reward);
        foreach (double value in row)
        {
            _values.Add((float)value);
        }
    }

    /// <summary>Writes the recording.</summary>
    public void Write(Stream stream)
    {
        var header = new JsonObject
        {
            ["format"] = Format,
            ["version"] = Version,
            ["task"] = Task,
            ["dt"] = TimeStep,
            ["columns"] = new JsonArray([.. Columns.Select(name => JsonValue.Create(name))]),
            ["rows"] = Rows,
            ["end"] = JsonNamingPolicy.CamelCase.ConvertName(End.ToString()),
            ["scene"] = Scene is null ? null : JsonNode.Parse(Scene),
        };
        stream.Write(Encoding.UTF8.GetBytes(header.ToJsonString() + "\n"));
        byte[] bytes = new byte[_values.Count * sizeof(float)];
        for (int i = 0; i < _values.Count; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), _values[i]);
        }

        stream.Write(bytes);
    }

    /// <summary>Reads a recording.</summary>
    /// <exception cref="UserError">The content is no recording, or cut off.</exception>
    public static EpisodeRecording Read(Stream stream)
    {
        (EpisodeRecording recording, int rows) = ReadHeader(stream);
        byte[] bytes = new byte[(recording.Columns.Count + 1) * sizeof(float)];
        for (int row = 0; row < rows; row++)
        {
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                throw new UserError($"the recording is cut off: it has {row} of {rows} rows");
            }

            for (int i = 0; i < bytes.Length; i += sizeof(float))
            {
                recording._values.Add(BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i)));
            }
        }

        return stream.ReadByte() < 0 ? recording : throw new UserError($"the recording has more than its {rows} rows");
    }

    private static (EpisodeRecording Recording, int Rows) ReadHeader(Stream stream)
    {
        var line = new List<byte>();
        int next;
        while ((next = stream.ReadByte()) != '\n')
        {
            if (next < 0 || line.Count == HeaderLimit || (line.Count == 0 && next != '{'))
            {
                throw new UserError("this is no recording of an episode: it does not begin with a line of JSON");
            }

            line.Add((byte)next);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(line.ToArray());
            JsonElement header = document.RootElement;
            if (header.GetProperty("format").GetString() != Format || header.GetProperty("version").GetInt32() is not Version)
            {
                throw new UserError($"this is no recording of an episode in version {Version} of its format");
            }

            JsonElement scene = header.GetProperty("scene");
            int rows = (int)header.GetProperty("rows").GetUInt32();
            var recording = new EpisodeRecording(
                header.GetProperty("task").GetString()!,
                header.GetProperty("dt").GetDouble(),
                [.. header.GetProperty("columns").EnumerateArray().Select(name => name.GetString()!)],
                scene.ValueKind == JsonValueKind.Null ? null : scene.GetRawText())
            {
                End = Enum.Parse<RecordingEnd>(header.GetProperty("end").GetString()!, ignoreCase: true),
            };
            return (recording, rows);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new UserError($"the recording's first line is broken{(e is JsonException ? $": {JsonSentence.Of(e)}" : "")}", e);
        }
    }

    private ReadOnlySpan<float> Full(int row)
    {
        int width = Columns.Count + 1;
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_values).Slice(row * width, width);
    }
}
