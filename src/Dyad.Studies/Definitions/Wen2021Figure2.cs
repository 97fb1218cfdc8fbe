using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Wen et al. 2021, figure 2: what critic and res-critic predict while Res-AC learns.</summary>
internal sealed class Wen2021Figure2 : Study
{
    private const string Label = "res-ac";

    public override string Name => "wen2021/fig2";

    public override string Title => "Does the res-critic fill in what the critic lacks?";

    public override string Source => "Wen et al. 2021, figure 2";

    public override string Question =>
        "Res-AC learns FourRoom with five updates of the res-critic w for each of the critic q. Three numbers are computed "
        + "exactly as it learns: the critic's prediction mu0' Pi q of the return, the corrected one mu0' Pi (q + w), and the true "
        + "return mu0' Pi q_theta.";

    public override IReadOnlyList<string> Notes => [FourRoomVariants.TaskNote];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 10 : 20;

    public override IReadOnlyList<Variant> Variants(StudyScale scale) =>
        [FourRoomVariants.Sampled(Label, scale == StudyScale.Quick ? 150_000 : 500_000, 1500, resCriticSteps: 5)];

    public override Analysis Analyze(StudyRuns runs)
    {
        int seeds = runs.Of(Label).Count;
        double[] critic = runs.Values(Label, run => MeanDistance(run, "eval/critic_return"));
        double[] corrected = runs.Values(Label, run => MeanDistance(run, "eval/corrected_return"));
        double[] gains = [.. critic.Zip(corrected, (q, sum) => q - sum)];
        double[] criticError = runs.Values(Label, run => run.MeanOverRows("eval/critic_error"));
        double[] correctedError = runs.Values(Label, run => run.MeanOverRows("eval/corrected_error"));
        return new Analysis(
            [
                new Finding(
                    "The sum of critic and res-critic approximates the true return better than the critic alone throughout training.",
                    $"Mean distance to the true return over training: critic {Wording.MeanWithInterval(critic)}, critic and res-critic "
                    + $"{Wording.MeanWithInterval(corrected)}; the paired gain is {Wording.MeanWithInterval(gains)} ({Wording.Seeds(seeds)}).",
                    Verdicts.Of(Statistics.MeanInterval(gains), Verdicts.Better)),
                new Finding(
                    "The paper shows the mean over start states only.",
                    $"Over single state-action pairs, the root mean square error under the policy's occupancy is "
                    + $"{Wording.MeanWithInterval(criticError)} for the critic and {Wording.MeanWithInterval(correctedError)} for the sum, "
                    + $"averaged over training ({Wording.Seeds(seeds)}).",
                    Verdict.New),
            ],
            [
                new LineChart(
                    "prediction", "Predicted and true return", "environment steps", "expected discounted return", LogY: false,
                    $"Mean and one sample standard deviation over {Wording.Seeds(seeds)}.",
                    [
                        runs.Curve(Label, "eval/critic_return", "Critic"),
                        runs.Curve(Label, "eval/corrected_return", "Critic + res-critic"),
                        runs.Curve(Label, "eval/return", "True return"),
                    ]),
                new LineChart(
                    "error", "Error over state-action pairs", "environment steps", "root mean square error under d", LogY: true,
                    $"Distance of q and of q + w to the true action values, weighted by the policy's occupancy; {Wording.Seeds(seeds)}.",
                    [
                        runs.Curve(Label, "eval/critic_error", "Critic"),
                        runs.Curve(Label, "eval/corrected_error", "Critic + res-critic"),
                    ]),
            ],
            []);
    }

    private static double MeanDistance(FinishedRun run, string prediction) =>
        run.Column(prediction).Zip(run.Column("eval/return"), (predicted, true_) => Math.Abs(predicted - true_)).Average();
}
