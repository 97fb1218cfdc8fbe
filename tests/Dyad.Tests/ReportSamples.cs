using Dyad.Studies.Results;

namespace Dyad.Tests;

/// <summary>Results as a study would leave them, for tests of the report.</summary>
internal static class ReportSamples
{
    public static readonly string[] Methods = ["SAC", "STSAC-AL", "STSAC-CL", "Res-SAC, clip 0.2"];

    /// <summary>Returns of four methods with bands, an error on a logarithmic axis, and a finding of each verdict.</summary>
    public static StudyResult Study(string name = "zheng2021/fig3", int points = 500) => new(
        name,
        "Does a leading actor learn faster than two equal players?",
        "Zheng et al. 2021, figure 3",
        "Four versions of soft actor-critic learn HalfCheetah for a million steps. We compare the mean evaluation return over "
            + "five seeds, and the gap between the direction each takes and the true policy gradient.",
        "quick",
        "./dyad reproduce zheng2021/fig3 --scale quick --seeds 5",
        [
            new("STSAC-AL learns faster than SAC on HalfCheetah.", "Mean return 9,120 (95 % interval 8,730 to 9,480) against "
                + "8,204 (7,790 to 8,610), five seeds.", Verdict.Supported),
            new("A leading critic does no worse than individual gradients.", "Difference 112, 95 % interval \u2212340 to 560, "
                + "five seeds: the data do not tell.", Verdict.Unclear),
            new("The residual correction needs no tuning of its clip.", "Between clips 0.05 and 0.8 the final return differs "
                + "by 2,310 (1,640 to 2,950), five seeds.", Verdict.Contradicted),
            new("", "The gap to the true gradient of STSAC-AL shrinks by a factor of 31 (22 to 44) over training; SAC's by 2.1.",
                Verdict.New),
            new("A leader learns faster.", "On the first critic: contradicted from zeros, supported from N(0, 1).", Verdict.Depends),
        ],
        [Returns(points), Gap(points)],
        [
            new DataTable("Cost of an update", ["Method", "Median time", "Of which solver", "Remark"],
            [
                ["SAC", "3.1 ms", "\u2013", "two networks"],
                ["STSAC-AL", "8.4 ms", "4.9 ms", "ten conjugate-gradient steps"],
            ]),
        ],
        [.. Methods.Select((method, i) => Group(method, 8200 + (300 * i)))],
        [
            "The paper does not state the damping of the follower's curvature; we use 0.01.",
            "The paper's figure smooths over ten evaluations; ours does not.",
        ],
        "0.1.0",
        "AMD EPYC 7763, 16 cores, Debian 13",
        5 * 4 * 1260);

    /// <summary>A chart with one line.</summary>
    public static LineChart Chart(double[] x, double[] mean, double[]? low = null, double[]? high = null, bool logY = false) =>
        new("returns", "Returns", "Steps", "Return", logY, "Mean over seeds.", [new Series("SAC", x, mean, low, high, 3)]);

    /// <summary>A field that turns round the origin, with the trajectory of the second method.</summary>
    public static FieldChart Field() => new(
        "field", "Round and round", "actor", "critic", "Streamlines and a trajectory.", new Interval(-1, 1), new Interval(-2, 2),
        [new PlaneCurve("", [0, 0.1, 0.2], [1, 1, 1]), new PlaneCurve("", [0.5, 0.5, 0.5], [-1, 0, 1])],
        [new PlaneCurve(Methods[1], [-1, 0.5, 0], [1, -1, 0])],
        [new PlanePoint("start", -1, 1)],
        Methods);

    /// <summary>A grid of two cells, and a learner at one step.</summary>
    public static GridChart Grid() => new(
        "grid", "A grid", "", ["..", "##"], [0, 0, 0, 1],
        [new GridLine("a", [new GridFrame(1, new float[8], new float[2], [new GridValues("true value", new float[2])])])]);

    private static GroupSummary Group(string label, double mean) => new(
        label, "HalfCheetah-v4", "eval/return", [0, 1, 2, 3, 4], [mean - 300, mean - 100, mean, mean + 100, mean + 300],
        mean, 223.6, mean, new Interval(mean - 196.4, mean + 196.4), new Interval(mean - 203.1, mean + 210.7));

    private static LineChart Returns(int points) => new(
        "returns", "Evaluation return on HalfCheetah", "Environment steps", "Return", LogY: false,
        "Lines are means over five seeds; bands are 95 % intervals of the mean. Higher is better.",
        [.. Methods.Select((method, i) =>
            Line(method, points, width: 420, t => (7800 + (450 * i)) * (1 - Math.Exp(-t * (3 + i)))))]);

    private static LineChart Gap(int points) => new(
        "gap", "Distance to the true policy gradient", "Environment steps", "Relative error", LogY: true,
        "Norm of the difference, over the norm of the true gradient; bands are 95 % intervals. Lower is better.",
        [.. Methods.Select((method, i) => Line(method, points, width: null, t => Math.Pow(10, -0.3 - (t * i))))]);

    /// <summary>A curve over a million steps, with ripples; a width of null means a relative band.</summary>
    private static Series Line(string label, int points, double? width, Func<double, double> curve)
    {
        double[] x = [.. Enumerable.Range(1, points).Select(i => i * 1e6 / points)];
        double[] mean = [.. x.Select(step => curve(step / 1e6) * (1 + (0.02 * Math.Sin(step * label.Length / 5e4))))];
        double[] low = [.. mean.Select(value => width is { } w ? value - w : value / 1.5)];
        double[] high = [.. mean.Select(value => width is { } w ? value + w : value * 1.5)];
        return new Series(label, x, mean, low, high, 5);
    }
}
