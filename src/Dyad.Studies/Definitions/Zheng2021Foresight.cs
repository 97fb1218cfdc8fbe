using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Environments.Locating;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Does the critic answer as the leading actor foresees (Zheng et al. 2021, section 3)?</summary>
internal sealed class Zheng2021Foresight : Study
{
    // A cosine from which on the answer may be said to be the foreseen one.
    private const double Foreseen = 0.5;

    private static readonly Line[] Lines =
    [
        new("stac", "STAC", "stac", "CartPole-v0", "as-published", (16_000, 120_000), [1, 80], (3, 12),
            [("critic_updates", "80"), ("episode_form", "start-value"), ("curvature", "gauss-newton"), ("solver", "sample-space"), ("damping", "0.1")]),
        new("stddpg-al", "STDDPG-AL", "stddpg-al", "Pendulum-v1", "correct", (1_200, 9_000), [1, 30], (4, 32), [("hidden_width", "64")]),
    ];

    public override string Name => "zheng2021/foresight";

    public override string Title => "Does the critic answer as the leader foresees?";

    public override string Source => "Zheng et al. 2021, section 3, eqs. 15 and 16";

    public override string Question =>
        "A leading actor corrects its gradient by the answer that it foresees of the critic, dw = -(D22 L + lambda I)^-1 D21 L dtheta. Along training, "
        + "the answer foreseen to the leader's next step is held against what the critic does after it, in one step and in many: against the part "
        + "of its change that the leader's step causes (with it less without it, all draws the same), and against its whole change.";

    public override string SummaryMetric => "foresight/step";

    public override IReadOnlyList<string> Notes =>
    [
        "The leader stands still while the critic takes its steps. Curvature and damping are the rule's, solved to 1e-4 or 200 steps; cosines and lengths are those of expectations over batches or epochs, from products of different draws, and missing where one drowns in noise.",
        $"A claim that the answer is the foreseen one asks for a cosine above {Foreseen.ToString(CultureInfo.InvariantCulture)}: a margin of ours.",
        "STAC as published but for the form, proposition 1 solved exactly (Gauss-Newton, damping 0.1); STDDPG-AL by its recommended options with 64 hidden units.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 2 : 3;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        bool quick = scale == StudyScale.Quick;
        return [.. Lines.Select(line =>
        {
            long steps = quick ? line.Steps.Quick : line.Steps.Paper, every = steps / (quick ? 2 : 3);
            int draws = quick ? line.Draws.Quick : line.Draws.Paper;
            (string, string)[] changes =
                [.. line.Changes, .. quick && line.Method == "stddpg-al" ? AgentVariant.BeginsAt(300) : []];
            Variant variant = AgentVariant.Of(
                line.Label, line.Method, line.Environment, new TrainingRequest(changes, steps, every, FirstSeed: 0, EvaluationEpisodes: 1, Preset: line.Preset));
            LocatedTask task = TaskLocator.Find(line.Environment);
            return MeasuredTraining.Of(
                variant, new JsonObject { ["draws"] = draws, ["follower_steps"] = string.Join(",", line.FollowerSteps) },
                (training, stream) => new ForesightTraining(
                    training, () => task.CreateForAgents(variant.TimeLimitTerminates), line.FollowerSteps, draws, every, stream.Split("foresight")));
        })];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        (Line Line, int M, double[] Answer, double[] Change)[] measured =
        [
            .. from line in Lines from m in line.FollowerSteps
               select (line, m, Means(runs, line, $"answer_cosine_{m}"), Means(runs, line, $"change_cosine_{m}")),
        ];
        Interval claimed = Verdicts.Above(Foreseen);
        IReadOnlyList<Interval> corrected = Verdicts.Holm([.. measured.Select(x => (StudentEstimate.Mean(x.Answer), (Interval?)claimed))]);
        return new Analysis(
            [.. measured.Select((x, i) => new Finding(
                $"The critic answers as the leader foresees, in {Wording.Thousands(x.M)} step{(x.M == 1 ? "" : "s")} ({x.Line.Legend}).",
                $"Cosine between the foreseen answer and the part of the critic's change that the leader's step causes {Wording.MeanWithInterval(x.Answer)}"
                + $"{Wording.Holm(corrected[i], measured.Length)}, and that part is {Text(runs, x.Line, $"answer_ratio_{x.M}")} times as long as foreseen; with the "
                + $"whole change {Wording.MeanWithInterval(x.Change)}, which is {Text(runs, x.Line, $"change_ratio_{x.M}")} times as long ({Wording.Seeds(x.Answer.Length)}).",
                Verdicts.Of(corrected[i], claimed)))],
            [.. Lines.Select(line => new LineChart(
                line.Label, $"Cosine with the foreseen answer, {line.Legend} on {line.Environment}", "environment steps", "cosine", LogY: false,
                $"Mean and one sample standard deviation over {Wording.Seeds(runs.Of(line.Label).Count)}.",
                [.. line.FollowerSteps.SelectMany(m => (Series[])
                [
                    runs.Curve(line.Label, $"foresight/answer_cosine_{m}", $"caused by the step, m = {m}"),
                    runs.Curve(line.Label, $"foresight/change_cosine_{m}", $"whole change, m = {m}"),
                ])]))],
            [
                new DataTable(
                    "Mean over rows",
                    ["method", "critic steps", "cosine, caused", "length, caused / foreseen", "cosine, whole change", "length, whole / foreseen"],
                    [.. measured.Select(x => new[]
                    {
                        x.Line.Legend, $"{x.M}", Wording.MeanWithInterval(x.Answer), Text(runs, x.Line, $"answer_ratio_{x.M}"),
                        Wording.MeanWithInterval(x.Change), Text(runs, x.Line, $"change_ratio_{x.M}"),
                    })]),
            ]);
    }

    private static double[] Means(StudyRuns runs, Line line, string metric) => runs.Values(line.Label, run => run.MeanOverRows($"foresight/{metric}"));

    private static string Text(StudyRuns runs, Line line, string metric) => Wording.MeanWithInterval(Means(runs, line, metric));

    private sealed record Line(
        string Label, string Legend, string Method, string Environment, string Preset, (long Quick, long Paper) Steps, int[] FollowerSteps,
        (int Quick, int Paper) Draws, (string, string)[] Changes);
}
