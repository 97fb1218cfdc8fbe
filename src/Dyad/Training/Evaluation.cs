using System.Globalization;
using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Environments;

namespace Dyad.Training;

/// <summary>What evaluation episodes brought: undiscounted returns and lengths.</summary>
/// <param name="Returns">One an episode that came to its end.</param>
/// <param name="Lengths">Steps of each.</param>
/// <param name="Failures">Episodes that the simulator gave up on, which are not among the others.</param>
public sealed record EvaluationResult(IReadOnlyList<double> Returns, IReadOnlyList<int> Lengths, int Failures)
{
    /// <summary>Mean return; NaN where the simulator gave up on every episode.</summary>
    public double Mean => Returns.Count == 0 ? double.NaN : Returns.Average();

    /// <summary>Mean length; NaN where the simulator gave up on every episode.</summary>
    public double MeanLength => Lengths.Count == 0 ? double.NaN : Lengths.Average();

    /// <summary>Sample standard deviation of the returns; 0 for one.</summary>
    public double StandardDeviation
    {
        get
        {
            double mean = Mean;
            return Returns.Count < 2 ? 0 : Math.Sqrt(Returns.Sum(x => (x - mean) * (x - mean)) / (Returns.Count - 1));
        }
    }
}

/// <summary>Plays a policy.</summary>
public static class Evaluation
{
    /// <summary>Plays episodes; episode i starts from seed + i, so that all methods meet the same starts.</summary>
    /// <param name="environment">The task, with a time limit.</param>
    /// <param name="policy">What acts.</param>
    /// <param name="episodes">How many.</param>
    /// <param name="seed">Seed of the first episode.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="UserError">The policy is for a task with other observations or actions, or its action is not finite.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static EvaluationResult Play(
        IEnvironment environment, IPolicy policy, int episodes, long seed, CancellationToken cancellation = default)
    {
        environment = policy.Task.Fit(environment);
        double[] observation = new double[environment.ObservationSpace.Size];
        double[] action = new double[environment.ActionSpace.Size];
        var (returns, lengths) = (new List<double>(), new List<int>());
        for (int i = 0; i < episodes; i++)
        {
            environment.Reset(observation, seed + i);
            var (total, steps) = (0.0, 0);
            StepResult result;
            do
            {
                cancellation.ThrowIfCancellationRequested();
                policy.Act(observation, action);
                RequireFinite(action, i, steps + 1);
                result = environment.Step(action, observation);
                total += result.Reward;
                steps++;
            }
            while (!result.Done);
            if (!result.Failed)
            {
                returns.Add(total);
                lengths.Add(steps);
            }
        }

        return new EvaluationResult(returns, lengths, episodes - returns.Count);
    }

    /// <summary>The same of an agent without exploration; it learns nothing.</summary>
    /// <param name="environment">The task, with a time limit.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="episodes">How many.</param>
    /// <param name="seed">Seed of the first episode.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="UserError">The agent was made for a task with other observations or actions, or its action is not finite.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static EvaluationResult Play(
        IEnvironment environment, IAgent agent, int episodes, long seed, CancellationToken cancellation = default) =>
        Play(environment, new AgentPolicy(agent), episodes, seed, cancellation);

    // The task would refuse it as if somebody else had chosen it.
    internal static void RequireFinite(ReadOnlySpan<double> action, int episode, int step)
    {
        if (!TensorPrimitives.IsFiniteAll(action))
        {
            throw new UserError(string.Create(
                CultureInfo.InvariantCulture, $"the policy's action in step {step} of evaluation episode {episode + 1} is not finite: its parameters are of no use"));
        }
    }
}
