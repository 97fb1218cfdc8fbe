using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Networks;

[Trait("Category", "unit")]
public sealed class SafetensorsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string FilePath => _folder.PathOf("policy.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Parameters_come_back_to_the_bit()
    {
        Parameters<float> written = Network(3, seed: 1);
        Safetensors.Write(FilePath, written);
        Parameters<float> read = Network(3, seed: 2);
        Assert.False(written.Values.SequenceEqual(read.Values));
        Safetensors.Read(FilePath, read);
        Assert.True(written.Values.SequenceEqual(read.Values));
    }

    [Fact]
    public void The_file_follows_the_format()
    {
        Parameters<float> parameters = Network(3, seed: 1);
        Safetensors.Write(FilePath, parameters);
        byte[] bytes = File.ReadAllBytes(FilePath);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        using var header = JsonDocument.Parse(Encoding.UTF8.GetString(bytes, 8, length));
        JsonElement weight = header.RootElement.GetProperty("actor.policy.weight0");
        Assert.Equal("F32", weight.GetProperty("dtype").GetString());
        Assert.Equal([3, 4], weight.GetProperty("shape").EnumerateArray().Select(x => x.GetInt32()));
        long end = header.RootElement.EnumerateObject().Max(x => x.Value.GetProperty("data_offsets")[1].GetInt64());
        Assert.Equal(bytes.Length - 8 - length, end);
        long start = weight.GetProperty("data_offsets")[0].GetInt64();
        Assert.Equal(parameters.Leaves[0].Values[0], BitConverter.ToSingle(bytes, 8 + length + (int)start));
    }

    [Fact]
    public void Another_shape_is_refused_with_both_shapes()
    {
        Safetensors.Write(FilePath, Network(3, seed: 1));
        UserError error = Assert.Throws<UserError>(() => Safetensors.Read(FilePath, Network(5, seed: 1)));
        Assert.Contains("3 x 4", error.Message, StringComparison.Ordinal);
        Assert.Contains("5 x 4", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[9223372036854775804, -9223372036854775764]")]
    [InlineData("[-9223372036854775808, -9223372036854775760]")]
    [InlineData("[4294967296, 4294967344]")]
    [InlineData("[48, 0]")]
    public void Places_that_overflow_are_refused(string offsets)
    {
        Safetensors.Write(FilePath, Network(3, seed: 1));
        byte[] good = File.ReadAllBytes(FilePath);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(good);
        JsonNode header = JsonNode.Parse(Encoding.UTF8.GetString(good, 8, length))!;
        header["actor.policy.weight0"]!["data_offsets"] = JsonNode.Parse(offsets);
        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());
        File.WriteAllBytes(FilePath, [.. BitConverter.GetBytes((long)text.Length), .. text, .. good[(8 + length)..]]);
        Assert.Contains("weight0", Assert.Throws<UserError>(() => Safetensors.Read(FilePath, Network(3, seed: 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_anywhere_is_one_sentence_or_other_numbers_but_never_another_exception()
    {
        Safetensors.Write(FilePath, Network(3, seed: 1));
        byte[] good = File.ReadAllBytes(FilePath);
        Parameters<float> target = Network(3, seed: 1);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] cut = good[..i];
            Refused(cut, target);
            byte[] flipped = [.. good];
            flipped[i] ^= 0x15;
            File.WriteAllBytes(FilePath, flipped);
            try
            {
                Safetensors.Read(FilePath, target);
            }
            catch (UserError)
            {
                // Damage to a number cannot be told from a number.
            }
        }
    }

    private void Refused(byte[] content, Parameters<float> target)
    {
        File.WriteAllBytes(FilePath, content);
        Assert.Throws<UserError>(() => Safetensors.Read(FilePath, target));
    }

    private static Parameters<float> Network(int inputs, int seed)
    {
        var player = new Parameters<float>("actor");
        new Mlp<float>(player, "policy", [inputs, 4, 2]).Initialize(new RandomStream(seed));
        return player;
    }
}
