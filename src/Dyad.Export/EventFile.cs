using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Dyad.Core;
using Dyad.Training;
using Google.Protobuf;

namespace Dyad.Export;

/// <summary>
/// TensorBoard's event files: records of TensorFlow's TFRecord framing, each an <c>Event</c> message. Written from the public
/// descriptions of both (tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto, framework/summary.proto).
/// </summary>
public sealed class EventFile : IDisposable
{
    private const string Version = "brain.Event:2";

    private readonly Stream _stream;

    /// <summary>Begins a file: its first record names the format.</summary>
    /// <param name="stream">Where it goes; owned by this object from now on.</param>
    /// <param name="time">Seconds since 1970.</param>
    public EventFile(Stream stream, double time)
    {
        _stream = stream;
        Write(time, 0, output =>
        {
            output.WriteTag(3, WireFormat.WireType.LengthDelimited);
            output.WriteString(Version);
        });
    }

    /// <summary>Writes runs, one file a run in STUDY/LABEL/ENVIRONMENT/seed-N: what TensorBoard shows as a run's name.</summary>
    /// <returns>The files.</returns>
    /// <exception cref="UserError">A file is there, or cannot be written.</exception>
    public static IReadOnlyList<string> WriteRuns(TargetFolder folder, IReadOnlyList<ExportedRun> runs) => [.. runs.Select(run =>
    {
        double started = Started(run.Folder);
        string name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{(long)started:0000000000}.dyad");
        return folder.Write(Path.Combine(run.RelativePath, name), path =>
        {
            using var file = new EventFile(File.Create(path), started);
            double[]? seconds = run.Metrics.GetValueOrDefault("wall_s");
            for (int row = 0; row < run.Steps.Length; row++)
            {
                file.WriteScalars(
                    started + (seconds is not null && double.IsFinite(seconds[row]) ? seconds[row] : 0), (long)run.Steps[row],
                    run.Values.Select(column => (column.Key, column.Value[row])).Where(value => double.IsFinite(value.Item2)));
            }
        });
    })];

    /// <summary>Writes the values of a step.</summary>
    /// <param name="time">Seconds since 1970.</param>
    /// <param name="step">The step.</param>
    /// <param name="values">Values by tag; in single precision, as the format has them.</param>
    public void WriteScalars(double time, long step, IEnumerable<(string Tag, double Value)> values)
    {
        byte[] summary = Wire.Message(output =>
        {
            foreach ((string tag, double value) in values)
            {
                output.WriteTag(1, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(Wire.Message(entry =>
                {
                    entry.WriteTag(1, WireFormat.WireType.LengthDelimited);
                    entry.WriteString(tag);
                    entry.WriteTag(2, WireFormat.WireType.Fixed32);
                    entry.WriteFloat((float)value);
                })));
            }
        });
        Write(time, step, output =>
        {
            output.WriteTag(5, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(summary));
        });
    }

    /// <summary>Tells a reader to forget what files before this one have from a step on: a session starts there.</summary>
    /// <param name="time">Seconds since 1970.</param>
    /// <param name="step">The step.</param>
    public void WriteStart(double time, long step) => Write(time, step, output =>
    {
        // SessionLog: status START.
        output.WriteTag(7, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Wire.Message(session =>
        {
            session.WriteTag(1, WireFormat.WireType.Varint);
            session.WriteEnum(1);
        })));
    });

    /// <summary>Hands what was written to the system.</summary>
    public void Flush() => _stream.Flush();

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>CRC-32C of some bytes, rotated and shifted as TFRecord stores it: a checksum of data that holds checksums.</summary>
    internal static uint MaskedChecksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }

    private void Write(double time, long step, Action<CodedOutputStream> content)
    {
        byte[] data = Wire.Message(output =>
        {
            output.WriteTag(1, WireFormat.WireType.Fixed64);
            output.WriteDouble(time);
            if (step != 0)
            {
                output.WriteTag(2, WireFormat.WireType.Varint);
                output.WriteInt64(step);
            }

            content(output);
        });

        // Length, its checksum, the data, their checksum; little-endian.
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], MaskedChecksum(header[..8]));
        Span<byte> footer = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(footer, MaskedChecksum(data));
        _stream.Write(header);
        _stream.Write(data);
        _stream.Write(footer);
    }

    /// <summary>When a run began, in seconds since 1970, by its <c>run.json</c>; 0 where that does not tell.</summary>
    internal static double Started(RunDirectory run) => DateTimeOffset.TryParse(
        (string?)run.ReadStatus()?["started"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
        ? time.ToUnixTimeMilliseconds() / 1000.0
        : 0;
}
