using System.Globalization;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Networks;

namespace Dyad.Algorithms;

/// <summary>What a policy's file says of itself, in the metadata of its safetensors header.</summary>
/// <param name="Head">What its network's outputs mean.</param>
/// <param name="Observations">The task's observations.</param>
/// <param name="Actions">The task's own actions, not rescaled.</param>
public sealed record PolicyDescription(PolicyHead Head, Box Observations, Space Actions)
{
    /// <summary>The format that is written, and the newest that is read.</summary>
    public const int Format = 1;

    /// <summary>Name of the method that trained it; empty where nobody said.</summary>
    public string Method { get; init; } = "";

    /// <summary>What finds its task; empty where nobody said.</summary>
    public string Task { get; init; } = "";

    /// <summary>Environment steps that it was trained for.</summary>
    public long Steps { get; init; }

    /// <summary>The build that trained it; empty where nobody said.</summary>
    public string Build { get; init; } = "";

    /// <summary>By what the network sees observations; null where as they are.</summary>
    public ObservationScale? Scale { get; init; }

    /// <summary>As metadata: texts by name.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata()
    {
        var metadata = new Dictionary<string, string>
        {
            ["dyad.format"] = Text(Format),
            ["dyad.method"] = Method,
            ["dyad.policy"] = OptionBinder.Text(Head.Kind),
            ["dyad.activation"] = OptionBinder.Text(Head.Activation),
            ["dyad.observation_low"] = Text(Observations.Low),
            ["dyad.observation_high"] = Text(Observations.High),
            ["dyad.task"] = Task,
            ["dyad.steps"] = Text(Steps),
            ["dyad.build"] = Build,
        };
        if (Scale is not null)
        {
            metadata["dyad.observation_mean"] = Text(Scale.Mean);
            metadata["dyad.observation_deviation"] = Text(Scale.Deviation);
        }

        if (Actions is Box box)
        {
            metadata["dyad.action_low"] = Text(box.Low);
            metadata["dyad.action_high"] = Text(box.High);
        }
        else if (Actions is MultiDiscrete several)
        {
            metadata["dyad.action_counts"] = string.Join(' ', several.Counts.Select(count => Text(count)));
        }
        else
        {
            metadata["dyad.action_count"] = Text(((Discrete)Actions).Count);
        }

        return metadata;
    }

    /// <summary>Reads metadata.</summary>
    /// <param name="metadata">Texts by name.</param>
    /// <param name="path">Their file, for sentences.</param>
    /// <exception cref="UserError">Something is missing, of another format, or no value.</exception>
    public static PolicyDescription FromMetadata(IReadOnlyDictionary<string, string> metadata, string path)
    {
        if (!metadata.ContainsKey("dyad.format"))
        {
            throw new UserError($"'{path}' does not say what it is for: it is of an earlier release of Dyad, or of another program; the folder of its run can be given instead");
        }

        if (Whole("dyad.format") != Format)
        {
            throw new UserError($"'{path}' is a policy of format {Whole("dyad.format")}, and this release of Dyad reads {Format}");
        }

        Space actions = metadata.ContainsKey("dyad.action_counts") ? new MultiDiscrete([.. Value("dyad.action_counts").Split(' ').Select(CountOf)])
            : metadata.ContainsKey("dyad.action_count") ? new Discrete(Whole("dyad.action_count") is >= 1 and <= int.MaxValue and var count ? (int)count : throw Wrong("dyad.action_count")) : Bounds("dyad.action");
        var kind = Choice<PolicyKind>("dyad.policy");
        var description = new PolicyDescription(new PolicyHead(kind, Choice<Activation>("dyad.activation")), Bounds("dyad.observation"), actions)
        {
            Method = metadata.GetValueOrDefault("dyad.method", ""),
            Task = metadata.GetValueOrDefault("dyad.task", ""),
            Steps = Whole("dyad.steps"),
            Build = metadata.GetValueOrDefault("dyad.build", ""),
            Scale = metadata.ContainsKey("dyad.observation_mean") ? ScaleOf() : null,
        };
        return actions is not Box != kind is PolicyKind.Categorical or PolicyKind.GreedyValue || (actions is MultiDiscrete && kind == PolicyKind.GreedyValue)
            ? throw new UserError($"'{path}' is damaged: a {OptionBinder.Text(kind)} policy has no such actions")
            : description.Fault() is { } fault ? throw new UserError($"'{path}' is damaged: {fault}")
            : description;

        ObservationScale ScaleOf()
        {
            var scale = new ObservationScale(Numbers("dyad.observation_mean"), Numbers("dyad.observation_deviation"));
            int size = Numbers("dyad.observation_low").Length;
            return scale.Mean.Length != size || !scale.Mean.All(double.IsFinite) ? throw Wrong("dyad.observation_mean")
                : scale.Deviation.Length != size || !scale.Deviation.All(x => x > 0) ? throw Wrong("dyad.observation_deviation")
                : scale;
        }

        int CountOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : throw Wrong("dyad.action_counts");
        string Value(string name) => metadata.TryGetValue(name, out string? text) ? text : throw new UserError($"'{path}' lacks '{name}' in its metadata");
        UserError Wrong(string name) => new($"'{path}' is damaged: '{name}' is '{OneLine.Of(Value(name), 100)}'");
        long Whole(string name) =>
            long.TryParse(Value(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= 0 ? number : throw Wrong(name);

        Box Bounds(string name)
        {
            var box = new Box(Numbers(name + "_low"), Numbers(name + "_high"));
            return box.Low.Length == box.High.Length && box.Low.Length > 0 ? box : throw Wrong(name + "_high");
        }

        double[] Numbers(string name) => [.. Value(name).Split(' ').Select(text => text switch
        {
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => NumberText.TryDouble(text, out double number) ? number : throw Wrong(name),
        })];

        T Choice<T>(string name)
            where T : struct, Enum =>
            Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => OptionBinder.Text(value!.Value) == Value(name)) ?? throw Wrong(name);
    }

    /// <summary>What is wrong with its spaces, in one sentence; null where nothing is.</summary>
    internal string? Fault() => SpaceCheck.Fault(Observations, "observation") ?? SpaceCheck.Fault(Actions, "action");

    private static string Text(double[] numbers) => string.Join(' ', numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
