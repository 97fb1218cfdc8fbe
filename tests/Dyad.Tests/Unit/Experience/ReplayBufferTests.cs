using Dyad.Core;
using Dyad.Experience;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Experience;

[Trait("Category", "unit")]
public sealed class ReplayBufferTests : IDisposable
{
    private const int Capacity = 8192 * 2;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_come_back_as_they_went_in()
    {
        ReplayBuffer buffer = Filled(100);
        Assert.Equal(100, buffer.Count);
        foreach ((float[] s, float[] a, float r, float[] next, float d) in Draw(buffer, 500))
        {
            int i = (int)r;
            Assert.Equal([i + 0.25f, -i], s);
            Assert.Equal([i * 0.5f], a);
            Assert.Equal([i + 1.25f, -i - 1], next);
            Assert.Equal(i % 3 == 0 ? 1 : 0, d);
        }
    }

    [Theory]
    [InlineData(Capacity)]
    [InlineData(Capacity + 1)]
    [InlineData(Capacity + 8191)]
    [InlineData((3 * Capacity) + 5000)]
    public void A_full_buffer_forgets_the_oldest(int added)
    {
        ReplayBuffer buffer = Filled(added);
        Assert.Equal(Capacity, buffer.Count);
        var seen = new HashSet<float>(Draw(buffer, 200_000).Select(row => row.Reward));
        Assert.True(seen.Min() >= added - Capacity);
        Assert.True(seen.Max() < added);
        Assert.True(seen.Count > 0.99 * Capacity);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(100, 99)]
    [InlineData(100, 100)]
    [InlineData(100, 101)]
    [InlineData(100, 8250)]
    [InlineData(8191, 20_000)]
    [InlineData(10_000, 35_000)]
    public void As_many_are_kept_as_were_asked_for(int capacity, int added)
    {
        var buffer = new ReplayBuffer(2, 1, capacity);
        Fill(buffer, 0, added);
        Assert.Equal((capacity, Math.Min(capacity, added)), (buffer.Capacity, buffer.Count));
        var seen = new HashSet<float>(Draw(buffer, 30 * buffer.Count).Select(row => row.Reward));
        Assert.Equal(Enumerable.Range(added - buffer.Count, buffer.Count).Select(i => (float)i), seen.Order());
    }

    [Theory]
    [InlineData(1, Capacity)]
    [InlineData(8192, Capacity)]
    [InlineData(8193, Capacity)]
    [InlineData(Capacity + 100, Capacity)]
    [InlineData((2 * Capacity) + 8192, Capacity)]
    [InlineData(20_000, 100)]
    [InlineData(40_000, 10_000)]
    public void A_buffer_saved_bit_by_bit_loads_as_it_was(int added, int capacity)
    {
        var buffer = new ReplayBuffer(2, 1, capacity);
        for (int i = 0; i < added; i++)
        {
            Add(buffer, i);
            if (i % 3000 == 2999)
            {
                buffer.SaveRows(_folder.FullPath);
            }
        }

        buffer.SaveRows(_folder.FullPath);
        ReplayBuffer loaded = Load(StateArchive.Save(buffer.Serialize), capacity);
        Assert.Equal(Draw(buffer, 1000).Select(row => row.Reward), Draw(loaded, 1000).Select(row => row.Reward));

        // No more on disk than the buffer holds, but for what an older checkpoint may need.
        Assert.InRange(Directory.GetFiles(_folder.FullPath).Length, 1, ((capacity - 1) / 8192) + 4);
    }

    [Fact]
    public void Rows_beyond_what_a_checkpoint_knows_of_are_forgotten_and_written_again()
    {
        var buffer = new ReplayBuffer(2, 1, Capacity);
        Fill(buffer, 0, 5000);
        buffer.SaveRows(_folder.FullPath);
        byte[] older = StateArchive.Save(buffer.Serialize);
        Fill(buffer, 5000, 9000);
        buffer.SaveRows(_folder.FullPath);

        ReplayBuffer loaded = Load(older);
        Assert.Equal(5000, loaded.Count);
        Fill(loaded, 5000, 12_000);
        loaded.SaveRows(_folder.FullPath);
        ReplayBuffer again = Load(StateArchive.Save(loaded.Serialize));
        Assert.Equal(Draw(loaded, 1000).Select(row => row.Reward), Draw(again, 1000).Select(row => row.Reward));
    }

    [Fact]
    public void Segments_that_are_cut_off_are_noticed()
    {
        ReplayBuffer buffer = Filled(100);
        buffer.SaveRows(_folder.FullPath);
        byte[] state = StateArchive.Save(buffer.Serialize);
        string segment = Assert.Single(Directory.GetFiles(_folder.FullPath));
        File.WriteAllBytes(segment, File.ReadAllBytes(segment)[..^1]);
        Assert.Throws<InvalidDataException>(() => Load(state));
    }

    [Theory]
    [InlineData(100, Capacity)]
    [InlineData(8192, Capacity)]
    [InlineData(20_000, Capacity)]
    [InlineData(40_000, 10_000)]
    public void A_bit_that_flips_in_a_row_that_is_known_of_is_noticed(int added, int capacity)
    {
        var buffer = new ReplayBuffer(2, 1, capacity);
        for (int done = 0; done < added; done += 3000)
        {
            Fill(buffer, done, Math.Min(added, done + 3000));
            buffer.SaveRows(_folder.FullPath);
        }

        byte[] state = StateArchive.Save(buffer.Serialize);
        long first = Math.Max(0, added - capacity) / 8192;
        Assert.Equal(Math.Max(1, ((added - 1) / 8192) - first + 1), Directory.GetFiles(_folder.FullPath).Count(path => NumberOf(path) >= first));
        foreach (string segment in Directory.GetFiles(_folder.FullPath))
        {
            byte[] bytes = File.ReadAllBytes(segment);
            for (int i = 0; i < bytes.Length; i += 1 + (bytes.Length / 5))
            {
                byte[] flipped = [.. bytes];
                flipped[i] ^= 4;
                File.WriteAllBytes(segment, flipped);
                if (NumberOf(segment) >= first)
                {
                    Assert.Equal($"the replay segment '{segment}' is damaged", Assert.Throws<InvalidDataException>(() => Load(state, capacity)).Message);
                }
                else
                {
                    Load(state, capacity);
                }
            }

            File.WriteAllBytes(segment, bytes);
        }

        // What is behind the rows that are known of is not looked at.
        string last = Directory.GetFiles(_folder.FullPath).Order().Last();
        File.WriteAllBytes(last, [.. File.ReadAllBytes(last), 1, 2, 3]);
        Load(state, capacity);

        static long NumberOf(string path) => long.Parse(Path.GetFileNameWithoutExtension(path)["replay-".Length..], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(8192)]
    [InlineData(20_000)]
    public void A_buffer_that_was_loaded_goes_on_with_the_same_checksums(int capacity)
    {
        var whole = new ReplayBuffer(2, 1, capacity);
        var stopped = new ReplayBuffer(2, 1, capacity);
        for (int done = 0; done < 60_000; done += 5000)
        {
            Fill(whole, done, done + 5000);
            Fill(stopped, done, done + 5000);
            whole.SaveRows(_folder.PathOf("whole"));
            stopped.SaveRows(_folder.FullPath);
            byte[] state = StateArchive.Save(stopped.Serialize);
            Assert.Equal(StateArchive.Save(whole.Serialize), state);
            stopped = Load(state, capacity);
            Assert.Equal(state, StateArchive.Save(stopped.Serialize));
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    public void However_much_is_added_between_two_checkpoints_the_one_before_still_loads(int capacity)
    {
        var buffer = new ReplayBuffer(2, 1, capacity);
        Fill(buffer, 0, 9000);
        buffer.SaveRows(_folder.FullPath);
        byte[] before = StateArchive.Save(buffer.Serialize);
        Fill(buffer, 9000, 90_000);
        buffer.SaveRows(_folder.FullPath);
        Assert.Equal(Math.Min(capacity, 9000), Load(before, capacity).Count);

        buffer = Load(StateArchive.Save(buffer.Serialize), capacity);
        buffer.SaveRows(_folder.FullPath);
        Assert.InRange(Directory.GetFiles(_folder.FullPath).Length, 1, ((capacity - 1) / 8192) + 4);
    }

    [Fact]
    public void A_million_transitions_of_HalfCheetah_need_less_than_200_MB()
    {
        // 17 numbers of observation and 6 of action; the next observation is kept as well.
        var buffer = new ReplayBuffer(17, 6, 1_000_000);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        double[] observation = new double[17];
        double[] action = new double[6];
        for (int i = 0; i < buffer.Capacity; i++)
        {
            buffer.Add(observation, action, 0, observation, false);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 200_000_000);
        GC.KeepAlive(buffer);
    }

    private static ReplayBuffer Filled(int count)
    {
        var buffer = new ReplayBuffer(2, 1, Capacity);
        Fill(buffer, 0, count);
        return buffer;
    }

    private static void Fill(ReplayBuffer buffer, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            Add(buffer, i);
        }
    }

    [Fact]
    public void Each_row_of_a_batch_of_any_size_is_that_of_the_next_index_of_the_stream()
    {
        var buffer = new ReplayBuffer(2, 1, 1000);
        for (int i = 0; i < 500; i++)
        {
            Add(buffer, i);
        }

        foreach (int count in (int[])[1, 31, 32, 33, 100])
        {
            var stream = new RandomStream(5);
            Assert.All(Draw(buffer, count), row =>
            {
                int i = stream.Index(500);
                Assert.Equal((i + 0.25f, -i, i * 0.5f, i, i + 1.25f, i % 3 == 0 ? 1 : 0), (row.S[0], row.S[1], row.A[0], row.Reward, row.Next[0], row.Terminated));
            });
        }
    }

    private static void Add(ReplayBuffer buffer, int i) =>
        buffer.Add([i + 0.25, -i], [i * 0.5], i, [i + 1.25, -i - 1], terminated: i % 3 == 0);

    private ReplayBuffer Load(byte[] state, int capacity = Capacity)
    {
        var buffer = new ReplayBuffer(2, 1, capacity);
        StateArchive.Load(state, buffer.Serialize);
        buffer.LoadRows(_folder.FullPath);
        return buffer;
    }

    private static IEnumerable<(float[] S, float[] A, float Reward, float[] Next, float Terminated)> Draw(ReplayBuffer buffer, int count)
    {
        float[] s = new float[2 * count];
        float[] a = new float[count];
        float[] r = new float[count];
        float[] next = new float[2 * count];
        float[] d = new float[count];
        buffer.Sample(new RandomStream(5), s, a, r, next, d);
        return Enumerable.Range(0, count).Select(i => (s[(2 * i)..((2 * i) + 2)], a[i..(i + 1)], r[i], next[(2 * i)..((2 * i) + 2)], d[i]));
    }
}
