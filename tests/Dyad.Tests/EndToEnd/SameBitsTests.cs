namespace Dyad.Tests.EndToEnd;

[Trait("Category", "e2e")]
public sealed class SameBitsTests : IDisposable
{
    private const string Study = "wen2021/fig1";

    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task Neither_the_number_of_jobs_nor_the_company_changes_a_bit()
    {
        (await _dyad.RunAsync("reproduce", Study, "--seeds", "2", "--jobs", "1", "--out", "alone")).Succeeded();
        (await _dyad.RunAsync("reproduce", "wen2021/fig2", "--seeds", "1", "--jobs", "2", "--out", "among")).Succeeded();
        (await _dyad.RunAsync("reproduce", Study, "--seeds", "2", "--jobs", "2", "--out", "among")).Succeeded();
        Assert.Equal(Contents.Metrics(_dyad.PathOf("alone", Study)), Contents.Metrics(_dyad.PathOf("among", Study)));
        Assert.Equal(Contents.Figures(_dyad.PathOf("alone", Study)), Contents.Figures(_dyad.PathOf("among", Study)));
    }

    [Fact]
    public async Task More_seeds_leave_the_first_ones_as_they_are()
    {
        (await _dyad.RunAsync("reproduce", Study, "--seeds", "1", "--out", "out")).Succeeded();
        IReadOnlyList<string> Firsts() => [.. Contents.Of(_dyad.Folder).Where(line => line.Contains("/seed-0/", StringComparison.Ordinal))];
        IReadOnlyList<string> before = Firsts();
        (await _dyad.RunAsync("reproduce", Study, "--seeds", "2", "--out", "out")).Succeeded();
        Assert.Equal(before, Firsts());
        string[] ofSeeds = [.. new[] { "seed-0", "seed-1" }.Select(seed =>
            Contents.Metrics(_dyad.PathOf("out", Study))[Path.Combine("res-ac", "FourRoom", seed, "metrics.jsonl")])];
        Assert.NotEqual(ofSeeds[0], ofSeeds[1]);
    }
}
