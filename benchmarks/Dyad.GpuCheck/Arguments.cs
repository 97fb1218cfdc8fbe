using System.Globalization;
using Dyad.Core;
using Dyad.Gpu;

namespace Dyad.GpuCheck;

/// <summary>What stands behind a command: gpu or processor, and key=value.</summary>
internal sealed record Arguments
{
    private const int Largest = 1_000_000;

    private static readonly string[] Words = ["gpu", "processor", "operations", "each", "methods=", "agents=", "width=", "batch=", "repeats=", "seeds="];

    /// <summary>Whether the processor's accelerator stands in for a GPU.</summary>
    public bool OnProcessor { get; private init; }

    /// <summary>Whether each operation is timed alone.</summary>
    public bool Operations { get; private init; }

    /// <summary>Whether that is done for each number of agents; for the last one otherwise.</summary>
    public bool Each { get; private init; }

    /// <summary>The methods; null where none is named.</summary>
    public string[]? Methods { get; private init; }

    /// <summary>Numbers of agents.</summary>
    public int[] Agents { get; private init; } = [16, 64, 256];

    /// <summary>Width of the networks.</summary>
    public int Width { get; private init; } = 256;

    /// <summary>Transitions of a batch.</summary>
    public int Batch { get; private init; } = 100;

    /// <summary>Updates of a measurement.</summary>
    public int Repeats { get; private init; } = 20;

    /// <summary>Seeds of the learning curves.</summary>
    public int Seeds { get; private init; } = 32;

    /// <summary>Reads them.</summary>
    /// <exception cref="UserError">A word is none, or a value.</exception>
    public static Arguments Parse(IEnumerable<string> args) => args.Aggregate(new Arguments(), (all, arg) =>
    {
        int end = arg.IndexOf('=', StringComparison.Ordinal) + 1;
        (string name, string value) = (arg[..(end == 0 ? arg.Length : end)], arg[(end == 0 ? arg.Length : end)..]);
        return name switch
        {
            "gpu" => all with { OnProcessor = false },
            "processor" => all with { OnProcessor = true },
            "operations" => all with { Operations = true },
            "each" => all with { Each = true },
            "methods=" => all with { Methods = [.. value.Split(',').Select(Samples.Required)] },
            "agents=" => all with { Agents = [.. value.Split(',').Select(number => Number(name, number))] },
            "width=" => all with { Width = Number(name, value) },
            "batch=" => all with { Batch = Number(name, value) },
            "repeats=" => all with { Repeats = Number(name, value) },
            "seeds=" => all with { Seeds = Number(name, value) },
            _ => throw new UserError($"there is no '{name}'; {NearNames.Hint(name, Words)}"),
        };
    });

    /// <summary>The device that they name.</summary>
    public GpuDevice Open() => OnProcessor ? GpuDevice.OfProcessor() : GpuDevice.Open();

    private static int Number(string name, string text) => NumberText.TryWhole(text, out long value) && value is >= 1 and <= Largest
        ? (int)value
        : throw new UserError(string.Create(CultureInfo.InvariantCulture, $"{name[..^1]} is '{text}'; it must be a whole number from 1 to {Largest}"));
}
