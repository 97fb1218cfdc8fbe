using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;

namespace Dyad.Export;

/// <summary>
/// A stored policy as an ONNX model: input <c>observation</c> (batch x numbers, single precision, as the task writes it). Of a box of
/// actions the output is <c>action</c> (batch x numbers, the task's own, squashed and scaled inside), and of a Gaussian also <c>mean</c>
/// and <c>standard_deviation</c> before squashing; of finitely many actions <c>action</c> (batch x 1, whole) and <c>q_values</c> or
/// <c>log_probabilities</c> (batch x actions), of several choices <c>action</c> (batch x choices) and <c>log_probabilities</c> of each
/// beside one another.
/// </summary>
public static class OnnxPolicy
{
    /// <summary>The operator set of the models.</summary>
    public const int Opset = OnnxModel.Opset;

    /// <summary>The model's bytes.</summary>
    /// <exception cref="UserError">The policy has an operation that has no translation.</exception>
    public static byte[] Translate(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        PolicyDescription description = policy.Description;

        // A run-time extent: nothing of its capacity is in the model.
        var observation = new Input<float>("observation", new Extent("batch", 1), description.Observations.Size);
        (Expression<float> output, Expression<float>? mean, Expression<float>? deviation) = policy.Express(observation);
        var graph = new OnnxGraph(observation, "observation");
        var outputs = new List<(string, int, bool)>();
        if (description.Actions is Discrete)
        {
            string values = description.Head.Kind == PolicyKind.Categorical ? "log_probabilities" : "q_values";
            Add(output, values);
            graph.ArgMax(values, "action");
            outputs.Insert(0, ("action", 1, true));
        }
        else if (description.Actions is MultiDiscrete several)
        {
            Add(output, "log_probabilities");
            graph.ArgMaxOfEach("log_probabilities", several.Counts, "action");
            outputs.Insert(0, ("action", several.Size, true));
        }
        else
        {
            Add(output, "action");
        }

        if (mean is not null && deviation is not null)
        {
            Add(mean, "mean");
            Add(deviation, "standard_deviation");
        }

        return OnnxModel.Model(
            graph.ToGraph("policy", outputs), BuildIdentity.Of().Version,
            $"A policy of {Known(description.Method, "an unknown method")} for {Known(description.Task, "an unknown task")}, by Dyad.", description.ToMetadata());

        void Add(Expression<float> expression, string name)
        {
            graph.Output(expression, name);
            outputs.Add((name, expression.Columns.Count, false));
        }

        static string Known(string text, string otherwise) => text.Length > 0 ? text : otherwise;
    }

    /// <summary>Writes a model.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="UserError">The file is there, or cannot be written.</exception>
    public static string Write(TargetFolder target, string name, Policy policy)
    {
        byte[] model = Translate(policy);
        return target.Write(name, path => File.WriteAllBytes(path, model));
    }
}
