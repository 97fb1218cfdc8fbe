using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Networks;

namespace Dyad.Training;

/// <summary>
/// An agent that learns in an environment, a step being an environment step; measured by the mean action in an environment of
/// its own.
/// <para>
/// Metrics: <c>eval/return</c>, <c>eval/return_std</c>, <c>eval/length</c> (means over the evaluation episodes),
/// <c>eval/best_return</c> (largest eval/return so far), <c>train/return</c> (mean undiscounted return of the training episodes
/// that ended since the last row), <c>train/episodes</c>, <c>train/failures</c> (episodes that the simulator gave up on, in all),
/// and the agent's own.
/// </para>
/// </summary>
public sealed class AgentTraining : IIterative, IAppendOnlyState, IDisposable
{
    // All methods are evaluated from the same starts, which training never sees.
    private const long EvaluationSeed = 1L << 40;

    private readonly IEnvironment _environment;
    private readonly IEnvironment _evaluationEnvironment;
    private readonly int _episodes;
    private readonly double[] _observation;
    private readonly double[] _next;
    private readonly double[] _action;
    private readonly RunningMeans _trainingReturn = new("train/return");
    private readonly float[] _bestPolicy;
    private double _bestReturn = double.NegativeInfinity;
    private double _episodeReturn;
    private long _episodesDone;
    private long _failures;
    private long _step;

    /// <summary>Starts training in the first episode.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="environment">Where it learns; owned by this object from now on.</param>
    /// <param name="evaluationEnvironment">Where it is measured; owned as well.</param>
    /// <param name="evaluationEpisodes">Episodes of one evaluation.</param>
    /// <param name="seed">Seed of the first episode.</param>
    public AgentTraining(IAgent agent, IEnvironment environment, IEnvironment evaluationEnvironment, int evaluationEpisodes, long seed)
    {
        Agent = agent;
        _environment = environment;
        _evaluationEnvironment = evaluationEnvironment;
        _episodes = evaluationEpisodes;
        _observation = new double[environment.ObservationSpace.Size];
        _next = new double[_observation.Length];
        _action = new double[environment.ActionSpace.Size];
        _bestPolicy = agent.Policy.Values.ToArray();
        _environment.Reset(_observation, seed);
    }

    /// <summary>The agent.</summary>
    public IAgent Agent { get; }

    /// <inheritdoc/>
    public long Step => _step;

    /// <inheritdoc/>
    public void Advance()
    {
        Agent.Act(_observation, _action, explore: true);
        StepResult result = _environment.Step(_action, _next);
        Agent.Observe(_observation, _action, result, _next);
        _episodeReturn += result.Reward;
        _step++;
        if (!result.Done)
        {
            _next.AsSpan().CopyTo(_observation);
            return;
        }

        _failures += result.Failed ? 1 : 0;
        _trainingReturn.Add(_episodeReturn);
        _episodesDone++;
        _episodeReturn = 0;
        _environment.Reset(_observation);
    }

    /// <inheritdoc/>
    /// <exception cref="UserError">The policy's parameters are no longer finite.</exception>
    public void Measure(IMetrics metrics)
    {
        if (!TensorPrimitives.IsFiniteAll<float>(Agent.Policy.Values))
        {
            throw new UserError(
                $"training diverged before step {_step}: the policy's parameters are not finite; the best policy so far is kept (try a smaller learning rate)");
        }

        EvaluationResult result = Evaluation.Play(_evaluationEnvironment, Agent, _episodes, EvaluationSeed);
        if (result.Mean > _bestReturn)
        {
            _bestReturn = result.Mean;
            Agent.Policy.Values.CopyTo(_bestPolicy);
        }

        metrics.Record("eval/return", result.Mean);
        metrics.Record("eval/return_std", result.StandardDeviation);
        metrics.Record("eval/length", result.Lengths.Average());
        metrics.Record("eval/best_return", _bestReturn);
        _trainingReturn.Flush(metrics);
        metrics.Record("train/episodes", _episodesDone);
        metrics.Record("train/failures", _failures);
        Agent.Measure(metrics);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        archive.Array("observation", _observation.AsSpan());
        archive.Value("episode_return", ref _episodeReturn);
        archive.Value("episodes", ref _episodesDone);
        archive.Value("failures", ref _failures);
        archive.Value("best_return", ref _bestReturn);
        archive.Array("best_policy", _bestPolicy.AsSpan());
        _trainingReturn.Serialize(archive);
        _environment.Serialize(archive);
        Agent.Serialize(archive);
    }

    /// <inheritdoc/>
    public void SaveRows(string folder) => Agent.SaveRows(folder);

    /// <inheritdoc/>
    public void LoadRows(string folder) => Agent.LoadRows(folder);

    /// <summary>Writes the policy as it is, <c>policy.safetensors</c>, and the best one so far, <c>policy-best.safetensors</c>.</summary>
    public void SavePolicies(string folder)
    {
        Safetensors.Write(Path.Combine(folder, "policy.safetensors"), Agent.Policy);
        float[] present = Agent.Policy.Values.ToArray();
        _bestPolicy.AsSpan().CopyTo(Agent.Policy.Values);
        Safetensors.Write(Path.Combine(folder, "policy-best.safetensors"), Agent.Policy);
        present.AsSpan().CopyTo(Agent.Policy.Values);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _environment.Dispose();
        _evaluationEnvironment.Dispose();
    }
}
