using System.Globalization;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>What the solver and the damping of the implicit term do to learning: the measured ground for the recommended ones.</summary>
internal sealed class StackelbergSolvers : Study
{
    private const string Return = "eval/return";

    // Legend and options of a leader beside the plain method; the first is the published one.
    private static readonly (string Name, string Legend, string Leader, (string, string)[] Options)[] Leaders =
    [
        ("cg-published", "actor: CG, 500 decaying", "al", [.. Gradients("hessian", "500"), ("damping_schedule", "exponential"), ("damping_decay_steps", "1e5")]),
        ("cg-1", "actor: CG, 1", "al", Gradients("hessian", "1")),
        ("samples-0.1", "actor: samples, 0.1", "al", Samples("0.1")),
        ("samples-1", "actor: samples, 1", "al", Samples("1")),
        ("samples-10", "actor: samples, 10", "al", Samples("10")),
        ("samples-1-bounded", "actor: samples, 1, bounded", "al", [.. Samples("1"), ("implicit_bound", "1")]),
        ("critic-adaptive", "critic: CG, adaptive", "cl", [.. Gradients("hessian", "1"), ("damping_schedule", "adaptive"), ("implicit_bound", "1")]),
    ];

    private readonly string _environment;
    private readonly (long Quick, long Paper) _steps;
    private readonly int _seeds;
    private readonly string[] _names;

    /// <summary>The study on a task.</summary>
    /// <param name="name">The last part of its name.</param>
    /// <param name="environment">The task.</param>
    /// <param name="steps">Environment steps of a run at both scales.</param>
    /// <param name="seeds">Seeds at paper scale.</param>
    /// <param name="names">Which leaders; all if none is named.</param>
    public StackelbergSolvers(string name, string environment, (long Quick, long Paper) steps, int seeds, params string[] names)
    {
        Name = $"stackelberg/{name}";
        _environment = environment;
        _steps = steps;
        _seeds = seeds;
        _names = names;
    }

    public override string Name { get; }

    public override string Title => $"What do solver and damping do to learning on {_environment}?";

    public override string Source => "Zheng et al. 2021, section 4.3 and appendix E";

    public override string Question =>
        "SAC and DDPG with the actor or the critic leading, each solver and damping beside the plain method with the same options, both "
        + "players moving at once and, for DDPG, the current policy in the target: so that the implicit term is the only difference. "
        + "Compared by the evaluation return over the whole run and at its end.";

    public override IReadOnlyList<string> Notes =>
    [
        "A rule is named by who leads, its solver and its damping. Dampings are constants unless said otherwise; 500 decaying is 500 exp(-t / 100,000), t the leader's updates, as in the authors' code.",
        "CG: at most 10 steps on the exact Hessian, ended by negative curvature. Samples: the sample-space solve for the Gauss-Newton curvature, solved exactly. "
        + "Bounded: the implicit part is at most as long as the direct one, as with the critic leading.",
        "Step lengths and sizes are the recommended ones of the plain methods; nothing was tuned for a leader.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 2 : _seeds;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        // Evaluations take most of a short run.
        bool quick = scale == StudyScale.Quick;
        long steps = quick ? _steps.Quick : _steps.Paper;
        int rows = quick ? 5 : 20, episodes = quick ? 1 : 10;
        return [.. from family in Families(scale)
                   from variant in Chosen.Select(x => (Name: (string?)x.Name, Method: $"st{family}-{x.Leader}", x.Options))
                       .Prepend((null, family, []))
                   select AgentVariant.Of(
                       LabelOf(family, variant.Name), variant.Method, _environment, new TrainingRequest(
                           [("order", "simultaneous"), .. family == "ddpg" ? [("next_action", "current-policy")] : NoChanges, .. variant.Options],
                           steps, steps / rows, FirstSeed: 0, episodes))];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        string[] families = Families(runs.Scale);
        return new Analysis(
            [.. families.SelectMany(family => Findings(runs, family))],
            [.. families.Select(family => new LineChart(
                family, $"{family.ToUpperInvariant()} on {_environment}", "environment steps", "evaluation return", LogY: false,
                $"Mean and one sample standard deviation over {Wording.Seeds(runs.Of(LabelOf(family, null)).Count)}.",
                [runs.Curve(LabelOf(family, null), Return, "plain"),
                    .. Chosen.Select(x => runs.Curve(LabelOf(family, x.Name), Return, x.Legend))]))],
            [
                new DataTable(
                    "Each solver and damping",
                    ["method", "variant", "last return", "mean return over the run", "against plain", "cosine", "|implicit| / |direct|", "CG steps"],
                    [.. from family in families
                        from variant in Chosen.Select(x => (Name: (string?)x.Name, x.Legend)).Prepend((null, "plain"))
                        select Row(runs, family, variant.Name, variant.Legend)]),
            ]);
    }

    private static (string, string)[] NoChanges => [];

    private IEnumerable<(string Name, string Legend, string Leader, (string, string)[] Options)> Chosen =>
        Leaders.Where(x => _names.Length == 0 || _names.Contains(x.Name));

    // At quick scale one family shows the trend.
    private static string[] Families(StudyScale scale) => scale == StudyScale.Quick ? ["sac"] : ["sac", "ddpg"];

    private static (string, string)[] Gradients(string curvature, string damping) =>
        [("solver", "conjugate-gradient"), ("curvature", curvature), ("damping", damping), ("damping_schedule", "constant"), ("implicit_bound", "0")];

    private static (string, string)[] Samples(string damping) =>
        [("solver", "sample-space"), ("curvature", "gauss-newton"), ("damping", damping), ("damping_schedule", "constant"), ("implicit_bound", "0")];

    private static string LabelOf(string family, string? variant) => variant is null ? family : $"{family}-{variant}";

    private static double[] Areas(StudyRuns runs, string label) => runs.Values(label, run => run.MeanOverRows(Return));

    private IEnumerable<Finding> Findings(StudyRuns runs, string family)
    {
        double[] plain = Areas(runs, LabelOf(family, null));
        string method = family.ToUpperInvariant();
        string seeds = Wording.Seeds(plain.Length);
        double random = RandomPolicy.MeanReturn(_environment);
        double? margin = RandomPolicy.Margin(Statistics.Mean(plain), random);
        foreach ((string name, string legend, _, _) in Chosen.Take(1))
        {
            double[] led = Areas(runs, LabelOf(family, name));
            Interval gain = Statistics.DifferenceInterval(led, plain);
            yield return new Finding(
                $"Stackelberg versions of {method} do at least as well as it, and often learn faster.",
                $"{legend} (the published rule) differs from plain {method} by {Wording.Difference(led, plain, "0.0")} in the mean return over the run "
                + $"and by {Wording.Difference(Last(runs, LabelOf(family, name)), Last(runs, LabelOf(family, null)), "0.0")} in the last return ({seeds}). "
                + $"Non-inferiority: {RandomPolicy.Words(margin, $"plain {method}", random, "0.0")}. "
                + $"Superiority: {Verdicts.Of(gain, Verdicts.Better).ToString().ToLowerInvariant()}.",
                Verdicts.Of(gain, Verdicts.NotWorse(margin)));
        }

        (string Legend, StudentEstimate Gain)[] all =
            [.. Chosen.Select(x => (x.Legend, StudentEstimate.Difference(Areas(runs, LabelOf(family, x.Name)), plain)))];
        Verdict[] verdicts = [.. Verdicts.Holm([.. all.Select(x => (x.Gain, (Interval?)Verdicts.Better))]).Select(x => Verdicts.Of(x, Verdicts.Better))];
        string[] better = [.. all.Where((_, i) => verdicts[i] == Verdict.Supported).Select(x => x.Legend)];
        string[] worse = [.. all.Where((_, i) => verdicts[i] == Verdict.Contradicted).Select(x => x.Legend)];
        yield return new Finding(
            "",
            $"Of {all.Length} rules for {method}, by Holm-corrected intervals of the difference in the mean return over the run ({seeds}): "
            + $"better than plain {List(better)}; worse {List(worse)}.",
            Verdict.New);

        static string List(string[] names) => names.Length == 0 ? "none" : string.Join("; ", names);
    }

    private static double[] Last(StudyRuns runs, string label) => runs.Values(label, run => run.Final(Return));

    private static string[] Row(StudyRuns runs, string family, string? variant, string legend)
    {
        string label = LabelOf(family, variant);
        double[] areas = Areas(runs, label);
        return
        [
            family.ToUpperInvariant(), legend, Wording.MeanWithInterval(Last(runs, label), "0.0"), Wording.MeanWithInterval(areas, "0.0"),
            variant is null ? "" : Wording.Difference(areas, Areas(runs, LabelOf(family, null)), "0.0"),
            Mean("train/implicit_cosine", "0.00"), Ratio(), Mean("train/solver_iterations", "0.0"),
        ];

        string Mean(string metric, string format) => variant is null ? "" : Statistics.Mean(
            runs.Values(label, run => run.MeanOverRows(metric))).ToString(format, CultureInfo.InvariantCulture);
        string Ratio() => variant is null ? "" : Statistics.Mean(runs.Values(
            label, run => run.MeanOverRows("train/implicit_norm") / run.MeanOverRows("train/direct_norm"))).ToString("0.00", CultureInfo.InvariantCulture);
    }
}
