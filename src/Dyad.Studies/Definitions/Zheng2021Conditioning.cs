using System.Globalization;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>
/// What a leader of each side would have to invert: the extreme eigenvalues of the critic's and the actor's Hessian along the
/// training of the plain methods.
/// </summary>
internal sealed class Zheng2021Conditioning : Study
{
    private static readonly (string Label, string Legend, (string, string)[] Changes)[] Methods =
    [
        ("ddpg", "DDPG", [("next_action", "current-policy")]),
        ("sac", "SAC", []),
    ];

    private static readonly string[] Players = ["critic", "actor"];

    private readonly string _environment;
    private readonly (long Quick, long Paper) _steps;
    private readonly int _seeds;

    /// <summary>The study on a task.</summary>
    /// <param name="name">The last part of its name.</param>
    /// <param name="environment">The task.</param>
    /// <param name="steps">Environment steps of a run at both scales.</param>
    /// <param name="seeds">Seeds at paper scale.</param>
    public Zheng2021Conditioning(string name, string environment, (long Quick, long Paper) steps, int seeds)
    {
        Name = $"zheng2021/conditioning-{name}";
        (_environment, _steps, _seeds) = (environment, steps, seeds);
    }

    public override string Name { get; }

    public override string Title => $"Which player is the better conditioned follower on {_environment}?";

    public override string Source => "Zheng et al. 2021, section 5";

    public override string Question =>
        "The paper explains that actors lead better than critics by the critic's cost, a mean squared error, which would be the better "
        + "conditioned one. The extreme eigenvalues of the Hessian of L in w and of -J in theta, by Lanczos on a batch of the replay, while "
        + "DDPG and SAC learn without a leader. The negative part is -min / max(-min, max), 0 where no eigenvalue found is negative: a follower "
        + "with a negative part of 1 has no best response that its Hessian tells.";

    public override IReadOnlyList<string> Notes =>
    [
        "Twenty steps of Lanczos; the current policy in DDPG's target. Means are over rows of metrics, from the first update on.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 2 : _seeds;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        bool quick = scale == StudyScale.Quick;
        long steps = quick ? _steps.Quick : _steps.Paper;
        return [.. Methods.Select(method => AgentVariant.Of(
            method.Label, method.Label, _environment, new TrainingRequest(
                [("eigenvalue_steps", "20"), .. quick ? AgentVariant.BeginsAt(500) : [], .. method.Changes],
                steps, steps / (quick ? 5 : 20), FirstSeed: 0, EvaluationEpisodes: 1)))];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        runs = runs with { Runs = [.. runs.Runs.Select(WithNegativeParts)] };
        string seeds = Wording.Seeds(runs.Of(Methods[0].Label).Count);
        (string Legend, double[] Critic, double[] Actor)[] parts =
            [.. Methods.Select(method => (method.Legend, Means(runs, method.Label, NegativePart("critic")), Means(runs, method.Label, NegativePart("actor"))))];
        Interval claimed = Verdicts.Below(0);
        IReadOnlyList<Interval> corrected = Verdicts.Holm([.. parts.Select(x => (StudentEstimate.Difference(x.Critic, x.Actor), (Interval?)claimed))]);
        string caption = $"Mean and one sample standard deviation over {seeds}.";
        return new Analysis(
            [.. parts.Select((x, i) => new Finding(
                $"The critic's cost is better conditioned than the actor's ({x.Legend}).",
                $"Negative part of the Hessian, mean over training: critic {Wording.MeanWithInterval(x.Critic)}, actor {Wording.MeanWithInterval(x.Actor)}, "
                + $"difference {Wording.Difference(x.Critic, x.Actor)}{Wording.Holm(corrected[i], parts.Length)} ({seeds}).",
                Verdicts.Of(corrected[i], claimed)))],
            [
                new LineChart(
                    "negative-part", "Negative part of each player's Hessian", "environment steps", "-min / max(-min, max)", LogY: false, caption,
                    [.. from method in Methods from player in Players
                        select runs.Curve(method.Label, NegativePart(player), $"{method.Legend}, {player}")]),
                .. Players.Select(player => new LineChart(
                    $"{player}-curvature", $"Extreme eigenvalues of the {player}'s Hessian", "environment steps", "eigenvalue", LogY: false, caption,
                    [.. from method in Methods from end in (string[])["min", "max"]
                        select runs.Curve(method.Label, Curvature(player, end), $"{method.Legend}, {end}")])),
            ],
            [
                new DataTable(
                    $"{_environment}, {seeds}",
                    ["method", "player", "lowest eigenvalue, last row", "highest, last row", "negative part, mean", "return, last row"],
                    [.. from method in Methods from player in Players
                        select new[]
                        {
                            method.Legend, player, Last(runs, method.Label, Curvature(player, "min")), Last(runs, method.Label, Curvature(player, "max")),
                            Wording.MeanWithInterval(Means(runs, method.Label, NegativePart(player))),
                            Wording.MeanWithInterval(runs.Values(method.Label, run => run.Final("eval/return")), "0"),
                        }]),
            ]);
    }

    private static string Curvature(string player, string end) => $"game/{player}_curvature_{end}";

    private static string NegativePart(string player) => $"{player}_negative_part";

    private static double[] Means(StudyRuns runs, string label, string metric) => runs.Values(label, run => run.MeanOverRows(metric));

    private static string Last(StudyRuns runs, string label, string metric) =>
        Statistics.Mean(runs.Values(label, run => run.Final(metric))).ToString("G3", CultureInfo.InvariantCulture);

    private static FinishedRun WithNegativeParts(FinishedRun run) => run with
    {
        Metrics = run.Metrics.Concat(Players.Select(player => KeyValuePair.Create(NegativePart(player),
            run.Column(Curvature(player, "min")).Zip(run.Column(Curvature(player, "max")), Part).ToArray()))).ToDictionary(),
    };

    // Missing where the row has no eigenvalues.
    private static double Part(double lowest, double highest) =>
        !double.IsFinite(lowest) ? double.NaN : lowest >= 0 ? 0 : -lowest / Math.Max(-lowest, highest);
}
