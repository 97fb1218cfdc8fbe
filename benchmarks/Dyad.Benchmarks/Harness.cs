using System.Diagnostics;

namespace Dyad.Benchmarks;

/// <summary>One measured figure.</summary>
/// <param name="Name">For example <c>matmul-100x256x256-nn</c>.</param>
/// <param name="Unit">Unit of the other figures.</param>
/// <param name="Median">Median over the samples.</param>
/// <param name="Floor">Counted float operations at the peak measured beside each sample (median); 0 where none is counted.</param>
/// <param name="Peers">Medians of other libraries, by name.</param>
public sealed record BenchmarkRow(string Name, string Unit, double Median, double Floor, IReadOnlyDictionary<string, double> Peers);

/// <summary>Something to measure.</summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Flop">Float operations of one run; 0 where they are not the measure.</param>
/// <param name="Run">One run.</param>
public sealed record BenchmarkCase(string Name, double Flop, Action Run);

/// <summary>
/// Measures cases side by side: the samples of all cases alternate, so that a slow moment of the machine hits all of them, and
/// a probe of the core's peak stands beside each sample.
/// </summary>
public static class Harness
{
    /// <summary>Medians in microseconds.</summary>
    /// <param name="cases">What to measure.</param>
    /// <param name="samples">Samples a case.</param>
    /// <param name="sampleSeconds">Length of a sample.</param>
    public static IReadOnlyList<BenchmarkRow> Measure(IReadOnlyList<BenchmarkCase> cases, int samples = 101, double sampleSeconds = 0.001)
    {
        var repeats = new int[cases.Count];
        var times = new double[cases.Count][];
        var floors = new double[cases.Count][];
        for (int c = 0; c < cases.Count; c++)
        {
            times[c] = new double[samples];
            floors[c] = new double[samples];
            WarmUp(cases[c].Run);
            long start = Stopwatch.GetTimestamp();
            cases[c].Run();
            cases[c].Run();
            double each = Stopwatch.GetElapsedTime(start).TotalSeconds / 2;
            repeats[c] = Math.Max(1, (int)(sampleSeconds / each));
        }

        for (int s = 0; s < samples; s++)
        {
            for (int c = 0; c < cases.Count; c++)
            {
                double peak = PeakProbe.Measure();
                long start = Stopwatch.GetTimestamp();
                for (int r = 0; r < repeats[c]; r++)
                {
                    cases[c].Run();
                }

                times[c][s] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / repeats[c];
                peak = Math.Max(peak, PeakProbe.Measure());
                floors[c][s] = cases[c].Flop / peak * 1e6;
            }
        }

        return [.. cases.Select((x, c) => new BenchmarkRow(x.Name, "us", Median(times[c]), Median(floors[c]), new Dictionary<string, double>()))];
    }

    // Long enough for the compiler's last tier, also when pinned to one core.
    private static void WarmUp(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 50 || Stopwatch.GetElapsedTime(start).TotalSeconds < 0.3; i++)
        {
            run();
        }
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
