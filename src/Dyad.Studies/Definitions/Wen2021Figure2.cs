using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Wen et al. 2021, figure 2: what critic and res-critic predict while Res-AC learns.</summary>
internal sealed class Wen2021Figure2 : Study
{
    private static readonly FourRoomLine Line = new("res-ac", "Res-AC", "res-ac", ("res_critic_steps", "5"));

    public override string Name => "wen2021/fig2";

    public override string Title => "Does the res-critic fill in what the critic lacks?";

    public override string Source => "Wen et al. 2021, figure 2";

    public override string Question =>
        "Res-AC learns FourRoom with five updates of the res-critic w for each of the critic q. Three numbers are computed "
        + "exactly as it learns: the critic's prediction mu0' Pi q of the return, the corrected one mu0' Pi (q + w), and the true "
        + "return mu0' Pi q_theta.";

    public override IReadOnlyList<string> Notes => [FourRoomVariants.TaskNote, FirstCritic.Note];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 10 : 20;

    public override IReadOnlyList<Variant> Variants(StudyScale scale) =>
        [.. FirstCritic.Deviations(scale).Select(start => Line.From(start, scale == StudyScale.Quick ? 150_000 : 500_000, 1500))];

    public override Analysis Analyze(StudyRuns runs)
    {
        double[] starts = FirstCritic.Deviations(runs.Scale);
        string seeds = Wording.Seeds(runs.Of(Line.LabelFrom(starts[0])).Count);
        return new Analysis(
            [
                Choice.Over(
                    "The sum of critic and res-critic approximates the true return better than the critic alone throughout training.", FirstCritic.Choice,
                    Sum(runs, starts, "in the mean distance to the true return over training",
                        run => MeanDistance(run, "eval/critic_return"), run => MeanDistance(run, "eval/corrected_return"))),
                Choice.Over(
                    "The same over single state-action pairs, which the paper does not show.", FirstCritic.Choice,
                    Sum(runs, starts, "in the root mean square error under the policy's occupancy, averaged over training",
                        run => run.MeanOverRows("eval/critic_error"), run => run.MeanOverRows("eval/corrected_error"))),
            ],
            [
                .. starts.SelectMany(start => new Chart[]
                {
                    new LineChart(
                        $"prediction{FirstCritic.IdSuffix(start)}", $"Predicted and true return, first critic {FirstCritic.Words(start)}", "environment steps",
                        "expected discounted return", LogY: false, $"Mean and one sample standard deviation over {seeds}.",
                        [
                            runs.Curve(Line.LabelFrom(start), "eval/critic_return", "Critic"),
                            runs.Curve(Line.LabelFrom(start), "eval/corrected_return", "Critic + res-critic"),
                            runs.Curve(Line.LabelFrom(start), "eval/return", "True return"),
                        ]),
                    new LineChart(
                        $"error{FirstCritic.IdSuffix(start)}", $"Error over state-action pairs, first critic {FirstCritic.Words(start)}", "environment steps",
                        "root mean square error under d", LogY: true,
                        $"Distance of q and of q + w to the true action values, weighted by the policy's occupancy; {seeds}.",
                        [
                            runs.Curve(Line.LabelFrom(start), "eval/critic_error", "Critic"),
                            runs.Curve(Line.LabelFrom(start), "eval/corrected_error", "Critic + res-critic"),
                        ]),
                }),
            ],
            []);
    }

    private static IReadOnlyList<Choice> Sum(
        StudyRuns runs, double[] starts, string words, Func<FinishedRun, double> critic, Func<FinishedRun, double> sum)
    {
        double[] Of(double start, Func<FinishedRun, double> value) => runs.Values(Line.LabelFrom(start), value);
        double[][] gains = [.. starts.Select(start => Of(start, critic).Zip(Of(start, sum), (q, both) => q - both).ToArray())];
        IReadOnlyList<Interval> corrected = Verdicts.Holm([.. gains.Select(x => (StudentEstimate.Mean(x), (Interval?)Verdicts.Better))]);
        return [.. starts.Select((start, i) => new Choice(
            FirstCritic.From(start),
            $"Critic {Wording.MeanWithInterval(Of(start, critic))}, critic and res-critic {Wording.MeanWithInterval(Of(start, sum))} {words}; "
            + $"paired gain {Wording.MeanWithInterval(gains[i])}.",
            Verdicts.Of(corrected[i], Verdicts.Better)))];
    }

    private static double MeanDistance(FinishedRun run, string prediction) =>
        run.Column(prediction).Zip(run.Column("eval/return"), (predicted, true_) => Math.Abs(predicted - true_)).Average();
}
