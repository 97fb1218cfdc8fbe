using System.Globalization;
using System.Runtime.InteropServices;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Experience;

/// <summary>
/// The last transitions (s, a, r, s', d) in single precision, in segments that are allocated as they fill and written to disk
/// once each. A row holds observation, action, reward, terminated, next observation: 168 bytes for HalfCheetah.
/// </summary>
public sealed class ReplayBuffer : IAppendOnlyState
{
    private const int SegmentRows = 1 << 13;

    private readonly int _observationSize;
    private readonly int _actionSize;
    private readonly int _stride;

    // A ring: transition t is in slot (t / SegmentRows) mod the number of slots.
    private readonly float[]?[] _segments;

    // Transitions ever added, and how many of them are on disk.
    private long _added;
    private long _saved;

    /// <summary>An empty buffer.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action.</param>
    /// <param name="capacity">Transitions kept at the most; memory and files come in segments of 8,192.</param>
    public ReplayBuffer(int observationSize, int actionSize, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _observationSize = observationSize;
        _actionSize = actionSize;
        _stride = (2 * observationSize) + actionSize + 2;
        Capacity = capacity;
        _segments = new float[]?[((capacity - 1) / SegmentRows) + 1];
    }

    /// <summary>Transitions kept at the most.</summary>
    public int Capacity { get; }

    /// <summary>Transitions that can be sampled.</summary>
    public int Count => (int)Math.Min(_added, Capacity);

    /// <summary>Adds a transition; the oldest gives way when the buffer is full.</summary>
    /// <param name="observation">s.</param>
    /// <param name="action">a.</param>
    /// <param name="reward">r.</param>
    /// <param name="next">s', the final observation where the episode ended.</param>
    /// <param name="terminated">d: whether s' has no future. A time limit is no termination.</param>
    public void Add(
        ReadOnlySpan<double> observation, ReadOnlySpan<double> action, double reward, ReadOnlySpan<double> next, bool terminated)
    {
        Span<float> row = Row(_added, allocate: true);
        Narrow(observation, row);
        Narrow(action, row[_observationSize..]);
        row[_observationSize + _actionSize] = (float)reward;
        row[_observationSize + _actionSize + 1] = terminated ? 1 : 0;
        Narrow(next, row[(_observationSize + _actionSize + 2)..]);
        _added++;
    }

    /// <summary>Draws transitions uniformly, with replacement, row by row into matrices.</summary>
    /// <param name="stream">Where the draws come from.</param>
    /// <param name="observations">count x observation size.</param>
    /// <param name="actions">count x action size.</param>
    /// <param name="rewards">count; its length says how many are drawn.</param>
    /// <param name="nexts">count x observation size.</param>
    /// <param name="terminated">count, 1 or 0.</param>
    public void Sample(
        RandomStream stream, Span<float> observations, Span<float> actions, Span<float> rewards, Span<float> nexts, Span<float> terminated)
    {
        int count = Count;
        long oldest = _added - count;
        for (int i = 0; i < rewards.Length; i++)
        {
            ReadOnlySpan<float> row = Row(oldest + stream.Index(count), allocate: false);
            row[.._observationSize].CopyTo(observations[(i * _observationSize)..]);
            row.Slice(_observationSize, _actionSize).CopyTo(actions[(i * _actionSize)..]);
            rewards[i] = row[_observationSize + _actionSize];
            terminated[i] = row[_observationSize + _actionSize + 1];
            row[(_observationSize + _actionSize + 2)..].CopyTo(nexts[(i * _observationSize)..]);
        }
    }

    /// <summary>Saves or loads how many transitions there are; the rows themselves are in segments.</summary>
    public void Serialize(StateArchive archive) => archive.Value("replay/added", ref _added);

    /// <inheritdoc/>
    public void SaveRows(string folder)
    {
        Directory.CreateDirectory(folder);
        while (_saved < _added)
        {
            long segment = _saved / SegmentRows;
            long until = Math.Min(_added, (segment + 1) * SegmentRows);
            int first = (int)(_saved % SegmentRows);
            using var file = new FileStream(PathOf(folder, segment), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            file.SetLength((long)first * _stride * sizeof(float));
            file.Seek(0, SeekOrigin.End);
            int rows = (int)(until - _saved);
            file.Write(MemoryMarshal.AsBytes(Segment(segment).AsSpan(first * _stride, rows * _stride)));
            file.Flush(flushToDisk: true);
            _saved = until;
        }

        // The checkpoint before this one may still need one segment more than the buffer holds.
        for (long old = (_saved / SegmentRows) - _segments.Length - 2; old >= 0 && File.Exists(PathOf(folder, old)); old--)
        {
            File.Delete(PathOf(folder, old));
        }
    }

    /// <inheritdoc/>
    public void LoadRows(string folder)
    {
        for (long segment = Math.Max(0, (_added - Capacity) / SegmentRows); segment * SegmentRows < _added; segment++)
        {
            int rows = (int)Math.Min(SegmentRows, _added - (segment * SegmentRows));
            string path = PathOf(folder, segment);
            // Two numbers share a slot when the buffer is full: the newer one lies over the start of the older.
            float[] values = _segments[segment % _segments.Length] ??= new float[SegmentRows * _stride];
            Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan(0, rows * _stride));
            if (!File.Exists(path))
            {
                throw new InvalidDataException($"the replay segment '{path}' is missing");
            }

            using FileStream file = File.OpenRead(path);
            if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                throw new InvalidDataException($"the replay segment '{path}' is cut off");
            }
        }

        _saved = _added;
    }

    private static string PathOf(string folder, long segment) =>
        Path.Combine(folder, "replay-" + segment.ToString("D6", CultureInfo.InvariantCulture) + ".bin");

    private static void Narrow(ReadOnlySpan<double> values, Span<float> result)
    {
        for (int i = 0; i < values.Length; i++)
        {
            result[i] = (float)values[i];
        }
    }

    private float[] Segment(long number) => _segments[number % _segments.Length]!;

    private Span<float> Row(long index, bool allocate)
    {
        long segment = index / SegmentRows;
        if (allocate)
        {
            _segments[segment % _segments.Length] ??= new float[SegmentRows * _stride];
        }

        return Segment(segment).AsSpan((int)(index % SegmentRows) * _stride, _stride);
    }
}
