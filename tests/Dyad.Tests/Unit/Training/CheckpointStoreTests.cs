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
        Assert.Null(new CheckpointStore(_folder.PathOf("missing")).LoadNewest([]));
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
            store.Save([i, i]);
            (string[] damaged, byte[]? state) = Load();
            Assert.Empty(damaged);
            Assert.Equal<byte[]>([i, i], state);
        }

        Assert.Equal([Even, Odd], Directory.GetFiles(_folder.FullPath).Order());
    }

    [Fact]
    public void An_empty_state_is_a_state()
    {
        new CheckpointStore(_folder.FullPath).Save([]);
        Assert.Equal<byte[]>([], Load().State);
    }

    [Fact]
    public void Any_flipped_byte_is_noticed_and_the_generation_before_takes_over()
    {
        var store = new CheckpointStore(_folder.FullPath);
        store.Save([1]);
        store.Save([2]);
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
        store.Save([1]);
        store.Save([2]);
        File.WriteAllText(Even, "damaged");
        var resumed = new CheckpointStore(_folder.FullPath);
        Assert.Equal([1], resumed.LoadNewest([]));
        resumed.Save([3]);
        (string[] damaged, byte[]? state) = Load();
        Assert.Empty(damaged);
        Assert.Equal([3], state);
        File.WriteAllText(Even, "damaged");
        Assert.Equal([1], Load().State);
    }

    [Fact]
    public void A_save_that_was_cut_off_leaves_the_one_before()
    {
        new CheckpointStore(_folder.FullPath).Save([1]);
        File.WriteAllText(Even + ".partial", "half");
        (string[] damaged, byte[]? state) = Load();
        Assert.Empty(damaged);
        Assert.Equal([1], state);
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
        byte[]? state = new CheckpointStore(_folder.FullPath).LoadNewest(damaged);
        return ([.. damaged], state);
    }
}
