namespace Dyad.Tests.EndToEnd;

[Trait("Category", "e2e")]
public sealed class FullDiskTests : IDisposable
{
    private const string Study = "wen2021/fig2";

    private readonly CommandLine _dyad = new();

    public void Dispose() => _dyad.Dispose();

    [Fact]
    public async Task A_full_disk_is_told_and_with_more_room_the_study_goes_on_to_the_same_bits()
    {
        Directory.CreateDirectory(_dyad.PathOf("tiny"));
        Outcome mounted = await _dyad.RunProgramAsync("mount", "-t", "tmpfs", "-o", "size=64k", "none", "tiny");
        if (mounted.ExitCode != 0)
        {
            Assert.Skip($"a small file system cannot be mounted here: {mounted.Error.Trim()}");
        }

        try
        {
            string sentence = (await _dyad.RunAsync("reproduce", Study, "--seeds", "1", "--out", "tiny")).Refused();
            Assert.Contains("the disk is full", sentence, StringComparison.Ordinal);
            Assert.Contains("tiny", sentence, StringComparison.Ordinal);
            Assert.False(File.Exists(_dyad.PathOf("tiny", Study, "summary.json")));

            (await _dyad.RunProgramAsync("mount", "-o", "remount,size=64m", "tiny")).Succeeded();
            (await _dyad.RunAsync("reproduce", Study, "--seeds", "1", "--out", "tiny")).Succeeded();
            (await _dyad.RunAsync("reproduce", Study, "--seeds", "1", "--out", "roomy")).Succeeded();
            Assert.Equal(Contents.Metrics(_dyad.PathOf("roomy")), Contents.Metrics(_dyad.PathOf("tiny")));
            Assert.Empty(Directory.EnumerateFiles(_dyad.PathOf("tiny"), "*.partial", SearchOption.AllDirectories));
        }
        finally
        {
            (await _dyad.RunProgramAsync("umount", "tiny")).Succeeded();
        }
    }
}
