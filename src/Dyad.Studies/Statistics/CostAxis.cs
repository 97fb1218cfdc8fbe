using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Core;

namespace Dyad.Studies;

/// <summary>What a comparison holds equal: environment steps, critic updates, or time.</summary>
/// <param name="Name">Name of the axis, with its unit.</param>
/// <param name="Column">Cost of each row of a run; NaN where a row does not tell.</param>
public sealed record CostAxis(string Name, Func<FinishedRun, double[]> Column)
{
    private const string ProcessorTime = "processor time, seconds";

    /// <summary>Environment steps.</summary>
    public static CostAxis Steps { get; } = new("environment steps", run => run.Steps);

    /// <summary>
    /// Steps of the critic's optimiser. On-policy methods record their rounds (<c>train/updates</c>), those with a replay follow the
    /// schedule of their options; each round has as many critic steps as the options say, a follower's m for each of its leader's.
    /// </summary>
    /// <exception cref="UserError">The method has no critic of which that could be told.</exception>
    public static CostAxis CriticUpdates { get; } = new("critic updates", CountUpdates);

    /// <summary>
    /// Processor seconds, where every run has recorded them (<c>cpu_s</c>), and else seconds of the clock (<c>wall_s</c>), which a shared
    /// machine stretches; the name says which.
    /// </summary>
    public static CostAxis Time(IEnumerable<FinishedRun> runs) => runs.All(run => run.Has("cpu_s"))
        ? new CostAxis(ProcessorTime, run => run.Column("cpu_s"))
        : new CostAxis("wall time, seconds", run => run.Column("wall_s"));

    /// <summary>Whether it is processor time.</summary>
    internal bool IsProcessorTime => Name == ProcessorTime;

    /// <summary>Whether a run tells what it cost.</summary>
    internal bool IsToldBy(FinishedRun run)
    {
        try
        {
            return Of(run).Any(double.IsFinite);
        }
        catch (UserError)
        {
            return false;
        }
    }

    /// <summary>The cost of each row of a run.</summary>
    public double[] Of(FinishedRun run) => Column(run);

    /// <summary>The most that all of some curves have spent: where they are compared.</summary>
    public static double Equal(IEnumerable<LearningCurve> curves) => curves.Min(curve => curve.Cost[^1]);

    private static double[] CountUpdates(FinishedRun run)
    {
        JsonObject options = run.Variant.Method.Options;
        bool follows = Text("rule") == "stackelberg" && Text("leader") == "actor";
        double each = (Number("critic_updates") ?? 1) * (follows ? Number("follower_steps") ?? 1 : 1);
        if (run.Metrics.TryGetValue("train/updates", out double[]? rounds))
        {
            return [.. rounds.Select(count => count * each)];
        }

        if (Number("update_after") is not { } after || Number("update_every") is not { } every)
        {
            throw new UserError($"of the run {run.Variant.Label}, seed {run.Seed}, nothing tells how often its critic stepped");
        }

        // Rounds begin in the steps that `every` divides, from the step `after` on.
        double perRound = (Number("updates_per_round") ?? 1) * each, before = Math.Floor((after - 1) / every);
        return [.. run.Steps.Select(step => Math.Max(0, Math.Floor(step / every) - before) * perRound)];

        string? Text(string name) => options[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        double? Number(string name) => options[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)
            : null;
    }
}
