using System.Globalization;
using System.Text.RegularExpressions;
using Dyad.Autodiff;
using Dyad.Core;

namespace Dyad.Networks;

/// <summary>
/// Networks in the layout of PyTorch's state dicts, as safetensors files: of a network <c>critic.q1</c>, layer i is
/// <c>critic.q1.2i.weight</c>, outputs x inputs, and <c>critic.q1.2i.bias</c>, as <c>nn.Sequential</c> of linear layers with an
/// activation between them names it. What is no layer keeps its name, and is a vector where it has one row. Blanks in names of
/// players are underscores.
/// <para>
/// A file is read by the same rule, and by what other programs make of it: the layers of a network are the tensors that differ in
/// the number before <c>.weight</c> and <c>.bias</c> alone, in the order of those numbers, whatever they are (0, 2, 4 or fc1, fc2,
/// fc3). A network of a file is one of a player if it has its name or the last part of it (<c>q1</c> for <c>critic.q1</c>), or the
/// player's where that has one (<c>actor</c> for <c>actor.policy</c>); the only network of a file and the only one of a player belong
/// together under any name.
/// </para>
/// </summary>
public static partial class StateDict
{
    /// <summary>Writes all networks of some players.</summary>
    /// <param name="path">The file.</param>
    /// <param name="players">The players.</param>
    /// <param name="metadata">Texts by name, for the header; none if null.</param>
    public static void Write(string path, IEnumerable<Parameters<float>> players, IReadOnlyDictionary<string, string>? metadata = null) =>
        Safetensors.Write(path, [.. players.SelectMany(player => player.Leaves).Select(ToTensor)], metadata);

    /// <summary>Reads all networks of a player.</summary>
    /// <param name="path">The file.</param>
    /// <param name="player">The player.</param>
    /// <exception cref="UserError">The file cannot be read, lacks a network, or holds one of other shapes.</exception>
    public static void Read(string path, Parameters<float> player)
    {
        StateDictFile file = Open(path);
        StateDictFile.Copying copying = file.Match(player)
            ?? throw new UserError($"'{path}' holds {file}, and none is {string.Join(" or ", NetworksOf(player).Select(name => $"'{name}'"))}");
        copying.Run();
    }

    /// <summary>What a file holds.</summary>
    /// <exception cref="UserError">The file cannot be read, or holds no layer.</exception>
    internal static StateDictFile Open(string path) => new(path, Safetensors.ReadTensors(path));

    /// <summary>Names of a player's networks, as files have them.</summary>
    internal static string[] NetworksOf(Parameters<float> player) =>
        [.. player.Leaves.Select(leaf => OwnLayer().Match(leaf.Name)).Where(match => match.Success).Select(match => NameOf(match.Groups[1].Value)).Distinct()];

    /// <summary>A name without blanks.</summary>
    internal static string NameOf(string name) => name.Replace(' ', '_');

    /// <summary>The parts of a leaf's name: network, weight or bias, number of the layer; null for what is no layer.</summary>
    internal static (string Network, bool IsWeight, int Layer)? LayerOf(Parameter<float> leaf) =>
        OwnLayer().Match(leaf.Name) is { Success: true } match
            ? (NameOf(match.Groups[1].Value), match.Groups[2].Value == "weight", int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture))
            : null;

    private static Safetensors.Tensor ToTensor(Parameter<float> leaf)
    {
        int rows = leaf.Rows.Count, columns = leaf.Columns.Count;
        if (LayerOf(leaf) is not var (network, isWeight, layer))
        {
            return new(NameOf(leaf.Name), rows == 1 ? [columns] : [rows, columns], leaf.Values.ToArray());
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"{network}.{2 * layer}.");
        if (!isWeight)
        {
            return new(name + "bias", [columns], leaf.Values.ToArray());
        }

        float[] values = new float[rows * columns];
        Transpose(leaf.Values, values, rows, columns);
        return new(name + "weight", [columns, rows], values);
    }

    /// <summary>Turns rows x columns into columns x rows.</summary>
    internal static void Transpose(ReadOnlySpan<float> source, Span<float> target, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                target[(j * rows) + i] = source[(i * columns) + j];
            }
        }
    }

    // actor.policy.weight0
    [GeneratedRegex(@"^(.+)\.(weight|bias)(\d+)$")]
    private static partial Regex OwnLayer();
}
