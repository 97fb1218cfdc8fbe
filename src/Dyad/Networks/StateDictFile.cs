using System.Globalization;
using System.Text.RegularExpressions;
using Dyad.Autodiff;
using Dyad.Core;

namespace Dyad.Networks;

/// <summary>The networks of a file in PyTorch's layout, by their names in it.</summary>
internal sealed partial class StateDictFile
{
    private readonly string _path;
    private readonly Dictionary<string, Safetensors.Tensor> _tensors;

    // Layers in the order of their numbers: the weight, and the bias, which a linear layer may lack.
    private readonly SortedDictionary<string, List<(Safetensors.Tensor Weight, Safetensors.Tensor? Bias)>> _networks = new(StringComparer.Ordinal);

    private readonly HashSet<string> _taken = [];

    /// <summary>Finds the networks among a file's tensors.</summary>
    public StateDictFile(string path, IReadOnlyList<Safetensors.Tensor> tensors)
    {
        _path = path;
        _tensors = tensors.GroupBy(tensor => tensor.Name).ToDictionary(group => group.Key, group => group.Count() == 1
            ? group.Single()
            : throw new UserError($"'{path}' has the tensor '{OneLine.Of(group.Key, 60)}' twice"));
        var layers = from tensor in tensors
                     let match = Layer().Match(tensor.Name)
                     where match.Success && tensor.Shape.Length == 2
                     let stem = match.Groups["stem"].Value
                     orderby int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture)
                     select (Network: stem.EndsWith('.') ? stem[..^1] : stem, Weight: tensor, Bias: _tensors.GetValueOrDefault(match.Groups["layer"].Value + ".bias"));
        foreach ((string network, Safetensors.Tensor weight, Safetensors.Tensor? bias) in layers)
        {
            if (!_networks.TryGetValue(network, out var list))
            {
                _networks[network] = list = [];
            }

            list.Add(weight.Values.Length > 0
                ? (weight, bias)
                : throw new UserError($"the tensor '{OneLine.Of(weight.Name, 60)}' of '{path}' is {string.Join(" x ", weight.Shape)}: it has no numbers"));
        }

        if (_networks.Count == 0)
        {
            throw new UserError($"'{path}' holds no layer in PyTorch's layout, which would be tensors like '0.weight' of outputs x inputs");
        }
    }

    /// <summary>Sizes of the only network, or of that of a name: inputs, hidden layers, outputs.</summary>
    /// <param name="name">Its name in the file; null for the only one.</param>
    /// <exception cref="UserError">There is none, or are several, or its layers do not follow one another.</exception>
    public int[] Sizes(string? name)
    {
        string network = name is null
            ? _networks.Count == 1 ? _networks.Keys.Single() : throw new UserError($"'{_path}' holds {this}: one must be named")
            : _networks.ContainsKey(name) ? name : throw new UserError($"'{_path}' holds {this}, and none is '{name}'");
        var layers = _networks[network];
        for (int i = 1; i < layers.Count; i++)
        {
            if (layers[i].Weight.Shape[1] != layers[i - 1].Weight.Shape[0])
            {
                throw new UserError($"the layers '{layers[i - 1].Weight.Name}' and '{layers[i].Weight.Name}' of '{_path}' do not follow one another: "
                    + $"{layers[i - 1].Weight.Shape[0]} outputs, then {layers[i].Weight.Shape[1]} inputs");
            }
        }

        return [layers[0].Weight.Shape[1], .. layers.Select(layer => layer.Weight.Shape[0])];
    }

    /// <summary>Finds a player's networks in the file and holds their shapes against the player's.</summary>
    /// <param name="player">The player.</param>
    /// <param name="isOnly">Whether the only network of the file is the player's only one, whatever its name.</param>
    /// <param name="isTarget">Whether only whole names count: the last part of a target's is that of what it follows.</param>
    /// <param name="named">The network of the file that the player's only one is; null where names tell.</param>
    /// <returns>What copies them; null where the file has none of them.</returns>
    /// <exception cref="UserError">Some are missing, or of other shapes.</exception>
    public Copying? Match(Parameters<float> player, bool isOnly = true, bool isTarget = false, string? named = null)
    {
        string[] own = StateDict.NetworksOf(player);
        string?[] found = named is not null ? [named] : [.. own.Select(name => Find(name, own.Length == 1 ? StateDict.NameOf(player.Name) : null, isOnly, isTarget))];
        var pairs = new List<(Parameter<float>, Safetensors.Tensor?)>();
        if (own.Length > 0 && Array.TrueForAll(found, name => name is null))
        {
            return null;
        }

        int missing = Array.IndexOf(found, null);
        if (missing >= 0)
        {
            throw new UserError($"'{_path}' holds {this}, and none is '{own[missing]}'");
        }

        _taken.UnionWith(found!);
        foreach (Parameter<float> leaf in player.Leaves)
        {
            if (StateDict.LayerOf(leaf) is var (network, isWeight, layer))
            {
                pairs.Add((leaf, Tensor(leaf, found[Array.IndexOf(own, network)]!, own[Array.IndexOf(own, network)], player, isWeight, layer)));
            }
            else if (Loose(leaf) is { } tensor)
            {
                Require(tensor.Values.Length == leaf.Values.Length, tensor, leaf.Rows.Count == 1 ? $"{leaf.Columns.Count}" : $"{leaf.Rows.Count} x {leaf.Columns.Count}");
                pairs.Add((leaf, tensor));
            }
        }

        return pairs.Count > 0 ? new Copying(player, pairs) : null;
    }

    /// <summary>A network that no player was found for; null where there is none.</summary>
    public string? Left => _networks.Keys.FirstOrDefault(name => !_taken.Contains(name));

    /// <inheritdoc/>
    public override string ToString() => OneLine.Of(
        _networks.Count == 1 && _networks.Keys.Single().Length == 0 ? "one network without a name" : "the networks " + string.Join(", ", _networks.Keys.Select(name => $"'{name}'")), 200);

    // What is no layer, by its name or the last part of it.
    private Safetensors.Tensor? Loose(Parameter<float> leaf)
    {
        string name = StateDict.NameOf(leaf.Name);
        return _tensors.GetValueOrDefault(name) ?? _tensors.GetValueOrDefault(name[(name.LastIndexOf('.') + 1)..]);
    }

    // The whole name; the player's, of its only network; the last part; any name, of the only network of both.
    private string? Find(string own, string? player, bool isOnly, bool isTarget) =>
        _networks.ContainsKey(own) ? own
        : player is not null && _networks.ContainsKey(player) ? player
        : isTarget ? null
        : _networks.Keys.Where(name => name.Length > 0 && !_taken.Contains(name) && own.EndsWith("." + name, StringComparison.Ordinal)).MaxBy(name => name.Length) is string last ? last
        : isOnly && player is not null && _networks.Count == 1 ? _networks.Keys.Single()
        : null;

    // The tensor of a weight or a bias; null for a bias that the file's layer lacks.
    private Safetensors.Tensor? Tensor(Parameter<float> leaf, string name, string own, Parameters<float> player, bool isWeight, int layer)
    {
        var layers = _networks[name];
        int count = player.Leaves.Count(other => StateDict.LayerOf(other) is var (network, weight, _) && weight && network == own);
        if (layers.Count != count)
        {
            throw new UserError($"the network '{name}' of '{_path}' has {layers.Count} layers, and {count} are expected");
        }

        (Safetensors.Tensor weights, Safetensors.Tensor? bias) = layers[layer];
        int inputs = leaf.Rows.Count, outputs = leaf.Columns.Count;
        if (isWeight)
        {
            Require(weights.Shape.SequenceEqual([outputs, inputs]), weights, $"{outputs} x {inputs}");
            return weights;
        }

        if (bias is not null)
        {
            Require(bias.Values.Length == outputs, bias, $"{outputs}");
        }

        return bias;
    }

    private void Require(bool fits, Safetensors.Tensor tensor, string expected)
    {
        if (!fits)
        {
            throw new UserError($"the tensor '{OneLine.Of(tensor.Name, 60)}' of '{_path}' is {string.Join(" x ", tensor.Shape)}; {expected} is expected");
        }
    }

    /// <summary>Numbers on their way into a player, their shapes looked at.</summary>
    /// <param name="player">The player.</param>
    /// <param name="pairs">Where each tensor goes; zeros where there is none.</param>
    public sealed class Copying(Parameters<float> player, IReadOnlyList<(Parameter<float> Leaf, Safetensors.Tensor? Tensor)> pairs)
    {
        /// <summary>The player.</summary>
        public Parameters<float> Player { get; } = player;

        /// <summary>Whether everything of the player is in the file.</summary>
        public bool IsWhole => pairs.Count == Player.Leaves.Count;

        /// <summary>Copies.</summary>
        public void Run()
        {
            foreach ((Parameter<float> leaf, Safetensors.Tensor? tensor) in pairs)
            {
                if (tensor is null)
                {
                    leaf.Values.Clear();
                }
                else if (StateDict.LayerOf(leaf) is (_, true, _))
                {
                    StateDict.Transpose(tensor.Values, leaf.Values, leaf.Columns.Count, leaf.Rows.Count);
                }
                else
                {
                    tensor.Values.CopyTo(leaf.Values);
                }
            }
        }
    }

    // net.0.weight, 0.weight, fc1.weight: what comes before the number names the network.
    [GeneratedRegex(@"^(?<layer>(?<stem>(?:.*[^0-9])?)(?<number>[0-9]{1,6}))\.weight$")]
    private static partial Regex Layer();
}
