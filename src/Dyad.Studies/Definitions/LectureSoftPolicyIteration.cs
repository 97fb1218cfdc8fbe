using System.Text.Json.Nodes;
using Dyad.Studies.Results;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Studies.Definitions;

/// <summary>The lecture's soft policy iteration, with its three lemmas in numbers.</summary>
internal sealed class LectureSoftPolicyIteration : Study
{
    private static readonly (string Label, string Legend, double Temperature, double Floor)[] Cases =
    [
        ("alpha-0.01", "alpha = 0.01", 0.01, 0),
        ("alpha-0.1", "alpha = 0.1", 0.1, 0),
        ("alpha-1", "alpha = 1", 1, 0),
        ("alpha-0.1-floor-0.05", "alpha = 0.1, pi at least 0.05", 0.1, 0.05),
    ];

    public override string Name => "lecture/soft-policy-iteration";

    public override string Title => "Soft policy iteration: contraction, improvement, convergence";

    public override string Source => "Lecture on soft actor-critic, section 5.1, lemmas 1 to 3";

    public override string Question =>
        "Soft policy iteration runs on FourRoom at three temperatures, and once with the policies restricted to those that give each "
        + "action a probability of at least 0.05, onto which the improvement is projected. After each improvement the values are exact.";

    public override IReadOnlyList<string> Notes =>
    [
        FourRoomVariants.TaskNote,
        "The distance is to the optimum within the family, found by the same iteration run to its end; that it is optimal is checked "
        + "against the soft optimality equation and against random members of the family in the tests.",
        "Improvement with exact evaluation is Newton's method on the soft optimality equation, hence the number of correct digits "
        + "about doubles an iteration.",
    ];

    public override int DefaultSeeds(StudyScale scale) => 1;

    public override IReadOnlyList<Variant> Variants(StudyScale scale)
    {
        long iterations = scale == StudyScale.Quick ? 12 : 40;
        return [.. Cases.Select(c => new Variant(
            c.Label, "FourRoom", iterations, MeasureEvery: 1,
            new MethodConfig("soft-policy-iteration", new JsonObject { ["temperature"] = c.Temperature, ["floor"] = c.Floor }),
            _ => new SoftPolicyIterationRun(FourRoomVariants.Task, c.Temperature, PolicyFamily.AtLeast(c.Floor)),
            IsDeterministic: true))];
    }

    public override Analysis Analyze(StudyRuns runs)
    {
        double Largest(string metric) => runs.Runs.Max(run => run.Column(metric).Max());
        double contraction = Largest("soft/contraction");
        double decrease = Largest("soft/largest_decrease");
        double distance = runs.Runs.Max(run => run.Final("soft/distance"));
        double gamma = FourRoomVariants.Task.Discount;
        return new Analysis(
            [
                new Finding(
                    "Lemma 1: repeated soft backups converge to the soft action values.",
                    $"No sweep shrank the distance by less than the factor {contraction:0.000000}; gamma is {gamma:0.0}.",
                    contraction <= gamma + 1e-9 ? Verdict.Supported : Verdict.Contradicted),
                new Finding(
                    "Lemma 2: an improvement lowers no soft action value, in a restricted family too.",
                    $"The largest decrease over all pairs, iterations and cases is {Math.Max(decrease, 0):0.0e0}.",
                    decrease <= 1e-10 ? Verdict.Supported : Verdict.Contradicted),
                new Finding(
                    "Lemma 3: the iteration converges to the optimal policy of the family.",
                    $"After {Wording.Thousands(runs.Runs[0].Steps[^1])} improvements the largest distance of a state value to its optimum is {distance:0.0e0}.",
                    distance < 1e-8 ? Verdict.Supported : Verdict.Contradicted),
            ],
            [
                new LineChart(
                    "distance", "Distance to the optimum", "improvements", "largest difference of state values", LogY: true,
                    "Exact computation. Where a line ends, the distance is zero.",
                    [.. Cases.Select(c => runs.Curve(c.Label, "soft/distance", c.Legend))]),
                new LineChart(
                    "value", "Soft value from a start state", "improvements", "expected discounted reward and entropy", LogY: false,
                    "Temperature times entropy is part of the value, so the levels differ.",
                    [.. Cases.Select(c => runs.Curve(c.Label, "eval/return", c.Legend))]),
            ],
            []);
    }
}
