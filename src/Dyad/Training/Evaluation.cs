using Dyad.Algorithms;
using Dyad.Environments;

namespace Dyad.Training;

/// <summary>What evaluation episodes brought: undiscounted returns and lengths.</summary>
/// <param name="Returns">One a completed episode.</param>
/// <param name="Lengths">Steps of each.</param>
/// <param name="Failures">Episodes that the simulator gave up on; their returns are counted as they stood.</param>
public sealed record EvaluationResult(IReadOnlyList<double> Returns, IReadOnlyList<int> Lengths, int Failures)
{
    /// <summary>Mean return.</summary>
    public double Mean => Returns.Average();

    /// <summary>Sample standard deviation of the returns; 0 for one.</summary>
    public double StandardDeviation => Returns.Count < 2
        ? 0
        : Math.Sqrt(Returns.Sum(x => (x - Mean) * (x - Mean)) / (Returns.Count - 1));
}

/// <summary>Plays an agent without exploration.</summary>
public static class Evaluation
{
    /// <summary>Plays episodes; episode i starts from seed + i, so that all methods meet the same starts.</summary>
    /// <param name="environment">The task, with a time limit.</param>
    /// <param name="agent">The agent, which learns nothing here.</param>
    /// <param name="episodes">How many.</param>
    /// <param name="seed">Seed of the first episode.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="Core.UserError">The agent was made for a task with other observations or actions.</exception>
    public static EvaluationResult Play(
        IEnvironment environment, IAgent agent, int episodes, long seed, CancellationToken cancellation = default)
    {
        agent.Task?.Require(environment);
        double[] observation = new double[environment.ObservationSpace.Size];
        double[] action = new double[environment.ActionSpace.Size];
        double[] returns = new double[episodes];
        int[] lengths = new int[episodes];
        int failures = 0;
        for (int i = 0; i < episodes; i++)
        {
            environment.Reset(observation, seed + i);
            StepResult result;
            do
            {
                cancellation.ThrowIfCancellationRequested();
                agent.Act(observation, action, explore: false);
                result = environment.Step(action, observation);
                returns[i] += result.Reward;
                lengths[i]++;
            }
            while (!result.Done);
            failures += result.Failed ? 1 : 0;
        }

        return new EvaluationResult(returns, lengths, failures);
    }
}
