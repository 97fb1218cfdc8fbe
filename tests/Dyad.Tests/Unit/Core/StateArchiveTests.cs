using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Core;

[Trait("Category", "unit")]
public sealed class StateArchiveTests
{
    private static readonly byte[] Saved = StateArchive.Save(Example(out _));

    [Fact]
    public void A_state_is_loaded_as_it_was_saved()
    {
        Action<StateArchive> serialize = Example(out State saved);
        byte[] state = StateArchive.Save(serialize);
        var loaded = new State();
        StateArchive.Load(state, loaded.Serialize);
        Assert.Equal(saved.Step, loaded.Step);
        Assert.Equal(BitConverter.DoubleToInt64Bits(saved.Value), BitConverter.DoubleToInt64Bits(loaded.Value));
        Assert.Equal(saved.Weights, loaded.Weights);
        Assert.Equal(saved.History, loaded.History);
        Assert.Equal(state, StateArchive.Save(loaded.Serialize));
    }

    [Fact]
    public void A_list_takes_the_length_that_was_saved()
    {
        List<int> saved = [1, 2, 3];
        byte[] state = StateArchive.Save(archive => archive.List("list", saved));
        foreach (List<int> list in new List<int>[] { [], [9], [9, 9, 9, 9, 9] })
        {
            StateArchive.Load(state, archive => archive.List("list", list));
            Assert.Equal(saved, list);
        }
    }

    [Fact]
    public void Fields_are_told_with_their_numbers_and_in_their_order()
    {
        Action<StateArchive> serialize = Example(out State saved);
        IReadOnlyList<StateField> fields = StateArchive.Fields(serialize);
        Assert.Equal(StateArchive.Save(serialize).Length, fields.Sum(field => 8 + field.Name.Length + field.Bytes.Length));
        Assert.Equal(saved.Step, BitConverter.ToInt64(fields[0].Bytes));
        Assert.Equal("step", fields[0].Name);
    }

    [Fact]
    public void An_archive_knows_its_direction()
    {
        bool saving = true;
        byte[] state = StateArchive.Save(archive => saving = !archive.IsLoading);
        Assert.True(saving);
        Assert.Empty(state);
        bool loading = false;
        StateArchive.Load(state, archive => loading = archive.IsLoading);
        Assert.True(loading);
    }

    [Theory]
    [InlineData("pace")]
    [InlineData("stepping")]
    [InlineData("")]
    public void A_field_of_another_name_is_refused(string name)
    {
        long step = 0;
        byte[] state = StateArchive.Save(archive => archive.Value("step", ref step));
        string message = Refused(state, archive => archive.Value(name, ref step));
        Assert.Contains($"'{name}'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_array_of_another_length_is_refused()
    {
        byte[] state = StateArchive.Save(archive => archive.Array<double>("weights", new double[3]));
        string message = Refused(state, archive => archive.Array<double>("weights", new double[4]));
        Assert.Contains("'weights' has 3 values where 4 are expected", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_array_of_longer_or_shorter_numbers_is_refused()
    {
        byte[] state = StateArchive.Save(archive => archive.Array<float>("weights", new float[3]));
        Refused(state, archive => archive.Array<double>("weights", new double[3]));
        state = StateArchive.Save(archive => archive.Array<double>("weights", new double[3]));
        Refused(state, archive => archive.Array<float>("weights", new float[3]));
    }

    [Fact]
    public void A_state_cut_off_anywhere_is_refused()
    {
        for (int length = 0; length < Saved.Length; length++)
        {
            Refused(Saved[..length], new State().Serialize);
        }
    }

    [Fact]
    public void Bytes_beyond_the_end_are_refused() =>
        Assert.Contains("2 bytes more than expected", Refused([.. Saved, 0, 0], new State().Serialize), StringComparison.Ordinal);

    [Fact]
    public void A_damaged_byte_changes_a_value_or_is_refused()
    {
        var random = new RandomStream(1);
        for (int position = 0; position < Saved.Length; position++)
        {
            byte[] damaged = (byte[])Saved.Clone();
            damaged[position] ^= (byte)(1 + random.Index(255));
            var loaded = new State();
            try
            {
                StateArchive.Load(damaged, loaded.Serialize);
                Assert.Equal(damaged, StateArchive.Save(loaded.Serialize));
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    private static string Refused(byte[] state, Action<StateArchive> serialize) =>
        Assert.Throws<InvalidDataException>(() => StateArchive.Load(state, serialize)).Message;

    private static Action<StateArchive> Example(out State state)
    {
        state = new State { Step = long.MinValue, Value = double.NaN };
        new float[] { 1.5f, float.NegativeInfinity, -0f }.CopyTo(state.Weights, 0);
        state.History.AddRange([3, 1, 4, 1, 5]);
        return state.Serialize;
    }

    private sealed class State
    {
        private long _step;
        private double _value;

        public long Step
        {
            get => _step;
            init => _step = value;
        }

        public double Value
        {
            get => _value;
            init => _value = value;
        }

        public float[] Weights { get; } = new float[3];

        public List<int> History { get; } = [];

        public void Serialize(StateArchive archive)
        {
            archive.Value("step", ref _step);
            archive.Value("value", ref _value);
            archive.Array("weights", Weights.AsSpan());
            archive.List("history", History);
        }
    }
}
