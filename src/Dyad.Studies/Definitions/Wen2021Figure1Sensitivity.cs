using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>
/// Figure 1 of Wen et al. 2021 with what the paper leaves open varied: the first critic, the first res-critic and what happens at the
/// goal; and with what it states varied too: step lengths and numbers of steps.
/// </summary>
internal sealed class Wen2021Figure1Sensitivity : Study
{
    private const string Return = "eval/return";

    private static readonly FourRoomLine[] Lines = [.. FourRoomLine.Four, FourRoomLine.Control];

    // What else is varied: options of all methods, and of Res-AC.
    private static readonly (string Name, string Words, (string, string)[] Changes, Func<double, (string, string)[]> OfResAC)[] Variations =
    [
        ("random-w", "w from there too", [], start => [("residual_deviation", FourRoomVariants.Text(start))]),
        ("five-w-steps", "five steps of w", [], _ => [("res_critic_steps", "5")]),
        ("five-steps", "five steps of each critic", [("critic_steps", "5")], _ => [("res_critic_steps", "5")]),
        ("step-0.03", "critics' step 0.03", [("critic_learning_rate", "0.03")], _ => [("res_critic_learning_rate", "0.03")]),
        ("step-0.04", "critics' step 0.04", [("critic_learning_rate", "0.04")], _ => [("res_critic_learning_rate", "0.04")]),
        ("all-actions", "the actor's estimate summed over actions", [("sum_over_actions", "true")], _ => []),
    ];

    public override string Name => "wen2021/fig1-sensitivity";

    public override string Title => "Does the order of the methods depend on what the paper leaves open?";

    public override string Source => "Extends Wen et al. 2021, figure 1";

    public override string Question =>
        "The methods of figure 1 run from first critics of zeros to N(0, 2^2), everything else as in figure 1. From a first critic that shows the "
        + "paper's order, one thing more is varied at a time. Then each method runs at six step lengths of its actor, under three rules for the "
        + "goal and from two first critics, and is compared at its own best, so that all are tuned with the same effort.";

    public override IReadOnlyList<string> Notes =>
    [
        FourRoomVariants.TaskNote,
        FirstCritic.Note,
        "The other rules: the goal absorbs and pays once; or the goal is a cell like others and every step that ends in it pays.",
        "\"Best\" is more than each of the others by intervals that are Holm-corrected over all comparisons of a finding; one of them that has more contradicts it.",
        "The best step length is the one with the largest mean return over training, chosen and reported on the same seeds: "
        + "slightly optimistic, for all methods alike.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 3 : 20;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long steps = scale == StudyScale.Quick ? 150_000 : 500_000;
        return
        [
            .. from start in Starts(scale)
               from line in Lines
               select line.From(start, steps, 3000),
            .. from start in VariedStarts(scale)
               from line in Varied
               select line(start).From(start, steps, 3000),
            .. StepLengthGrid.Variants(scale, steps),
        ];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        double[] starts = Starts(runs.Scale), varied = VariedStarts(runs.Scale);
        FourUnder[] settings = [.. starts.Select(start => Under(runs, start, "", line => line))];
        FourUnder[] variations = [.. from start in varied
                                     from x in Variations
                                     select Under(runs, start, $", {x.Words}", line => Changed(x, line, start))];
        var grid = new StepLengthGrid(runs);
        string seeds = Wording.Seeds(runs.Of(FourRoomLine.ResAC.LabelFrom(starts[0])).Count);
        const string claim = "Res-AC has the best sample efficiency of the four";
        return new Analysis(
            [
                Choice.Over($"{claim}.", FirstCritic.Choice, BestOfFour.Hold(settings, ofFinals: false)),
                Choice.Over(
                    "Actor_g-Critic needs over 150,000 steps more than Res-AC for a similar return.", FirstCritic.Choice,
                    [.. starts.Select(start => FourRoomDelay.Hold(runs, start))]),
                FourRoomControl.Finding(runs, starts),
                Choice.Over($"{claim}, with one thing more varied.", "step lengths, numbers of steps and the first res-critic", BestOfFour.Hold(variations, ofFinals: false)),
                Choice.Over($"{claim}, each at its own best step length.", "the first critic and the rule at the goal", BestOfFour.Hold(grid.Settings, ofFinals: false)),
            ],
            [
                new LineChart(
                    "starts", "Mean return over training, by the first critic", "deviation of the first critic's entries", "mean of the return over training",
                    LogY: false, $"Mean and 95 % interval over {seeds}; 0 is a critic of zeros.",
                    [.. Lines.Select(line => FourRoomVariants.Sweep(line.Legend, starts, start => Areas(runs, line.LabelFrom(start))))]),
                .. grid.Charts(seeds),
            ],
            [
                new DataTable(
                    $"By the first critic ({seeds})",
                    ["first critic", "Res-AC less the best other, mean return over training", "order of final returns", "Actor_g-Critic's delay", "Res-AC less the control"],
                    [.. starts.Select((start, i) => new[]
                    {
                        FirstCritic.Words(start), settings[i].Gain, Order(settings[i]), FourRoomDelay.Words(runs, start),
                        Wording.Difference(Areas(runs, FourRoomLine.ResAC.LabelFrom(start)), Areas(runs, FourRoomLine.Control.LabelFrom(start))),
                    })]),
                new DataTable(
                    $"One thing more varied ({seeds})",
                    ["setting", "Res-AC less the best other, mean return over training", "order of final returns"],
                    [.. variations.Select(x => new[] { x.Value, x.Gain, Order(x) })]),
                grid.Table(),
            ]);
    }

    // At quick scale two ends and the middle.
    private static double[] Starts(StudyScale scale) => scale == StudyScale.Quick ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.7, 1, 2];

    private static double[] VariedStarts(StudyScale scale) => scale == StudyScale.Quick ? [1] : [0.7, 1];

    // All lines of all variations, without those that a variation leaves as they are.
    private static IEnumerable<Func<double, FourRoomLine>> Varied =>
        from x in Variations
        from line in FourRoomLine.Four
        where x.Changes.Length > 0 || line == FourRoomLine.ResAC
        select (Func<double, FourRoomLine>)(start => Changed(x, line, start));

    private static FourRoomLine Changed(
        (string Name, string Words, (string, string)[] Changes, Func<double, (string, string)[]> OfResAC) variation, FourRoomLine line, double start) =>
        variation.Changes.Length == 0 && line != FourRoomLine.ResAC ? line
            : new FourRoomLine(
                $"{line.Name}-{variation.Name}", line.Legend, line.Method,
                [.. variation.Changes, .. line == FourRoomLine.ResAC ? variation.OfResAC(start) : []]);

    private static FourUnder Under(StudyRuns runs, double start, string words, Func<FourRoomLine, FourRoomLine> changed) => new(
        FirstCritic.From(start) + words,
        line => Areas(runs, changed(line).LabelFrom(start)),
        line => runs.On("FourRoom").Values(changed(line).LabelFrom(start), run => run.Final(Return)));

    private static double[] Areas(StudyRuns runs, string label) => runs.On("FourRoom").Values(label, run => run.MeanOverRows(Return));

    private static string Order(FourUnder setting) => string.Join(", ", FourRoomLine.Four
        .Select(line => (line.Legend, Mean: Statistics.Mean(setting.Finals(line)))).OrderByDescending(x => x.Mean).Select(x => $"{x.Legend} {x.Mean:0.000}"));
}
