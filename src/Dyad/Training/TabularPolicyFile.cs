using Dyad.Algorithms;
using Dyad.Algorithms.Tabular;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Networks;
using Dyad.Tabular;

namespace Dyad.Training;

/// <summary>What a tabular run left: its policy, and the values that it thought of, in single precision.</summary>
/// <param name="Step">The step that it was at.</param>
/// <param name="States">|S|.</param>
/// <param name="Actions">|A|.</param>
/// <param name="Policy">pi(a|s), |S||A| entries.</param>
/// <param name="Critic">q, |S||A| entries; empty where it has none.</param>
/// <param name="ResCritic">w, |S||A| entries; empty where it has none.</param>
internal sealed record StoredTable(long Step, int States, int Actions, double[] Policy, double[] Critic, double[] ResCritic)
{
    /// <summary>The policy of an MDP of this size.</summary>
    /// <exception cref="UserError">The MDP has other states or actions.</exception>
    public TabularPolicy ToPolicy(Mdp mdp) => mdp.States == States && mdp.Actions == Actions
        ? TabularPolicy.Softmax(mdp, [.. Policy.Select(p => Math.Log(Math.Max(p, TabularPolicyFile.Least)))])
        : throw new UserError($"the policy is of {States} states and {Actions} actions, and the task has {mdp.States} and {mdp.Actions}");
}

/// <summary>
/// A tabular policy as a file like that of a neural one: a network of one layer from the state, a one at its place, to the logarithms of
/// probabilities. Whatever plays the one plays the other. Critic and res-critic are tensors beside it.
/// </summary>
internal static class TabularPolicyFile
{
    /// <summary>Of a probability of 0 this is the logarithm's argument.</summary>
    internal const double Least = 1e-30;

    private const string Owner = "actor", Weight = "policy.weight0", Bias = "policy.bias0", Q = "q", W = "w";

    /// <summary>Writes the policy of a learner into a file of its run's folder; nothing for one that is no table.</summary>
    /// <param name="learner">The learner.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="name">The file.</param>
    public static void Write(IIterative learner, string folder, string name = "policy.safetensors")
    {
        if (learner is not ITabularLearner table)
        {
            return;
        }

        TabularPolicy policy = table.Policy;
        var parameters = new Parameters<float>(Owner);
        Parameter<float> weight = parameters.Add(Weight, policy.States, policy.Actions);
        parameters.Add(Bias, 1, policy.Actions);
        Parameter<float>? q = Values(parameters, Q, table.Critic, policy), w = Values(parameters, W, table.ResCritic, policy);
        Fill(weight, [.. policy.Probabilities.ToArray().Select(p => Math.Log(Math.Max(p, Least)))]);
        Fill(q, table.Critic);
        Fill(w, table.ResCritic);
        RunConfig? config = new RunDirectory(folder).ReadConfig();
        Safetensors.Write(Path.Combine(folder, name), parameters, new PolicyDescription(
            new PolicyHead(PolicyKind.Categorical), Box.Uniform(policy.States, 0, 1), new Discrete(policy.Actions))
        {
            Method = config?.Method.Name ?? "",
            Task = config?.Task.Name ?? "",
            Steps = learner.Step,
        }.ToMetadata());
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserError">It cannot be read, or is of no tabular policy.</exception>
    public static StoredTable Read(string path)
    {
        var (metadata, shapes) = Safetensors.ReadHeader(path);
        PolicyDescription description = PolicyDescription.FromMetadata(metadata, path);
        if (!shapes.TryGetValue($"{Owner}.{Weight}", out (int States, int Actions) size) || size.States != description.Observations.Size)
        {
            throw new UserError($"'{path}' holds no tabular policy");
        }

        double[] logits = Tensor(path, shapes, Weight, size)!;
        return new StoredTable(
            description.Steps, size.States, size.Actions, [.. logits.Select(x => x <= Math.Log(Least) + 1 ? 0 : Math.Exp(x))],
            Tensor(path, shapes, Q, size) ?? [], Tensor(path, shapes, W, size) ?? []);
    }

    private static Parameter<float>? Values(Parameters<float> parameters, string name, ReadOnlySpan<double> values, TabularPolicy policy) =>
        values.Length == policy.States * policy.Actions ? parameters.Add(name, policy.States, policy.Actions) : null;

    private static void Fill(Parameter<float>? leaf, ReadOnlySpan<double> values)
    {
        for (int i = 0; leaf is not null && i < values.Length; i++)
        {
            leaf.Values[i] = (float)values[i];
        }
    }

    private static double[]? Tensor(string path, IReadOnlyDictionary<string, (int Rows, int Columns)> shapes, string name, (int States, int Actions) size)
    {
        if (!shapes.TryGetValue($"{Owner}.{name}", out (int Rows, int Columns) shape) || shape != size)
        {
            return null;
        }

        var parameters = new Parameters<float>(Owner);
        Parameter<float> leaf = parameters.Add(name, size.States, size.Actions);
        Safetensors.Read(path, parameters);
        return [.. leaf.Values.ToArray().Select(x => (double)x)];
    }
}
