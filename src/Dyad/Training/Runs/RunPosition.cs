using Dyad.Core;

namespace Dyad.Training;

/// <summary>Where the loop over a run itself stands; part of a checkpoint.</summary>
internal sealed class RunPosition
{
    private readonly List<byte> _logChecksum = [];

    /// <summary>Step of the next row.</summary>
    public long NextMeasure;

    /// <summary>Step of the last row.</summary>
    public long LastMeasure = -1;

    /// <summary>Bytes of the metrics.</summary>
    public long LogLength;

    /// <summary>Seconds of computing, stops left out.</summary>
    public double WallSeconds;

    /// <summary>Seconds of a processor.</summary>
    public double ProcessorSeconds;

    /// <summary>Checksum of the metrics; null before the first checkpoint.</summary>
    public byte[]? LogChecksum
    {
        get => _logChecksum.Count == 0 ? null : [.. _logChecksum];
        set
        {
            _logChecksum.Clear();
            _logChecksum.AddRange(value ?? []);
        }
    }

    /// <summary>Saves or loads it.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Value("loop/next_measure", ref NextMeasure);
        archive.Value("loop/last_measure", ref LastMeasure);
        archive.Value("loop/log_length", ref LogLength);
        archive.List("loop/log_checksum", _logChecksum);
        archive.Value("loop/wall_s", ref WallSeconds);
        archive.Value("loop/cpu_s", ref ProcessorSeconds);
    }
}
