using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

[Trait("Category", "unit")]
public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Odd => _folder.PathOf("odd.bin");

    private string Even => _folder.PathOf("even.bin");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void There_is_nothing_to_load_before_the_first_save()
    {
        Assert.Empty(new CheckpointStore(_folder.PathOf("missing")).Load([]));
        (string[] damaged, byte[]? state) = Load();
        Assert.Empty(damaged);
        Assert.Null(state);
    }

    [Fact]
    public void The_newest_of_many_saves_is_loaded_and_two_are_kept()
    {
        var store = new CheckpointStore(_folder.FullPath);
        for (byte i = 1; i <= 5; i++)
        {
            store.Save([i, i], "{}", owner: 1);
            (string[] damaged, byte[]? state) = Load();
            Assert.Empty(damaged);
            Assert.Equal<byte[]>([i, i], state);
        }

        Assert.Equal([Even, Odd], Directory.GetFiles(_folder.FullPath).Order());
    }

    [Fact]
    public void An_empty_state_is_a_state()
    {
        new CheckpointStore(_folder.FullPath).Save([], "{}", owner: 1);
        Assert.Equal<byte[]>([], Load().State);
    }

    [Fact]
    public void Any_flipped_byte_is_noticed_and_the_generation_before_takes_over()
    {
        var store = new CheckpointStore(_folder.FullPath);
        store.Save([1], "{}", owner: 1);
        store.Save([2], "{}", owner: 1);
        byte[] newest = File.ReadAllBytes(Even);
        for (int i = 0; i < newest.Length; i++)
        {
            byte[] damaged = [.. newest];
            damaged[i] ^= 0x10;
            AssertPassedOver(damaged);
        }

        for (int length = 0; length < newest.Length; length++)
        {
            AssertPassedOver(newest[..length]);
        }

        AssertPassedOver([.. newest, 0]);
    }

    [Fact]
    public void A_save_after_damage_takes_the_place_of_what_is_damaged()
    {
        var store = new CheckpointStore(_folder.FullPath);
        store.Save([1], "{}", owner: 1);
        store.Save([2], "{}", owner: 1);
        File.WriteAllText(Even, "damaged");
        var resumed = new CheckpointStore(_folder.FullPath);
        Assert.Equal([1], Assert.Single(resumed.Load([])).State);
        resumed.Save([3], "{}", owner: 1);
        (string[] damaged, byte[]? state) = Load();
        Assert.Empty(damaged);
        Assert.Equal([3], state);
        File.WriteAllText(Even, "damaged");
        Assert.Equal([1], Load().State);
    }

    [Fact]
    public void A_save_that_was_cut_off_leaves_the_one_before()
    {
        new CheckpointStore(_folder.FullPath).Save([1], "{}", owner: 1);
        File.WriteAllText(Even + ".partial", "half");
        (string[] damaged, byte[]? state) = Load();
        Assert.Empty(damaged);
        Assert.Equal([1], state);
    }

    [Fact]
    public void A_checkpoint_says_whose_it_is()
    {
        var store = new CheckpointStore(_folder.FullPath);
        store.Save([1], """{"seed":3}""", owner: 4);
        store.Save([2], """{"seed":3}""", owner: 5);
        Assert.Equal([(5, 2, """{"seed":3}"""), (4, 1, """{"seed":3}""")], store.Load([]).Select(x => (x.Owner, x.Generation, x.Config.ToJsonString())));
    }

    [Fact]
    public void What_an_owner_writes_that_was_taken_for_dead_counts_less()
    {
        var late = new CheckpointStore(_folder.FullPath);
        late.Save([1], "{}", owner: 1);
        late.Save([2], "{}", owner: 1);
        var store = new CheckpointStore(_folder.FullPath);
        store.Load([]);
        store.Save([3], "{}", owner: 2);
        late.Choose(new Checkpoint(1, 5, [], []));
        late.Save([4], "{}", owner: 1);
        Assert.Equal([3, 4], store.Load([]).Select(x => (int)x.State[0]));
    }

    [Fact]
    public void A_state_that_lies_for_long_is_packed_where_that_makes_it_smaller()
    {
        byte[] even = new byte[100_000], noise = new byte[100_000];
        new Random(1).NextBytes(noise);
        foreach (byte[] state in new[] { even, noise, [] })
        {
            var store = new CheckpointStore(_folder.FullPath);
            store.Save(state, "{}", owner: 1, pack: true);
            Assert.Equal(state, Load().State);
            Assert.Equal(state == even, new FileInfo(Odd).Length < 50_000 && state.Length > 0);
            File.Delete(Odd);
        }
    }

    [Fact]
    public void The_newest_alone_can_be_kept()
    {
        var store = new CheckpointStore(_folder.FullPath);
        store.Save([1], "{}", owner: 1);
        store.Save([2], "{}", owner: 1);
        store.KeepNewest();
        Assert.Equal([Even], Directory.GetFiles(_folder.FullPath));
        Assert.Equal([2], Load().State);
    }

    [Fact]
    public void The_format_of_an_earlier_release_is_told_from_damage()
    {
        byte[] body = [.. BitConverter.GetBytes(1L), 1, 2, 3];
        File.WriteAllBytes(Odd, [.. System.Security.Cryptography.SHA256.HashData(body), .. body]);
        Assert.Contains("odd.bin", Assert.Throws<InvalidDataException>(() => Load()).Message, StringComparison.Ordinal);
    }

    private void AssertPassedOver(byte[] newest)
    {
        File.WriteAllBytes(Even, newest);
        (string[] damaged, byte[]? state) = Load();
        Assert.Equal([1], state);
        Assert.Contains(Even, Assert.Single(damaged), StringComparison.Ordinal);
    }

    private (string[] Damaged, byte[]? State) Load()
    {
        var damaged = new List<string>();
        byte[]? state = new CheckpointStore(_folder.FullPath).Load(damaged) is [Checkpoint newest, ..] ? newest.State : null;
        return ([.. damaged], state);
    }
}
