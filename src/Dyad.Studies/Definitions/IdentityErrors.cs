using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Studies.Results;
using Dyad.Training;

namespace Dyad.Studies.Definitions;

/// <summary>Relative errors of identities on random problems: how they are run, and what is read from them.</summary>
/// <param name="runs">The runs.</param>
internal sealed class IdentityErrors(StudyRuns runs)
{
    /// <summary>What an analytic identity holds to: rounding.</summary>
    public const double Exact = 1e-8;

    /// <summary>What a central difference holds to: about the square of its step.</summary>
    public const double Numeric = 1e-5;

    private const string Label = "random-mdps";

    /// <summary>How many problems there were.</summary>
    public string Problems(string metric) => Wording.Thousands(Of(metric).Length);

    /// <summary>The largest error of an identity.</summary>
    public double Largest(string metric) => Of(metric).Max();

    /// <summary>The middle one, of an even number the larger.</summary>
    public double Median(string metric) => Of(metric).Order().ElementAt(Of(metric).Length / 2);

    /// <summary>The runs of a study.</summary>
    public static IReadOnlyList<Variant> Variants(StudyScale scale, string method, Func<int, IIterative> create) =>
    [
        new Variant(
            Label, "RandomMdp", scale == StudyScale.Quick ? 200 : 5000, MeasureEvery: 1,
            new MethodConfig(method, new JsonObject { ["states"] = "2 to 7", ["actions"] = "2 to 4", ["gamma"] = "0 to 0.97" }), create),
    ];

    /// <summary>A row an identity.</summary>
    public DataTable Table(IEnumerable<(string Metric, string Statement)> identities) => new(
        "Relative errors",
        ["identity", "median", "largest"],
        [.. identities.Select(identity => new[] { identity.Statement, $"{Median(identity.Metric):0.0e0}", $"{Largest(identity.Metric):0.0e0}" })]);

    private double[] Of(string metric) => [.. runs.Of(Label).SelectMany(run => run.Column($"error/{metric}")).Where(double.IsFinite)];
}
