using System.Globalization;
using System.Text;

namespace Dyad.Benchmarks;

/// <summary>A report as tables: for a terminal, and as the page <c>docs/benchmarks.md</c>.</summary>
public static class BenchmarkTables
{
    private static readonly (string Title, string Text, string[] Prefixes)[] Sections =
    [
        ("Kernels", "Products of row-major matrices of M x K and K x N, `n` as they are and `t` transposed.", ["matmul-"]),
        ("Updates", "Whole updates of agents with their batch drawn from 10,000 transitions (`sac`, `ddpg`, with a leading actor `stsac-al`, `stddpg-al`), "
            + "Hessian products (`hvp`, a further direction `hvp-again`), one action (`act`, and `policy` from a stored file). HalfCheetah's sizes.", ["sac-", "ddpg-", "hvp-", "stsac-", "stddpg-", "act-", "policy-"]),
        ("Training", "A step of training with everything that belongs to it; for `ac` and `stac` an epoch of 4,000 steps.", ["train-"]),
        ("Environments", "Control steps a second on one thread and on two; the floor is a bare loop of `mj_step`, for two threads the same on one.", ["env-"]),
        ("Processes", "Whole commands on one core: elapsed time, and the most memory they held.", ["process-"]),
    ];

    /// <summary>Writes a table for a terminal.</summary>
    public static void Write(BenchmarkReport report, TextWriter output)
    {
        (string Name, PeerDetails Details)[] peers = PeersOf(report);
        output.WriteLine($"{"",-38} {"unit",7} {"median",11} {"floor",11} {"share",6}{string.Concat(peers.Select(peer => $" {peer.Name,20} {"ratio",6}"))}");
        foreach (BenchmarkRow row in report.Rows)
        {
            var line = new StringBuilder(Invariant($"{row.Name,-38} {row.Unit,7} {row.Median,11:F2} {(row.Floor > 0 ? Invariant($"{row.Floor:F2}") : "-"),11} {Share(row),6}"));
            foreach ((string name, _) in peers)
            {
                line.Append(row.Peers.TryGetValue(name, out double other) ? Invariant($" {other,20:F2} {other / row.Median,6:F2}") : $" {"-",20} {"-",6}");
            }

            output.WriteLine(line.ToString().TrimEnd());
        }

        foreach ((string name, PeerDetails details) in peers)
        {
            output.WriteLine($"{name}: {details}");
        }
    }

    /// <summary>The page, in Markdown.</summary>
    public static string Page(BenchmarkReport report)
    {
        BenchmarkMachine machine = report.Machine;
        var page = new StringBuilder();
        page.Append(Invariant($"""
            # Benchmarks

            Written by `scripts/benchmarks.sh` from stored measurements, [benchmarks.json](benchmarks.json), a group of rows at a time; a test holds the page against it. Figures are medians. The samples of all rows and of the other libraries alternate on one core; the *floor* is the counted work of the matrix products at the peak that a register-only probe reaches beside each sample. Other libraries use one thread and the BLAS that is named; one that would use the reference BLAS is not measured (`./dyad bench --fetch-peers` gets what is missing). What stands above the floor is in [core.md](core.md#measured).

            {machine.Processor}, {machine.Cores} cores, {machine.VectorBits}-bit vectors, {machine.PeakGflops:F0} GFLOP/s a core, {machine.Runtime}, {machine.System}.

            """));
        foreach ((string name, PeerDetails details) in PeersOf(report))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n* `{name}`: {details}");
        }

        page.Append('\n');
        foreach ((string title, string text, string[] prefixes) in Sections)
        {
            BenchmarkRow[] rows = [.. report.Rows.Where(row => prefixes.Any(prefix => row.Name.StartsWith(prefix, StringComparison.Ordinal)))];
            if (rows.Length > 0)
            {
                page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n{text}\n\n");
                Table(rows, page);
            }
        }

        return page.ToString();
    }

    private static void Table(BenchmarkRow[] rows, StringBuilder page)
    {
        string[] peers = [.. rows.SelectMany(row => row.Peers.Keys).Distinct()];
        page.Append(CultureInfo.InvariantCulture, $"| row | unit | median | floor | floor / median |{string.Concat(peers.Select(peer => $" {peer} | ratio |"))}\n|---|---|---|---|---|{string.Concat(peers.Select(_ => "---|---|"))}\n");
        foreach (BenchmarkRow row in rows)
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{row.Name}` | {row.Unit} | {Figure(row.Median)} | {(row.Floor > 0 ? Figure(row.Floor) : "")} | {(row.Floor > 0 ? Share(row) : "")} |");
            foreach (string peer in peers)
            {
                page.Append(row.Peers.TryGetValue(peer, out double other) ? Invariant($" {Figure(other)} | {other / row.Median:F2} |") : "  |  |");
            }

            page.Append('\n');
        }
    }

    private static (string, PeerDetails)[] PeersOf(BenchmarkReport report) =>
        [.. report.Rows.SelectMany(row => row.PeerDetails).DistinctBy(peer => peer.Key).Select(peer => (peer.Key, peer.Value))];

    // Of a time the floor is less, of steps a second more.
    private static string Share(BenchmarkRow row) => row.Floor <= 0 ? "-"
        : Invariant($"{(row.Unit == "us" ? row.Floor / row.Median : row.Median / row.Floor) * 100:F0} %");

    private static string Figure(double value) => value.ToString(value >= 1000 ? "#,##0" : value >= 100 ? "F0" : value >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
