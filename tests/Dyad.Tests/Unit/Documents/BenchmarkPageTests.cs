using Dyad.Benchmarks;
using Dyad.Core;

namespace Dyad.Tests.Unit.Documents;

/// <summary>The page of benchmarks is that of the stored run, and what a peer is stands beside its figures.</summary>
[Trait("Category", "unit")]
public sealed class BenchmarkPageTests
{
    private static BenchmarkReport Stored => Suite.Read(File.ReadAllText(Repository.PathOf("docs", "benchmarks.json")));

    [Fact]
    public void The_page_is_that_of_the_stored_run() =>
        Assert.Equal(BenchmarkTables.Page(Stored), File.ReadAllText(Repository.PathOf("docs", "benchmarks.md")));

    [Fact]
    public void The_stored_run_has_all_parts()
    {
        string[] names = [.. Stored.Rows.Select(row => row.Name)];
        Assert.All(
            (string[])["matmul-100x256x256-nn", "sac-256x256-b100", "stsac-al-cg10", "act-256x256-b1", "train-sac-pendulum-64x64-b100", "env-HalfCheetah-v4", "process-list", "process-list-memory"],
            name => Assert.Contains(name, names));
        Assert.All(Stored.Rows, row => Assert.True(row.Median > 0, row.Name));
    }

    [Fact]
    public void No_stored_peer_multiplies_by_the_reference_BLAS() => Assert.All(
        Stored.Rows.SelectMany(row => row.Peers.Keys.Select(peer => row.PeerDetails[peer])),
        peer => Assert.True(peer.Threads == 1 && peer.Blas is { Length: > 0 } && !peer.Blas.Contains("reference", StringComparison.OrdinalIgnoreCase), peer.ToString()));

    [Fact]
    public void A_table_and_a_page_name_version_threads_and_BLAS_of_a_peer()
    {
        var row = new BenchmarkRow("sac-2x2-b1", "us", 2, 1, new Dictionary<string, double> { ["other-1.2"] = 5 })
        {
            PeerDetails = new Dictionary<string, PeerDetails> { ["other-1.2"] = new("1.2", 1, "OpenBLAS 0.3") },
        };
        var report = new BenchmarkReport(new("processor", 2, 512, 250, ".NET", "system"), [row]);
        var table = new StringWriter();
        BenchmarkTables.Write(report, table);
        Assert.Matches(@"sac-2x2-b1 +us +2\.00 +1\.00 +50 % +5\.00 +2\.50", table.ToString());
        Assert.Contains("other-1.2: 1.2, 1 thread, OpenBLAS 0.3", table.ToString(), StringComparison.Ordinal);
        Assert.Contains("`other-1.2`: 1.2, 1 thread, OpenBLAS 0.3", BenchmarkTables.Page(report), StringComparison.Ordinal);
        Assert.Contains("| `sac-2x2-b1` | us | 2.00 | 1.00 | 50 % | 5.00 | 2.50 |", BenchmarkTables.Page(report), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_document_is_told() => Assert.Throws<UserError>(() => Suite.Read("{}"));

    [Theory]
    [InlineData("ready {\"library\": \"slow\", \"version\": \"3.1\", \"threads\": 1, \"blas\": \"MKL 2024\"}", "slow-3.1")]
    [InlineData("ready {\"refused\": \"it multiplies by the reference BLAS.\"}", null)]
    [InlineData("nonsense", null)]
    public void A_peer_says_what_it_is_or_is_left_out(string says, string? name)
    {
        (PeerProcess? peer, string? refused) = PeerProcess.Start(new("/bin/sh", ["-c", $"echo '{says}'; echo gone wrong 1>&2; while read case; do echo 2.5; done"]));
        using (peer)
        {
            Assert.Equal(name, peer?.Name);
            Assert.Equal(name is null, refused is not null);
            if (peer is not null)
            {
                Assert.Equal(2.5, peer.Sample("a", 0.1));
                Assert.Equal(new PeerDetails("3.1", 1, "MKL 2024"), peer.Details);
            }
        }
    }
}
