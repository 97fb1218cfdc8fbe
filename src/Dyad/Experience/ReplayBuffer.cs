using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Experience;

/// <summary>
/// The last transitions (s, a, r, s', d) in single precision, in segments that are allocated as they fill and written to disk
/// once each. A row holds observation, action, reward, terminated, next observation: 168 bytes for HalfCheetah; where discounts are
/// kept, its own discount too. The state has a checksum (SHA-256) of each segment, as far as it knows of its rows.
/// </summary>
public sealed class ReplayBuffer : IAppendOnlyState
{
    private const int SegmentRows = 1 << 13;

    // Rows whose way from memory is begun before the first is read: each is somewhere else, and far away in a large buffer.
    private const int DrawnAtOnce = 32;

    private const int ChecksumLength = SHA256.HashSizeInBytes;

    private readonly int _observationSize;
    private readonly int _actionSize;
    private readonly bool _hasDiscounts;
    private readonly int _stride;

    // A ring: transition t is in slot (t / SegmentRows) mod the number of slots.
    private readonly float[]?[] _segments;

    // Transitions ever added, and how many of them are on disk.
    private long _added;
    private long _saved;

    // Of what is on disk: checksums of the segments that are whole, by number, and that of the one that is being filled.
    private readonly SortedDictionary<long, byte[]> _checksums = [];
    private readonly IncrementalHash _filling = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>An empty buffer.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action.</param>
    /// <param name="capacity">Transitions kept at the most; memory and files come in segments of 8,192.</param>
    /// <param name="hasDiscounts">Whether each transition has a discount of its own, as those of several steps do.</param>
    public ReplayBuffer(int observationSize, int actionSize, int capacity, bool hasDiscounts = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _observationSize = observationSize;
        _actionSize = actionSize;
        _hasDiscounts = hasDiscounts;
        _stride = (2 * observationSize) + actionSize + (hasDiscounts ? 3 : 2);
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
    /// <param name="discount">What discounts that which follows s', where discounts are kept.</param>
    public void Add(
        ReadOnlySpan<double> observation, ReadOnlySpan<double> action, double reward, ReadOnlySpan<double> next, bool terminated,
        double discount = 1)
    {
        Span<float> row = Row(_added, allocate: true);
        TensorPrimitives.ConvertChecked(observation, row);
        TensorPrimitives.ConvertChecked(action, row[_observationSize..]);
        row[_observationSize + _actionSize] = (float)reward;
        row[_observationSize + _actionSize + 1] = terminated ? 1 : 0;
        TensorPrimitives.ConvertChecked(next, row[(_observationSize + _actionSize + 2)..]);
        if (_hasDiscounts)
        {
            row[^1] = (float)discount;
        }

        _added++;
    }

    /// <summary>Draws transitions uniformly, with replacement, row by row into matrices.</summary>
    /// <param name="stream">Where the draws come from.</param>
    /// <param name="observations">count x observation size.</param>
    /// <param name="actions">count x action size.</param>
    /// <param name="rewards">count; its length says how many are drawn.</param>
    /// <param name="nexts">count x observation size.</param>
    /// <param name="terminated">count, 1 or 0.</param>
    /// <param name="discounts">count, where discounts are kept; else nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no transitions yet.</exception>
    public void Sample(
        RandomStream stream, Span<float> observations, Span<float> actions, Span<float> rewards, Span<float> nexts, Span<float> terminated,
        Span<float> discounts = default)
    {
        int count = Count;
        long oldest = _added - count;
        Span<long> drawn = stackalloc long[DrawnAtOnce];
        for (int first = 0; first < rewards.Length; first += DrawnAtOnce)
        {
            Span<long> rows = drawn[..Math.Min(DrawnAtOnce, rewards.Length - first)];
            foreach (ref long index in rows)
            {
                index = oldest + stream.Index(count);
                Prefetch(Row(index, allocate: false));
            }

            for (int i = first; i < first + rows.Length; i++)
            {
                ReadOnlySpan<float> row = Row(rows[i - first], allocate: false);
                row[.._observationSize].CopyTo(observations[(i * _observationSize)..]);
                row.Slice(_observationSize, _actionSize).CopyTo(actions[(i * _actionSize)..]);
                rewards[i] = row[_observationSize + _actionSize];
                terminated[i] = row[_observationSize + _actionSize + 1];
                row.Slice(_observationSize + _actionSize + 2, _observationSize).CopyTo(nexts[(i * _observationSize)..]);
                if (_hasDiscounts)
                {
                    discounts[i] = row[^1];
                }
            }
        }
    }

    /// <summary>
    /// Saves or loads how many transitions there are, and the checksums of those on disk; the rows themselves are in segments, and are
    /// saved before.
    /// </summary>
    public void Serialize(StateArchive archive)
    {
        ArgumentNullException.ThrowIfNull(archive);
        archive.Value("replay/added", ref _added);
        List<byte> checksums = archive.IsLoading ? [] : [.. Enumerable.Range(0, (int)(EndOf(_saved) - FirstOf(_saved))).SelectMany(i => ChecksumOf(FirstOf(_saved) + i))];
        archive.List("replay/checksums", checksums);
        if (archive.IsLoading)
        {
            _checksums.Clear();
            long first = FirstOf(_added);
            for (int i = 0; (i + 1) * ChecksumLength <= checksums.Count; i++)
            {
                _checksums[first + i] = [.. checksums[(i * ChecksumLength)..((i + 1) * ChecksumLength)]];
            }
        }
    }

    /// <inheritdoc/>
    public void SaveRows(string folder)
    {
        Directory.CreateDirectory(folder);
        long before = _saved;
        while (_saved < _added)
        {
            long segment = _saved / SegmentRows;
            long until = Math.Min(_added, (segment + 1) * SegmentRows);
            int first = (int)(_saved % SegmentRows);
            using var file = new FileStream(PathOf(folder, segment), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            file.SetLength((long)first * _stride * sizeof(float));
            file.Seek(0, SeekOrigin.End);
            int rows = (int)(until - _saved);
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(Segment(segment).AsSpan(first * _stride, rows * _stride));
            file.Write(bytes);
            file.Flush(flushToDisk: true);
            _filling.AppendData(bytes);
            _saved = until;
            if (_saved % SegmentRows == 0)
            {
                _checksums[segment] = _filling.GetHashAndReset();
            }
        }

        // What the checkpoint before this one needs stays until this one is written.
        long needed = FirstOf(before);
        for (long old = needed - 1; old >= 0 && File.Exists(PathOf(folder, old)); old--)
        {
            File.Delete(PathOf(folder, old));
        }

        foreach (long old in _checksums.Keys.Where(number => number < needed).ToArray())
        {
            _checksums.Remove(old);
        }
    }

    /// <inheritdoc/>
    public void LoadRows(string folder)
    {
        _filling.GetHashAndReset();
        for (long segment = FirstOf(_added); segment < EndOf(_added); segment++)
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

            _filling.AppendData(bytes);
            if (!_checksums.TryGetValue(segment, out byte[]? expected) || !_filling.GetCurrentHash().AsSpan().SequenceEqual(expected))
            {
                throw new InvalidDataException($"the replay segment '{path}' is damaged");
            }

            if (rows == SegmentRows)
            {
                _filling.GetHashAndReset();
            }
            else
            {
                // It will have another one when it has more rows.
                _checksums.Remove(segment);
            }
        }

        _saved = _added;
    }

    // Segments that hold the last transitions of so many: the first, and the one behind the last.
    private long FirstOf(long added) => Math.Max(0, (added - Capacity) / SegmentRows);

    private static long EndOf(long added) => (added + SegmentRows - 1) / SegmentRows;

    private byte[] ChecksumOf(long segment) => _checksums.TryGetValue(segment, out byte[]? checksum) ? checksum : _filling.GetCurrentHash();

    private static string PathOf(string folder, long segment) =>
        Path.Combine(folder, "replay-" + segment.ToString("D6", CultureInfo.InvariantCulture) + ".bin");

    private static unsafe void Prefetch(ReadOnlySpan<float> row)
    {
        if (Sse.IsSupported)
        {
            // A hint, so that it does not matter where a collection moves the row.
            const int Line = 16;
            float* start = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(row));
            for (int i = 0; i < row.Length + Line; i += Line)
            {
                Sse.Prefetch0(start + Math.Min(i, row.Length - 1));
            }
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
