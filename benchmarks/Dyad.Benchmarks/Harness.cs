using System.Diagnostics;

namespace Dyad.Benchmarks;

/// <summary>One measured figure.</summary>
/// <param name="Name">For example <c>matmul-100x256x256-nn</c>.</param>
/// <param name="Unit">Unit of the other figures.</param>
/// <param name="Median">Median over the samples.</param>
/// <param name="Floor">Counted float operations at the peak measured beside each sample (median); 0 where none is counted.</param>
/// <param name="Peers">Medians of other libraries, by name.</param>
public sealed record BenchmarkRow(string Name, string Unit, double Median, double Floor, IReadOnlyDictionary<string, double> Peers)
{
    /// <summary>Threads, version and BLAS of each peer of the row.</summary>
    public IReadOnlyDictionary<string, PeerDetails> PeerDetails { get; init; } = new Dictionary<string, PeerDetails>();
}

/// <summary>Something to measure.</summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Flop">Float operations of one run; 0 where they are not the measure.</param>
/// <param name="Run">One run.</param>
public sealed record BenchmarkCase(string Name, double Flop, Action Run);

/// <summary>
/// Measures cases side by side: the samples of all cases and of the peer alternate, so that a slow moment of the machine hits
/// all of them, and a probe of the core's peak stands beside each sample.
/// </summary>
public static class Harness
{
    /// <summary>Medians in microseconds.</summary>
    /// <param name="cases">What to measure.</param>
    /// <param name="peers">Other libraries.</param>
    /// <param name="samples">Samples a case.</param>
    /// <param name="sampleSeconds">Length of a sample; at least one run.</param>
    public static IReadOnlyList<BenchmarkRow> Measure(IReadOnlyList<BenchmarkCase> cases, IReadOnlyList<PeerProcess> peers, int samples = 61,
        double sampleSeconds = 0.006)
    {
        var rows = new List<Samples>();
        foreach (BenchmarkCase benchmark in cases)
        {
            WarmUp(benchmark.Run);
            rows.Add(new Samples(benchmark, Repeats(benchmark.Run, sampleSeconds), [.. peers.Where(peer => peer.Sample(benchmark.Name, sampleSeconds) is not null)]));
        }

        for (int s = 0; s < samples; s++)
        {
            foreach (Samples row in rows)
            {
                double before = PeakProbe.Measure();

                // Like the peer: one run to bring back what the other cases pushed out of the caches.
                row.Case.Run();
                long start = Stopwatch.GetTimestamp();
                for (int r = 0; r < row.Repeats; r++)
                {
                    row.Case.Run();
                }

                row.Times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / row.Repeats);
                row.Floors.Add(row.Case.Flop / Math.Max(before, PeakProbe.Measure()) * 1e6);
                foreach ((PeerProcess peer, List<double> times) in row.Peers)
                {
                    times.Add(peer.Sample(row.Case.Name, sampleSeconds) ?? double.NaN);
                }
            }
        }

        return [.. rows.Select(x => x.ToRow())];
    }

    // Long enough for the compiler's last tier, also when pinned to one core.
    internal static void WarmUp(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 100 || Stopwatch.GetElapsedTime(start).TotalSeconds < 0.8; i++)
        {
            run();
        }
    }

    /// <summary>The middle value; of an even number the upper one.</summary>
    internal static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static int Repeats(Action run, double seconds)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        run();
        return Math.Max(1, (int)(seconds / (Stopwatch.GetElapsedTime(start).TotalSeconds / 2)));
    }

    private sealed class Samples(BenchmarkCase benchmark, int repeats, IReadOnlyList<PeerProcess> peers)
    {
        public BenchmarkCase Case => benchmark;

        public int Repeats => repeats;

        public List<double> Times { get; } = [];

        public List<double> Floors { get; } = [];

        public IReadOnlyList<(PeerProcess Peer, List<double> Times)> Peers { get; } = [.. peers.Select(peer => (peer, new List<double>()))];

        public BenchmarkRow ToRow() => new(Case.Name, "us", Median(Times), Median(Floors), Peers.ToDictionary(x => x.Peer.Name, x => Median(x.Times)))
        {
            PeerDetails = Peers.ToDictionary(x => x.Peer.Name, x => x.Peer.Details),
        };
    }
}
