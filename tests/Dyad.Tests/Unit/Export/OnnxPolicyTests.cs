using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Export;
using Dyad.Numerics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Dyad.Tests.Unit.Export;

/// <summary>Models in Microsoft's runtime beside the policies that they are of.</summary>
[Trait("Category", "unit")]
public sealed class OnnxPolicyTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private readonly TempFolder _folder = new();

    public static TheoryData<string, string> Kinds => StoredPolicies.Kinds;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_runtime_computes_the_policy(string method, string task)
    {
        var policy = Policy.Load(StoredPolicies.Write(method, task, _folder.FullPath).Path);
        using var session = new InferenceSession(OnnxPolicy.Translate(policy));
        foreach (int batch in new[] { 1, 7 })
        {
            double[][] observations = StoredPolicies.Observations(policy.Task.ObservationSize, batch);
            Dictionary<string, double[]> results = Run(session, observations);
            double[] action = new double[policy.Task.ActionSize];
            for (int row = 0; row < batch; row++)
            {
                policy.Act(observations[row], action);
                for (int i = 0; i < action.Length; i++)
                {
                    Assert.Equal(action[i], results["action"][(row * action.Length) + i], Tolerance);
                }
            }

            Distributions(policy, observations, results);
        }
    }

    // What else leaves, by the expressions in our own programs.
    private static void Distributions(Policy policy, double[][] observations, Dictionary<string, double[]> results)
    {
        var input = new Input<float>("s", observations.Length, policy.Task.ObservationSize);
        for (int i = 0; i < input.Values.Length; i++)
        {
            input.Values[i] = (float)observations[i / policy.Task.ObservationSize][i % policy.Task.ObservationSize];
        }

        (Expression<float> output, Expression<float>? mean, Expression<float>? deviation) = policy.Express(input);
        if (policy.Task.Actions is Discrete)
        {
            Near(output, results[policy.Description.Head.Kind == PolicyKind.Categorical ? "log_probabilities" : "q_values"]);
        }

        Assert.Equal(policy.Description.Head.Kind is PolicyKind.Gaussian or PolicyKind.SquashedGaussian, mean is not null);
        if (mean is not null)
        {
            Near(mean, results["mean"]);
            Near(deviation!, results["standard_deviation"]);
        }

        static void Near(Expression<float> expression, double[] values)
        {
            var builder = new ProgramBuilder<float>();
            Output<float> expected = builder.Output(expression);
            builder.Build().Run();
            Assert.Equal(expected.Values.Length, values.Length);
            for (int i = 0; i < values.Length; i++)
            {
                Assert.Equal(expected.Values[i], values[i], Tolerance * Math.Max(1, Math.Abs(values[i])));
            }
        }
    }

    [Fact]
    public void Every_operation_that_translates_means_the_same()
    {
        var x = new Input<float>("x", new Extent("batch", 5), 4);
        x.Values.Clear();
        var stream = new RandomStream(4);
        foreach (ref float value in x.Values)
        {
            value = (float)stream.Uniform(0.1, 2);
        }

        var weights = new Parameters<float>("p");
        Parameter<float> w = weights.Add("w", 4, 4), row = weights.Add("row", 1, 4);
        foreach (ref float value in weights.Values)
        {
            value = (float)stream.Uniform(-1, 1);
        }

        Expression<float> y = Operations.Product(x, w), spread = Operations.Broadcast(row, x.Rows, 4);
        Expression<float>[] all =
        [
            Operations.Product(x, w, transposeB: true), Operations.Exp(y), Operations.Log(x), Operations.Tanh(y), Operations.Sigmoid(y), Operations.Softplus(y),
            Operations.Sqrt(x), Operations.Square(y), Operations.Relu(y), Operations.Clamp(y, -0.25, 0.5), (y * 3) - 0.5, y + x, y - x, y * x, y / x,
            Operations.Min(x, y), Operations.Max(x, y), spread, y + row, Operations.Slice(y, 1, 2), Operations.LogSoftmax(y), Operations.Concatenate(x, y), Operations.Stop(y),
        ];
        var graph = new OnnxGraph(x, "x");
        var builder = new ProgramBuilder<float>();
        var expected = all.Select(expression => builder.Output(expression)).ToArray();
        builder.Build().Run();
        for (int i = 0; i < all.Length; i++)
        {
            graph.Output(all[i], $"y{i}");
        }

        byte[] model = OnnxModel.Model(graph.ToGraph("all", all.Select((expression, i) => ($"y{i}", expression.Columns.Count, false))), "0", "", []);
        using var session = new InferenceSession(model);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<float>(x.Values.ToArray(), [5, 4]))]);
        foreach ((DisposableNamedOnnxValue result, int i) in results.Select((result, i) => (result, i)))
        {
            float[] values = [.. result.AsEnumerable<float>()];
            Assert.Equal(expected[i].Values.Length, values.Length);
            for (int k = 0; k < values.Length; k++)
            {
                Assert.Equal(expected[i].Values[k], values[k], 1e-5f * Math.Max(1, Math.Abs(values[k])));
            }
        }
    }

    [Fact]
    public void The_model_says_what_it_is()
    {
        var policy = Policy.Load(StoredPolicies.Write("sac", "Pendulum-v1", _folder.FullPath).Path);
        using var session = new InferenceSession(OnnxPolicy.Translate(policy));
        Assert.Equal("dyad", session.ModelMetadata.ProducerName);
        Assert.Equal("squashed-gaussian", session.ModelMetadata.CustomMetadataMap["dyad.policy"]);
        Assert.Equal([-1, 3], session.InputMetadata["observation"].Dimensions);
        Assert.Equal("batch", session.InputMetadata["observation"].SymbolicDimensions[0]);
        Assert.Equal(["action", "mean", "standard_deviation"], session.OutputMetadata.Keys.Order());
    }

    [Fact]
    public void An_operation_without_a_translation_is_one_sentence_and_a_broken_model_is_refused_by_the_runtime()
    {
        var x = new Input<float>("x", new Extent("batch", 2), 4);
        Assert.Contains("'largest'", Assert.Throws<UserError>(() => new OnnxGraph(x, "x").Output(Operations.Largest(x), "y")).Message, StringComparison.Ordinal);

        var graph = new OnnxGraph(x, "x");
        graph.ArgMax("nothing", "y");
        Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(OnnxModel.Model(graph.ToGraph("broken", [("y", 1, true)]), "0", "", [])));
    }

    private static Dictionary<string, double[]> Run(InferenceSession session, double[][] observations)
    {
        float[] flat = [.. observations.SelectMany(row => row).Select(value => (float)value)];
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("observation", new DenseTensor<float>(flat, [observations.Length, observations[0].Length]))]);
        return results.ToDictionary(
            result => result.Name,
            result => result.ElementType == TensorElementType.Int64 ? [.. result.AsEnumerable<long>().Select(value => (double)value)] : result.AsEnumerable<float>().Select(value => (double)value).ToArray());
    }
}
