using System.Text.Json.Nodes;
using Dyad.Studies.Definitions.Problems;
using Dyad.Studies.Definitions.Runs;
using Dyad.Studies.Results;
using Dyad.Training;
using MathNet.Numerics.Distributions;

namespace Dyad.Studies.Definitions;

/// <summary>The lecture's estimators of the policy gradient, against exact gradients.</summary>
internal sealed class LectureStein : Study
{
    private const double MiddleDeviation = 0.3;
    private const int MiddleDimension = 4;

    private static readonly double[] Deviations = [0.1, 0.3, 1];

    private static readonly (string Name, string Legend)[] Estimators =
    [
        ("score", "score function"),
        ("score-exact-q", "score function, exact Q for G"),
        ("baseline", "Stein, phi = V(s)"),
        ("baseline-exact-q", "Stein, phi = V(s), exact Q for G"),
        ("taylor", "Stein, phi = Taylor"),
        ("fitted", "Stein, phi = fitted critic"),
        ("exact", "Stein, phi = Q"),
        ("wrong", "Stein, phi = -fitted critic"),
        ("reparametrized", "reparametrization, Q"),
        ("reparametrized-fitted", "reparametrization, fitted critic"),
        ("reparametrized-compatible", "reparametrization, compatible"),
    ];

    // Unbiased whatever Q is, since their phi are continuous.
    private static readonly string[] AlwaysUnbiased =
        ["score", "score-exact-q", "baseline", "baseline-exact-q", "taylor", "fitted", "wrong"];

    private static readonly Case[] Cases =
    [
        .. OneStepProblem.Shapes.SelectMany(shape =>
            Deviations.Select(deviation => (Dimension: MiddleDimension, Deviation: deviation))
                .Concat([(Dimension: 1, Deviation: MiddleDeviation), (Dimension: 16, Deviation: MiddleDeviation)])
                .Select(x => new Case(
                    shape.Name, $"{shape.Name}-d{x.Dimension}-sigma-{x.Deviation}", x.Dimension, x.Deviation, 2 * x.Dimension,
                    shape.IsContinuous, shape.Name == "quadratic", () => new OneStepProblem(shape.H, x.Dimension, x.Deviation)))),
        .. Deviations.Select(deviation => new Case(
            "lq", $"lq-sigma-{deviation}", 1, deviation, 3, IsContinuous: true, FitIsExact: false,
            () => new LinearQuadraticProblem(deviation))),
    ];

    public override string Name => "lecture/stein";

    public override string Title => "Three estimators of the policy gradient: bias and variance";

    public override string Source => "Lecture on soft actor-critic, section 3 (with the control-variate form)";

    public override string Question =>
        "A Gaussian policy's gradient is estimated from the same samples by score function, by reparametrization, and with Stein's "
        + "control variate E[grad log pi (Q - phi)] + E[grad_theta f grad_a phi], on problems whose gradient is known exactly: one "
        + "step with four kinds of action values, and a linear-quadratic task of three steps. Bias: mean estimate along the exact "
        + "gradient g, in units of |g|, minus 1. Variance: of one sample (an action, or an episode), summed over the parameters.";

    public override string SummaryMetric => "ratio/fitted";

    public override IReadOnlyList<string> Notes =>
    [
        "One step: theta = (m, log sigma), Q(a) = 1 + sum_i h(a_i); "
        + string.Join(", ", OneStepProblem.Shapes.Select(shape => $"{shape.Name}: h = {shape.Formula}"))
        + "; means 0.1, 0.2, 0.3, 0.1, ...; exact values by Gauss-Legendre quadrature.",
        $"lq: s' = s + a + w, reward -(s^2 + {LinearQuadraticProblem.ActionCost} a^2), {LinearQuadraticProblem.Horizon} steps, gamma = "
        + $"{LinearQuadraticProblem.Discount}, w of deviation {LinearQuadraticProblem.Noise}, a ~ N(-0.5 s + 0.1, sigma^2); exact values by the "
        + "recursion of the quadratic values; the value of a sample is the return G_t that it met.",
        "phi = Taylor: of Q around the policy's mean action, first order. Fitted critic: one step: the least-squares quadratic under "
        + "actions of a policy one sigma lower and twice as wide, as from a replay buffer (exact where Q is quadratic); lq: a critic "
        + "that sees half of the value after the next step. Compatible critic: the least-squares quadratic under the policy's own "
        + "actions, computed by quadrature.",
        "phi must be continuous in the action; 'Stein, phi = Q' breaks this for the cliff, on purpose.",
        "All estimators of a run see the same samples, so their ratios are paired. The cost of computing phi and its derivative is "
        + "not counted.",
    ];

    public override int DefaultSeeds(StudyScale scale) => scale == StudyScale.Quick ? 3 : 10;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long samples = scale == StudyScale.Quick ? 12_800 : 204_800;
        return [.. Cases.Select(c => new Variant(
            c.Label, c.Shape == "lq" ? "LinearQuadratic" : "OneStep", samples, MeasureEvery: samples / 40,
            new MethodConfig("gradient-estimation", new JsonObject { ["problem"] = c.Shape, ["dimension"] = c.Dimension, ["deviation"] = c.Deviation }),
            seed => new GradientEstimationRun(c.Create(), seed)))];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        IReadOnlyList<FinishedRun> one = runs.Of(Cases[0].Label);
        string sample = $"{Wording.Seeds(one.Count)} of {Wording.Thousands(one[0].Steps[^1])} samples";
        Case cliff = At("cliff", MiddleDeviation), lq = At("lq", MiddleDeviation);
        return new Analysis(
            [
                Unbiased(runs),
                Reparametrization(runs, cliff),
                Critics(runs),
                Compatible(runs),
                Variances(runs),
                MonteCarlo(runs),
            ],
            [
                Convergence(runs, cliff, $"Error against samples: action values with a jump ({cliff.Label})"),
                Convergence(runs, lq, $"Error against samples: three steps ({lq.Label})"),
                Variance(runs, "variance-deviation", "Variance and the policy's deviation: smooth, 4 dimensions", "sigma", "smooth", Deviations,
                    sigma => At("smooth", sigma)),
                Variance(runs, "variance-dimension", "Variance and dimension: smooth, sigma 0.3", "numbers in an action", "smooth", [1, 4, 16],
                    d => Cases.Single(c => c.Shape == "smooth" && c.Dimension == d && c.Deviation == MiddleDeviation)),
                Variance(runs, "variance-lq", "Variance and the policy's deviation: three steps", "sigma", "lq", Deviations, sigma => At("lq", sigma)),
            ],
            [
                Table(runs, $"Relative bias along the gradient, percent, with the half-width of the 95 % interval ({sample})", "bias",
                    values => $"{100 * Statistics.Mean(values):+0.00;-0.00;0.00}{(values.Length > 1 ? $" ± {50 * Width(values):0.00}" : "")}"),
                Table(runs, $"Variance of a sample over that of the score function ({sample})", "ratio", values => Number(Statistics.Mean(values))),
                Table(runs, $"Variance of a sample ({sample})", "variance", values => Number(Statistics.Mean(values))),
            ]);
    }

    // Stein's identity: whatever phi is.
    private static Finding Unbiased(StudyRuns runs)
    {
        (string, Case)[] pairs = [.. Pairs(runs, (estimator, _) => AlwaysUnbiased.Contains(estimator))];
        (bool holds, string text) = ZTest(runs, pairs);
        return new Finding(
            "The control-variate form estimates the policy gradient without bias, for any (continuous) phi, a baseline or a wrong one among them.",
            text, holds ? Verdict.Supported : Verdict.Contradicted);
    }

    private static Finding Reparametrization(StudyRuns runs, Case cliff)
    {
        (bool holds, string text) = ZTest(runs, [.. Pairs(runs, (estimator, c) => estimator is "reparametrized" or "exact" && c.IsContinuous)]);
        double[] bias = runs.Values(cliff.Label, run => run.Final("bias/reparametrized"));
        bool jumps = Excludes(bias);
        return new Finding(
            "E[grad_theta f grad_a Q] estimates the policy gradient too.",
            $"Where Q is continuous, kinks included: {(holds ? "yes" : "no")}. {text} Where Q jumps: bias along the gradient "
            + $"{Wording.MeanWithInterval(bias)} at {cliff.Label}{(Statistics.Mean(bias) < -1 ? ", so it points the wrong way" : "")}.",
            !holds ? Verdict.Contradicted : jumps ? Verdict.Unclear : Verdict.Supported);
    }

    private static Finding Critics(StudyRuns runs)
    {
        (string, Case)[] pairs = [.. Pairs(runs, (estimator, c) => estimator == "reparametrized-fitted" && !c.FitIsExact)];
        int biased = pairs.Count(pair => Excludes(runs.Values(pair.Item2.Label, run => run.Final("bias/reparametrized-fitted"))));
        string examples = string.Join("; ", Cases.Where(IsMiddle).Where(c => !c.FitIsExact).Select(c =>
            $"{c.Label} {Wording.MeanWithInterval(runs.Values(c.Label, run => run.Final("bias/reparametrized-fitted")))} against "
            + $"{Wording.MeanWithInterval(runs.Values(c.Label, run => run.Final("bias/fitted")))}"));
        return new Finding(
            "The lecture says nothing of a critic in place of Q.",
            $"Reparametrization through a critic that is not exact takes on its bias: the interval excludes 0 in {biased} of {pairs.Length} problems. "
            + $"Bias along the gradient, against that of the form with the same critic as phi: {examples}.",
            Verdict.New);
    }

    private static Finding Compatible(StudyRuns runs)
    {
        (bool holds, string text) = ZTest(runs, [.. Pairs(runs, (estimator, _) => estimator == "reparametrized-compatible")]);
        return new Finding(
            "The lecture says nothing of what a critic must be for that.",
            $"Reparametrization through the least-squares quadratic under the policy's own actions shows {(holds ? "no" : "a")} bias, where Q jumps "
            + $"too. {text} Such a critic is compatible: the scores of m and log sigma are its features.",
            Verdict.New);
    }

    private static Finding Variances(StudyRuns runs)
    {
        string Range(string estimator)
        {
            bool needsContinuity = estimator is "exact" or "reparametrized";
            double[] ratios = [.. Cases.Where(c => c.IsContinuous || !needsContinuity).Select(c => Ratio(runs, c, estimator))];
            return $"{Number(ratios.Min())} to {Number(ratios.Max())}";
        }

        Case[] continuous = [.. Cases.Where(c => c.IsContinuous)];
        int above = continuous.Count(c => Ratio(runs, c, "reparametrized") > Ratio(runs, c, "baseline"));
        int aboveFitted = continuous.Count(c => !c.FitIsExact && Ratio(runs, c, "reparametrized") > Ratio(runs, c, "fitted"));
        return new Finding(
            "The lecture does not compare variances.",
            $"Variance over that of the score function, over {Cases.Length} problems, those with phi = Q and reparametrization over the "
            + $"{continuous.Length} with a continuous Q: baseline {Range("baseline")}, phi = Taylor {Range("taylor")}, "
            + $"phi = fitted critic {Range("fitted")}, phi = Q {Range("exact")}, phi of the wrong sign {Range("wrong")}, reparametrization "
            + $"{Range("reparametrized")}. Reparametrization varies more than the baseline form in {above} of {continuous.Length}, "
            + $"and more than the form with the fitted critic as phi in {aboveFitted}.",
            Verdict.New);
    }

    // Section 4 of the lecture.
    private static Finding MonteCarlo(StudyRuns runs)
    {
        Case[] cases = [.. Cases.Where(c => c.Shape == "lq")];
        double[] plain = [.. cases.Select(c => 1 - Ratio(runs, c, "score-exact-q"))];
        double[] centered = [.. cases.Select(c => 1 - (Ratio(runs, c, "baseline-exact-q") / Ratio(runs, c, "baseline")))];
        static string Percent(double[] shares) => string.Join(", ", shares.Select(x => $"{100 * x:0} %"));
        double[] shares = [.. plain, .. centered];
        return new Finding(
            "Most of the variance is from the Monte-Carlo estimate G_t of Q (section 4).",
            $"In the task of {LinearQuadraticProblem.Horizon} steps, at sigma {string.Join(", ", cases.Select(c => $"{c.Deviation}"))}, the exact Q_t in place "
            + $"of G_t takes {Percent(plain)} of the variance away without a baseline, and {Percent(centered)} of what is left with one.",
            shares.All(x => x > 0.5) ? Verdict.Supported : shares.All(x => x < 0.5) ? Verdict.Contradicted : Verdict.Unclear);
    }

    // All coordinates of all estimators in all problems and seeds are one family: the largest error in standard errors against the
    // normal distribution, by Bonferroni at 5 %.
    private static (bool Holds, string Text) ZTest(StudyRuns runs, IReadOnlyList<(string Estimator, Case Case)> pairs)
    {
        double[] z = [.. pairs.SelectMany(pair => runs.Values(pair.Case.Label, run => run.Final($"z/{pair.Estimator}")))];
        int coordinates = pairs.Sum(pair => pair.Case.Parameters * runs.Of(pair.Case.Label).Count);
        double limit = Normal.InvCDF(0, 1, 1 - (0.025 / coordinates));
        int outside = pairs.Count(pair => Excludes(runs.Values(pair.Case.Label, run => run.Final($"bias/{pair.Estimator}"))));
        string intervals = runs.Of(pairs[0].Case.Label).Count > 1
            ? $", and {outside} of {pairs.Count} intervals of the bias exclude 0, where 1 in 20 would by chance"
            : "";
        return (
            z.All(double.IsFinite) && z.Max() < limit,
            $"Of {Wording.Thousands(coordinates)} coordinates the farthest mean is {z.Max():0.0} standard errors from the exact value (5 % of such "
            + $"families pass {limit:0.0}){intervals}.");
    }

    private static LineChart Convergence(StudyRuns runs, Case c, string title) => new(
        $"error-{c.Shape}", title, "samples", "distance of the mean estimate to g, over |g|", LogY: true,
        "Mean over seeds. Without bias a line falls with the root of the samples; with bias it levels off.",
        [.. Estimators.Where(e => Has(runs, c, e.Name)).Select(e => runs.Curve(c.Label, $"error/{e.Name}", e.Legend) with { Low = null, High = null })],
        LogX: true);

    private static LineChart Variance(
        StudyRuns runs, string id, string title, string xTitle, string shape, double[] x, Func<double, Case> at) => new(
        id, title, xTitle, "variance of a sample", LogY: true, $"Summed over the parameters; mean over seeds ({shape}).",
        [.. Estimators.Where(e => Has(runs, at(x[0]), e.Name)).Select(e => new Series(
            e.Legend, x, [.. x.Select(value => Statistics.Mean(runs.Values(at(value).Label, run => run.Final($"variance/{e.Name}"))))],
            null, null, runs.Of(at(x[0]).Label).Count))],
        LogX: true);

    private static DataTable Table(StudyRuns runs, string title, string metric, Func<double[], string> text) => new(
        title,
        ["problem", .. Estimators.Select(e => e.Legend)],
        [.. Cases.Select(c => (IReadOnlyList<string>)
        [
            c.Label,
            .. Estimators.Select(e => Has(runs, c, e.Name) ? text(runs.Values(c.Label, run => run.Final($"{metric}/{e.Name}"))) : ""),
        ])]);

    private static IEnumerable<(string Estimator, Case Case)> Pairs(StudyRuns runs, Func<string, Case, bool> include) =>
        from c in Cases
        from e in Estimators
        where include(e.Name, c) && Has(runs, c, e.Name)
        select (e.Name, c);

    private static bool Has(StudyRuns runs, Case c, string estimator) => runs.Of(c.Label)[0].Metrics.ContainsKey($"bias/{estimator}");

    private static double Ratio(StudyRuns runs, Case c, string estimator) =>
        Statistics.Mean(runs.Values(c.Label, run => run.Final($"ratio/{estimator}")));

    private static Case At(string shape, double deviation) =>
        Cases.Single(c => c.Shape == shape && c.Deviation == deviation && c.Dimension is MiddleDimension or 1 && (c.Dimension == MiddleDimension || shape == "lq"));

    private static bool IsMiddle(Case c) => c == At(c.Shape, MiddleDeviation);

    private static bool Excludes(double[] values)
    {
        Interval interval = Statistics.MeanInterval(values);
        return interval.Low > 0 || interval.High < 0;
    }

    private static double Width(double[] values)
    {
        Interval interval = Statistics.MeanInterval(values);
        return interval.High - interval.Low;
    }

    private static string Number(double value) => value.ToString(value < 0.00995 ? "0.0e0" : value < 0.995 ? "0.000" : value < 99.5 ? "0.00" : "0", null);

    /// <summary>A problem: what determines it, and what theory says of it.</summary>
    private sealed record Case(
        string Shape, string Label, int Dimension, double Deviation, int Parameters, bool IsContinuous, bool FitIsExact,
        Func<GradientProblem> Create);
}
