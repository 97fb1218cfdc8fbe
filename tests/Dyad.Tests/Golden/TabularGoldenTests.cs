using System.Text.Json;
using Dyad.Tabular;

namespace Dyad.Tests.Golden;

/// <summary>Exact quantities of finite MDPs against PyTorch in float64 with dense solves.</summary>
[Trait("Category", "golden")]
public sealed class TabularGoldenTests
{
    private const double Tolerance = 1e-9;

    public static IReadOnlyList<TheoryDataRow<string>> Files => GoldenFiles.Names("tabular");

    [Theory]
    [MemberData(nameof(Files))]
    public void Exact_quantities_equal_the_reference(string file) =>
        Check(GoldenFiles.PathOf(file), GoldenFiles.Read(file).GetProperty("expected"));

    [Theory]
    [MemberData(nameof(Files))]
    public void A_wrong_reference_is_noticed(string file)
    {
        // Each expected array in turn gets one entry off by a part in ten million.
        JsonElement expected = GoldenFiles.Read(file).GetProperty("expected");
        foreach (string name in expected.EnumerateObject().Select(p => p.Name))
        {
            var values = expected.EnumerateObject().ToDictionary(p => p.Name, p => (object)p.Value);
            double[] numbers = GoldenFiles.Flat(expected.GetProperty(name));
            int largest = Array.IndexOf(numbers, numbers.MaxBy(Math.Abs));
            numbers[largest] *= 1 + 1e-7;
            values[name] = numbers.Length == 1 ? numbers[0] : numbers;
            JsonElement wrong = JsonSerializer.SerializeToElement(values);
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check(GoldenFiles.PathOf(file), wrong));
        }
    }

    private static void Check(string path, JsonElement expected)
    {
        MdpDocument document = MdpReader.ReadFile(path);
        Mdp mdp = document.Mdp;
        var evaluation = new PolicyEvaluation(mdp, TabularPolicy.Softmax(mdp, document.Logits));
        var gradients = new ExactGradients(evaluation, document.Critic);
        double[] d = evaluation.Occupancy.ToArray();

        var actual = new Dictionary<string, double[]>
        {
            ["q_pi"] = evaluation.ActionValue.ToArray(),
            ["occupancy"] = d,
            ["objective"] = [gradients.Objective],
            ["policy_gradient"] = gradients.PolicyGradient(),
            ["actor_g"] = gradients.ActorG(),
            ["actor_o"] = gradients.ActorO(),
            ["correction_g"] = gradients.CorrectionG(),
            ["correction_o"] = gradients.CorrectionO(),
            ["residual"] = gradients.Residual.ToArray(),
            ["objective_gap"] = [gradients.ObjectiveGap],
            ["bellman_residual_grad"] = gradients.BellmanResidualGradient(d),
            ["semi_grad"] = gradients.SemiGradient(d),
            ["occupancy_jacobian"] = [.. gradients.OccupancyJacobian().Cast<double>()],
            ["soft_q"] = evaluation.SoftActionValue(temperature: 1),
            ["optimal_value"] = DynamicProgramming.PolicyIteration(mdp).StateValue,
            ["soft_optimal_value"] = SoftPolicyIteration.Solve(mdp, temperature: 1).StateValue,
        };

        foreach (JsonProperty property in expected.EnumerateObject())
        {
            Assert.True(actual.ContainsKey(property.Name), $"{property.Name} has no counterpart");
            Compare.Near(GoldenFiles.Flat(property.Value), actual[property.Name], Tolerance, property.Name);
        }
    }
}
