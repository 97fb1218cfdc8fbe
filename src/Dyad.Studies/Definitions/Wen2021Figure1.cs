using Dyad.Algorithms.Tabular;
using Dyad.Environments.Locating;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Wen et al. 2021, figure 1: the four actor-critics from samples on FourRoom, from several first critics.</summary>
internal sealed class Wen2021Figure1 : Study
{
    private const string Exact = "policy-gradient";
    private const string Return = "eval/return";
    private const long MeasureEvery = 1500;

    private static readonly FourRoomLine[] Lines = [.. FourRoomLine.Four, FourRoomLine.Control];

    public override string Name => "wen2021/fig1";

    public override string Title => "Do the corrections learn faster than plain actor-critics?";

    public override string Source => "Wen et al. 2021, figure 1";

    public override string Question =>
        "Four tabular actor-critics learn FourRoom from episodes of 300 steps, one update of each player an episode. The paper does not say "
        + "which critic they start from: here it is zero, or drawn from N(0, sigma^2). After episodes the policy's expected discounted return is "
        + "computed exactly, and so is the cosine between the update that the method makes on average and the true policy gradient. A control has "
        + "no res-critic and twice the critic's step. Ascent along the exact policy gradient, with the same optimiser and step length and one "
        + "update for 300 steps, shows what could be had.";

    public override IReadOnlyList<string> Notes =>
    [
        FourRoomVariants.TaskNote,
        FirstCritic.Note,
        "Step lengths are the paper's: 0.01 for the actor, 0.02 for critic and res-critic. The study wen2021/fig1-sensitivity varies what is open: "
        + "the first critic more finely, the first res-critic, the rule at the goal; and the step lengths.",
        "Stack-AC is built as its class says: visit frequencies for the semi-derivative, an expectation over next actions, "
        + "damping 0.5.",
        "The expected update is computed from the expected visits of an episode. Stack-AC's update is not linear in the visits; "
        + "its curve is the update at the expected visits.",
        "\"Best\" asks for more than each of the others in both measures, and is contradicted by one of them that has more in both. Comparable is "
        + "apart by less than a tenth of the improvement over the random policy. A delay ends where the mean curve reaches nine tenths of the best final return; a curve that does not within the run is taken never to.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 16 : 20;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long steps = scale == StudyScale.Quick ? 150_000 : 500_000;
        return
        [
            .. from start in FirstCritic.Deviations(scale)
               from line in Lines
               let variant = line.From(start, steps, MeasureEvery)
               select start == 0 ? variant with { KeepPolicies = GridPictures.Kept, KeepSeed = FirstSeed } : variant,
            FourRoomVariants.Exact(Exact, new ExactActorCriticOptions { StepsPerIteration = 300 }, steps, MeasureEvery),
        ];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        double[] starts = FirstCritic.Deviations(runs.Scale);
        FourUnder[] settings = [.. starts.Select(start => new FourUnder(
            FirstCritic.From(start), line => Areas(runs, line, start), line => Finals(runs, line, start)))];
        string seeds = Wording.Seeds(runs.Of(FourRoomLine.ResAC.LabelFrom(starts[0])).Count);
        return new Analysis(
            [
                Choice.Over("Res-AC has the best sample efficiency and the best final return of the four.", FirstCritic.Choice, BestOfFour.Hold(settings, ofFinals: true)),
                Choice.Over("Stack-AC and Actor_o-Critic perform comparably, below Res-AC.", FirstCritic.Choice, Comparable(settings)),
                Choice.Over(
                    "Actor_g-Critic needs over 150,000 steps more than Res-AC for a similar return.", FirstCritic.Choice,
                    [.. starts.Select(start => FourRoomDelay.Hold(runs, start))]),
                FourRoomControl.Finding(runs, starts),
                new Finding(
                    "The paper does not show the exact policy gradient.",
                    $"With the same optimiser and step length it reaches {runs.Of(Exact)[0].Final(Return):0.000} and averages "
                    + $"{runs.Of(Exact)[0].MeanOverRows(Return):0.000} over training.",
                    Verdict.New),
                new Finding(
                    "The paper motivates both corrections by a smaller gap to the policy gradient, and does not measure it while learning.",
                    "Mean cosine between expected update and policy gradient over training. "
                    + string.Join(" ", starts.Select(start => $"{FirstCritic.From(start)}: {string.Join(", ", Lines.Select(line => $"{line.Legend} {Cosine(runs, line, start)}"))}."))
                    + $" ({seeds})",
                    Verdict.New),
            ],
            [
                .. starts.SelectMany(start => Charts(runs, start, seeds)),
                .. GridPictures.Of(
                    "grid", "What each of the four has learned of FourRoom, first critic zeros", TaskLocator.Find("FourRoom"),
                    FourRoomLine.Four.Select(line => (line.Legend, runs.Of(line.LabelFrom(0)).FirstOrDefault(run => run.Seed == FirstSeed)))),
            ],
            [
                new DataTable(
                    $"From each first critic ({seeds})",
                    ["first critic", "line", "mean return over training", "final return", "mean cosine with the policy gradient"],
                    [.. from start in starts
                        from line in Lines
                        select new[]
                        {
                            FirstCritic.Words(start), line.Legend, Wording.MeanWithInterval(Areas(runs, line, start)),
                            Wording.MeanWithInterval(Finals(runs, line, start)), Cosine(runs, line, start),
                        }]),
            ]);
    }

    // One family over all starts: Stack-AC and Actor_o-Critic equivalent, and both below Res-AC.
    private static IReadOnlyList<Choice> Comparable(IReadOnlyList<FourUnder> settings)
    {
        double random = FourRoomVariants.RandomReturn();
        (FourUnder Setting, StudentEstimate Gain, Interval? Claimed)[] family = [.. settings.SelectMany(x => new[]
        {
            (x, StudentEstimate.Difference(x.Finals(FourRoomLine.StackAC), x.Finals(FourRoomLine.ActorO)), Verdicts.Comparable(Margin(x))),
            (x, StudentEstimate.Difference(x.Finals(FourRoomLine.ResAC), x.Finals(FourRoomLine.StackAC)), Verdicts.Better),
            (x, StudentEstimate.Difference(x.Finals(FourRoomLine.ResAC), x.Finals(FourRoomLine.ActorO)), Verdicts.Better),
        })];
        IReadOnlyList<Interval> corrected = Verdicts.Holm([.. family.Select(x => (x.Gain, x.Claimed))]);
        return [.. settings.Select(setting => new Choice(
            setting.Value,
            $"Final returns: Stack-AC {Wording.MeanWithInterval(setting.Finals(FourRoomLine.StackAC))}, Actor_o-Critic "
            + $"{Wording.MeanWithInterval(setting.Finals(FourRoomLine.ActorO))}, Res-AC {Wording.MeanWithInterval(setting.Finals(FourRoomLine.ResAC))}; "
            + RandomPolicy.Words(Margin(setting), "Actor_o-Critic", random, "0.000") + ".",
            Verdicts.All([.. family.Zip(corrected).Where(x => x.First.Setting == setting).Select(x => Verdicts.Of(x.Second, x.First.Claimed))])))];

        double? Margin(FourUnder setting) => RandomPolicy.Margin(Statistics.Mean(setting.Finals(FourRoomLine.ActorO)), random);
    }

    private static IEnumerable<Chart> Charts(StudyRuns runs, double start, string seeds)
    {
        string id = FirstCritic.IdSuffix(start);
        string from = $"first critic {FirstCritic.Words(start)}";
        yield return new LineChart(
            $"return{id}", $"Return of the current policy, {from}", "environment steps", "expected discounted return", LogY: false,
            $"Mean and one sample standard deviation over {seeds}; the policy gradient is exact and uses no samples.",
            [.. Lines.Select(line => runs.Curve(line.LabelFrom(start), Return, line.Legend)), runs.Curve(Exact, Return, FourRoomVariants.Legend(Exact))]);
        yield return new LineChart(
            $"gap{id}", $"Closeness to the policy gradient, {from}", "environment steps", "cosine with the policy gradient", LogY: false,
            "Cosine between the expected update of each method and the true policy gradient at the same policy: 1 is the "
            + "policy gradient itself, 0 is perpendicular to it. Bands: one sample standard deviation.",
            [.. Lines.Select(line => runs.Curve(line.LabelFrom(start), "gap/cosine", line.Legend))]);
    }

    private static double[] Areas(StudyRuns runs, FourRoomLine line, double start) => runs.Values(line.LabelFrom(start), run => run.MeanOverRows(Return));

    private static double[] Finals(StudyRuns runs, FourRoomLine line, double start) => runs.Values(line.LabelFrom(start), run => run.Final(Return));

    private static string Cosine(StudyRuns runs, FourRoomLine line, double start) =>
        Wording.MeanWithInterval(runs.Values(line.LabelFrom(start), run => run.MeanOverRows("gap/cosine")), "0.00");
}
