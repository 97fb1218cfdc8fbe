using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Environments.Python;

/// <summary>What a task in Python says of itself when it is made.</summary>
/// <param name="Observations">Its observations; a Dict or Tuple as one flat box, choices in it as one-hot vectors.</param>
/// <param name="Actions">Its actions.</param>
/// <param name="Limit">Steps after which it truncates an episode itself; null where it does not say.</param>
/// <param name="Folder">Where its module lies; empty for tasks of Gymnasium.</param>
/// <param name="Fingerprint">Differs, in all likelihood, where its source does.</param>
/// <param name="Software">Versions of Python, NumPy and what makes it.</param>
internal sealed record PythonTaskInfo(Space Observations, Space Actions, int? Limit, string Folder, string Fingerprint, string Software)
{
    /// <summary>Names of the classes of its wrappers, from the outside in, and of the task itself; none where the bridge does not say.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>Version of the protocol.</summary>
    public const int Protocol = 1;

    /// <summary>Reads what the bridge answers.</summary>
    /// <exception cref="UserError">The bridge speaks another version.</exception>
    public static PythonTaskInfo Parse(string name, ReadOnlySpan<byte> json)
    {
        JsonNode answer = JsonNode.Parse(json)!;
        int version = (int)answer["version"]!;
        if (version != Protocol)
        {
            throw new UserError($"{name}: the bridge to Python is of version {version}, and this is {Protocol}");
        }

        return new PythonTaskInfo(
            SpaceOf(answer["observations"]!), SpaceOf(answer["actions"]!), (int?)answer["limit"], (string)answer["folder"]!,
            (string)answer["fingerprint"]!,
            string.Join(", ", new[] { ("Python", "python"), ("NumPy", "numpy"), ("Gymnasium", "gymnasium"), ("MuJoCo", "mujoco") }
                .Where(part => (string)answer[part.Item2]! != "").Select(part => $"{part.Item1} {(string)answer[part.Item2]!}")))
        {
            Layers = [.. (answer["layers"]?.AsArray() ?? []).Select(layer => (string)layer!)],
        };
    }

    private static Space SpaceOf(JsonNode space) => (string)space["kind"]! == "discrete"
        ? new Discrete((int)space["count"]!)
        : (string)space["kind"]! == "choices"
        ? new MultiDiscrete([.. space["counts"]!.AsArray().Select(count => (int)count!)])
        : new Box(Bounds(space["low"]!), Bounds(space["high"]!));

    private static double[] Bounds(JsonNode values) => [.. values.AsArray().Select(value => value!.GetValueKind() == JsonValueKind.String
        ? (string)value! switch { "inf" => double.PositiveInfinity, "-inf" => double.NegativeInfinity, var text => double.Parse(text, CultureInfo.InvariantCulture) }
        : (double)value!)];
}
