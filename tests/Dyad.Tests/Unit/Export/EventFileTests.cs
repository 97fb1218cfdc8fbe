using System.Buffers.Binary;
using System.Text;
using Dyad.Algorithms.Catalog;
using Dyad.Environments.Locating;
using Dyad.Export;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Tests.Unit.Export;

/// <summary>
/// Event files by a reader of their own, written from the descriptions of the format: TFRecord framing with masked CRC-32C, and the wire
/// format of protocol buffers.
/// </summary>
[Trait("Category", "unit")]
public sealed class EventFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_checksum_is_that_of_the_standard_with_the_mask()
    {
        // RFC 3720, B.4: 32 bytes of zeros have the CRC-32C 0x8A9136AA.
        Assert.Equal(0x8A9136AAu, Crc(new byte[32]));
        Assert.Equal(Mask(0x8A9136AA), EventFile.MaskedChecksum(new byte[32]));
        byte[] digits = "123456789"u8.ToArray();
        Assert.Equal(Mask(0xE3069283), EventFile.MaskedChecksum(digits));
    }

    [Fact]
    public void A_reader_finds_version_steps_times_tags_and_values()
    {
        string path = _folder.PathOf("events");
        using (var file = new EventFile(File.Create(path), 1000.5))
        {
            file.WriteScalars(1001, 20, [("eval/return", -1.25), ("train/größe", 3)]);
            file.WriteScalars(1002, 5_000_000_000, [("eval/return", 0.1)]);
        }

        Event[] events = [.. Read(File.ReadAllBytes(path))];
        Assert.Equal(3, events.Length);
        Assert.Equal(("brain.Event:2", 1000.5, 0L), (events[0].Version, events[0].Time, events[0].Step));
        Assert.Equal((1001.0, 20L), (events[1].Time, events[1].Step));
        Assert.Equal([("eval/return", -1.25f), ("train/größe", 3f)], events[1].Values);
        Assert.Equal(5_000_000_000, events[2].Step);
        Assert.Equal([("eval/return", 0.1f)], events[2].Values);
    }

    [Fact]
    public void A_reader_finds_damage()
    {
        string path = _folder.PathOf("events");
        using (var file = new EventFile(File.Create(path), 1))
        {
            file.WriteScalars(1, 2, [("a", 3)]);
        }

        byte[] good = File.ReadAllBytes(path);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 1;
            Assert.ThrowsAny<Exception>(() => Read(bad).Count());
        }
    }

    [Fact]
    public void Runs_become_folders_with_all_their_values()
    {
        SmallRuns.Write(_folder.PathOf("runs"));
        IReadOnlyList<ExportedRun> runs = SmallRuns.Read(_folder.PathOf("runs"));
        IReadOnlyList<string> files = EventFile.WriteRuns(new TargetFolder(_folder.PathOf("out")), runs);
        Assert.Equal(2, files.Count);
        Assert.StartsWith(_folder.PathOf("out", "train", "policy-gradient", "FourRoom", "seed-0", "events.out.tfevents."), files[0], StringComparison.Ordinal);
        for (int i = 0; i < runs.Count; i++)
        {
            Event[] events = [.. Read(File.ReadAllBytes(files[i])).Skip(1)];
            Assert.Equal(runs[i].Steps, events.Select(x => (double)x.Step));
            for (int row = 0; row < events.Length; row++)
            {
                Assert.Equal(
                    runs[i].Values.Where(column => double.IsFinite(column.Value[row])).Select(column => (column.Key, (float)column.Value[row])),
                    events[row].Values);
            }

            Assert.True(events[0].Time > 1.6e9, "times are of this age");
        }
    }

    [Fact]
    public void A_damaged_row_ends_what_is_written_and_a_run_that_was_begun_anew_is_written_anew()
    {
        string run = _folder.PathOf("run"), metrics = Path.Combine(run, "metrics.jsonl");
        Directory.CreateDirectory(run);
        var progress = new StudyProgress(0, "label", 0, new RunProgress(0, 100, 0, [])) { Environment = "task", Folder = run };
        using var events = new LiveEvents(_folder.PathOf("events"), "study", TimeProvider.System, Assert.Fail);
        File.WriteAllText(metrics, "{\"step\":0,\"a\":1}\n{\"step\":10,\"a\"\n{\"step\":20,\"a\":2}\n");
        events.Take(progress);
        string file = Assert.Single(Directory.GetFiles(_folder.PathOf("events", "study", "label", "task", "seed-0")));
        Assert.Equal([1f], Values());

        File.WriteAllText(metrics, "{\"step\":0,\"a\":5}\n{\"step\":10,\"a\":null}\n{\"step\":20,\"a\":6}\n");
        events.Take(progress);
        Assert.Equal([1f, 5f, 6f], Values());
        Assert.Equal(2, All().Count(x => x.Session == 1));

        IEnumerable<Event> All()
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return [.. Read(bytes)];
        }

        IEnumerable<float> Values() => All().SelectMany(x => x.Values).Where(value => value.Tag == "a").Select(value => value.Value);
    }

    [Fact]
    public void Files_grow_with_the_rows_and_have_what_metrics_have_after_a_stop_too()
    {
        TrainingStudy Study(long steps) => TrainingStudy.Tabular(MethodCatalog.Tabular("actor-o"), TaskLocator.Find("FourRoom"), new TrainingRequest([], steps, 100, 0));
        string target = _folder.PathOf("events", "train", "actor-o", "FourRoom", "seed-0");
        using var stop = new CancellationTokenSource();
        int rows = 0;
        string[] first = [];

        // Stopped on the way: each row was there when it was told.
        Assert.Throws<OperationCanceledException>(() => Run(Study(2000), progress =>
        {
            rows++;
            first = Directory.GetFiles(target);
            Assert.Equal(rows, Steps(Assert.Single(first)).Length);
            if (rows == 7)
            {
                stop.Cancel();
            }
        }, stop.Token));
        // As a crash leaves it: a row that the run takes back, half a record.
        File.AppendAllText(Path.Combine(target, "events.out.tfevents.0000000007.dyad"), "half");
        Run(Study(2000), _ => { }, CancellationToken.None);
        string second = Assert.Single(Directory.GetFiles(target));
        Assert.True(string.CompareOrdinal(second, first[0]) > 0, "a later file comes later");
        Assert.Equal(MetricsLog.Read(_folder.PathOf("runs", "train", "actor-o", "FourRoom", "seed-0", "metrics.jsonl"))["step"], Steps(second).Select(step => (double)step));
        Assert.Equal(("brain.Event:2", 1), (Read(File.ReadAllBytes(second)).First().Version, Read(File.ReadAllBytes(second)).ElementAt(1).Session));

        // The same as what leaves later.
        ExportedRun run = Assert.Single(SmallRuns.Read(_folder.PathOf("runs")));
        string exported = Assert.Single(EventFile.WriteRuns(new TargetFolder(_folder.PathOf("out")), [run]));
        Assert.Equal(Read(File.ReadAllBytes(exported)).Skip(1).Select(Text), Read(File.ReadAllBytes(second)).Skip(2).Select(Text));

        // Nothing is written of what is finished.
        DateTime written = File.GetLastWriteTimeUtc(second);
        Run(Study(2000), _ => { }, CancellationToken.None);
        Assert.Equal(second, Assert.Single(Directory.GetFiles(target)));
        Assert.Equal(written, File.GetLastWriteTimeUtc(second));

        void Run(TrainingStudy study, Action<StudyProgress> watch, CancellationToken cancellation)
        {
            using var events = new LiveEvents(_folder.PathOf("events"), "train", TimeProvider.System, Assert.Fail);
            StudyRunner.Execute(study, new StudyRequest(StudyScale.Quick, 1, 1, _folder.PathOf("runs"), ""), progress =>
            {
                events.Take(progress);
                watch(progress);
            }, _ => { }, cancellation);
        }

        long[] Steps(string file) => [.. Read(File.ReadAllBytes(file)).Where(x => x.Values.Count > 0).Select(x => x.Step)];
        static string Text(Event x) => $"{x.Time:R} {x.Step} {string.Join(' ', x.Values)}";
    }

    private static uint Mask(uint crc) => ((crc >> 15) | (crc << 17)) + 0xA282EAD8;

    // Bit by bit, with Castagnoli's polynomial reversed.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static IEnumerable<Event> Read(byte[] file)
    {
        for (int at = 0; at < file.Length;)
        {
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Require(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)) == Mask(Crc(file.AsSpan(at, 8))), "length");
            byte[] data = file[(at + 12)..(at + 12 + (int)length)];
            Require(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + (int)length)) == Mask(Crc(data)), "data");
            at += 16 + (int)length;
            yield return Parse(data);
        }
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidDataException($"the checksum of the {what} is wrong");
        }
    }

    // Event: 1 wall_time double, 2 step int64, 3 file_version string, 5 summary, 7 session_log, of 1 status. Summary: 1 value, of 1 tag string and 2 simple_value float.
    private static Event Parse(byte[] data)
    {
        var read = new Event(0, 0, "", []);
        foreach ((int field, byte[] content) in Fields(data))
        {
            read = field switch
            {
                1 => read with { Time = BitConverter.ToDouble(content) },
                2 => read with { Step = (long)BitConverter.ToUInt64(content) },
                3 => read with { Version = Encoding.UTF8.GetString(content) },
                7 => read with { Session = (int)BitConverter.ToUInt64(Assert.Single(Fields(content)).Content) },
                5 => read with { Values = [.. Fields(content).Where(x => x.Field == 1).Select(x => Value(x.Content))] },
                _ => throw new InvalidDataException($"field {field}"),
            };
        }

        return read;
    }

    private static (string, float) Value(byte[] data)
    {
        Dictionary<int, byte[]> fields = Fields(data).ToDictionary(x => x.Field, x => x.Content);
        return (Encoding.UTF8.GetString(fields[1]), BitConverter.ToSingle(fields[2]));
    }

    private static IEnumerable<(int Field, byte[] Content)> Fields(byte[] data)
    {
        int at = 0;
        while (at < data.Length)
        {
            ulong tag = Varint();
            byte[] content = (tag & 7) switch
            {
                0 => BitConverter.GetBytes(Varint()),
                1 => Take(8),
                2 => Take((int)Varint()),
                5 => Take(4),
                _ => throw new InvalidDataException($"wire type {tag & 7}"),
            };
            yield return ((int)(tag >> 3), content);
        }

        byte[] Take(int count)
        {
            at += count;
            return data[(at - count)..at];
        }

        ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = data[at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
        }
    }

    private sealed record Event(double Time, long Step, string Version, IReadOnlyList<(string Tag, float Value)> Values)
    {
        public int Session { get; init; }
    }
}
