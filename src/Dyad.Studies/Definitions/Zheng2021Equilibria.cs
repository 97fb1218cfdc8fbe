using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Diagnostics;
using Dyad.Environments.Locating;
using Dyad.Games;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>Where training ends, against definition 1 of Zheng et al. 2021, and the stability of the Stackelberg flow there.</summary>
internal sealed class Zheng2021Equilibria : Study
{
    private static readonly (string Label, string Legend, (string, string)[] Changes)[] OffPolicy =
    [
        ("ddpg", "DDPG", [("next_action", "current-policy")]), ("stddpg-al", "STDDPG-AL", []), ("stddpg-cl", "STDDPG-CL", []),
        ("sac", "SAC", []), ("stsac-al", "STSAC-AL", []), ("stsac-cl", "STSAC-CL", []),
    ];

    private static readonly (string Label, string Legend, (string, string)[] Changes)[] OnPolicy = [("ac", "AC", []), ("stac", "STAC", [])];

    public override string Name => "zheng2021/equilibria";

    public override string Title => "Does training end at a differential Stackelberg equilibrium?";

    public override string Source => "Zheng et al. 2021, definition 1 and theorem 2";

    public override string Question =>
        "Theorem 2 is of iterations near a differential Stackelberg equilibrium. Small networks learn Pendulum-v1 and CartPole-v0; at the end the game of "
        + "actor and critic is held against definition 1 on a batch, and the extreme eigenvalues of the Stackelberg flow's Jacobian say whether the "
        + "point would be stable under it.";

    public override string SummaryMetric => "equilibrium/total";

    public override IReadOnlyList<string> Notes =>
    [
        "As ./dyad inspect: 60 steps of Lanczos and Arnoldi in single precision, tolerance 0.001. Pendulum: 32 hidden units, batches of 1,000. The flow is by each leader's own rule with its damping; of DDPG and SAC, that of a leading actor by default options.",
        "On policy, the conditions are told on an epoch of new episodes, and of the flow there is no Jacobian to speak of.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 2 : 3;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        bool quick = scale == StudyScale.Quick;
        (string, string)[] small = [("hidden_width", "32"), .. quick ? AgentVariant.BeginsAt(300) : []];
        return
        [
            .. OffPolicy.Select(x => Of(x.Label, "Pendulum-v1", [.. small, .. x.Changes], quick ? 1_000 : 10_000, quick ? 10 : 60)),
            .. OnPolicy.Select(x => Of(x.Label, "CartPole-v0", [.. x.Changes], quick ? 8_000 : 80_000, quick ? 10 : 60)),
        ];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        (string Label, string Legend)[] all = [.. OffPolicy.Concat(OnPolicy).Select(x => (x.Label, x.Legend))];
        int[] kinds = [.. all.SelectMany(x => runs.Values(x.Label, run => run.Final("equilibrium/kind"))).Select(x => (int)x)];
        string Count(EquilibriumKind kind) => $"{kinds.Count(x => x == (int)kind)}";
        double[] flows = [.. OffPolicy.SelectMany(x => runs.Values(x.Label, run => run.Final("equilibrium/flow_min")))];
        string seeds = Wording.Seeds(runs.Of("ddpg").Count);
        return new Analysis(
            [
                new Finding(
                    "",
                    $"Of {kinds.Length} runs {Count(EquilibriumKind.DifferentialStackelberg)} end near a differential Stackelberg equilibrium: {Count(EquilibriumKind.Degenerate)} "
                    + $"are degenerate, the follower's Hessian being singular to the tolerance, {Count(EquilibriumKind.NotStationary)} not stationary, "
                    + $"{Count(EquilibriumKind.NotMinimal)} not minimal, {Count(EquilibriumKind.Undecided)} undecided ({seeds} each).",
                    Verdict.New),
                new Finding(
                    "",
                    $"The Stackelberg flow has an eigenvalue with a negative real part at the end of {flows.Count(x => x < 0)} of {flows.Length} runs off policy, "
                    + $"the lowest of each between {flows.Min():G3} and {flows.Max():G3}: so far as the Krylov spaces show, it would leave those points.",
                    Verdict.New),
            ],
            [],
            [
                new DataTable(
                    $"At the end of training, mean over {seeds}",
                    [
                        "method", "verdicts", "norm of the total derivative", "norm of the follower's gradient", "follower's Hessian, lowest", "highest",
                        "nearest to 0", "individual gradients, lowest real part", "Stackelberg flow, lowest real part", "highest",
                    ],
                    [.. all.Select(x => (IReadOnlyList<string>)
                    [
                        x.Legend, Verdicts(runs, x.Label), Text(runs, x.Label, "total"), Text(runs, x.Label, "follower_gradient"),
                        Text(runs, x.Label, "follower_min"), Text(runs, x.Label, "follower_max"), Text(runs, x.Label, "follower_nearest"),
                        Text(runs, x.Label, "individual_min"), Text(runs, x.Label, "flow_min"), Text(runs, x.Label, "flow_max"),
                    ])]),
            ]);
    }

    private static Variant Of(string method, string environment, (string, string)[] changes, long steps, int krylov)
    {
        Variant variant = AgentVariant.Of(method, method, environment, new TrainingRequest(changes, steps, steps, FirstSeed: 0, EvaluationEpisodes: 5));
        var options = new InspectionOptions { BatchSize = 1000, Steps = krylov };
        LocatedTask task = TaskLocator.Find(environment);
        return MeasuredTraining.Of(
            variant, new JsonObject { ["batch"] = options.BatchSize, ["krylov_steps"] = krylov, ["tolerance"] = options.Tolerance },
            (training, stream) => new EquilibriumTraining(training, () => task.CreateForAgents(), options, steps, stream.Split("equilibrium")));
    }

    private static string Verdicts(StudyRuns runs, string label) => string.Join(", ", runs.Values(label, run => run.Final("equilibrium/kind"))
        .GroupBy(kind => (EquilibriumKind)(int)kind).OrderBy(group => group.Key).Select(group => $"{group.Count()} {EquilibriumVerdict.Word(group.Key)}"));

    private static string Text(StudyRuns runs, string label, string metric)
    {
        double[] values = runs.Values(label, run => run.Metrics.ContainsKey($"equilibrium/{metric}") ? run.Final($"equilibrium/{metric}") : double.NaN);
        return values.All(double.IsFinite) ? Statistics.Mean(values).ToString("G3", CultureInfo.InvariantCulture) : "";
    }
}
