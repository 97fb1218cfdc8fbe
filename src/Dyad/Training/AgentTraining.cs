using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Training;

/// <summary>
/// An agent that learns in one environment or several that step together, a step being an environment step; measured by the mean
/// or best action in an environment of its own.
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

    private readonly IEnvironment[] _environments;
    private readonly IEnvironment _evaluationEnvironment;
    private readonly int _episodes;
    private readonly int _observationSize;
    private readonly int _actionSize;
    private readonly double[] _observations;
    private readonly double[] _next;
    private readonly double[] _actions;
    private readonly StepResult[] _results;
    private readonly double[] _episodeReturns;
    private readonly RunningMeans _trainingReturn = new("train/return");
    private readonly float[] _bestPolicy;
    private double _bestReturn = double.NegativeInfinity;
    private long _episodesDone;
    private long _failures;
    private long _step;

    /// <summary>Starts training in the first episode of each environment.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="create">Makes an environment to learn in, as many as the agent wants.</param>
    /// <param name="evaluationEnvironment">Where it is measured; owned by this object from now on.</param>
    /// <param name="evaluationEpisodes">Episodes of one evaluation.</param>
    /// <param name="seed">Seed of the first episode of the first environment, from which those of the others follow.</param>
    /// <exception cref="UserError">The agent was made for a task with other observations or actions.</exception>
    public AgentTraining(
        IAgent agent, Func<IEnvironment> create, IEnvironment evaluationEnvironment, int evaluationEpisodes, long seed)
    {
        agent.Task?.Require(evaluationEnvironment);
        Agent = agent;
        _environments = [.. Enumerable.Range(0, agent.Environments).Select(_ => create())];
        agent.Task?.Require(_environments[0]);
        _evaluationEnvironment = evaluationEnvironment;
        _episodes = evaluationEpisodes;
        _observationSize = evaluationEnvironment.ObservationSpace.Size;
        _actionSize = evaluationEnvironment.ActionSpace.Size;
        _observations = new double[_environments.Length * _observationSize];
        _next = new double[_observations.Length];
        _actions = new double[_environments.Length * _actionSize];
        _results = new StepResult[_environments.Length];
        _episodeReturns = new double[_environments.Length];
        _bestPolicy = agent.Policy.Values.ToArray();
        var seeds = new RandomStream(seed);
        for (int i = 0; i < _environments.Length; i++)
        {
            _environments[i].Reset(Row(_observations, i), i == 0 ? seed : (long)seeds.Split($"environment-{i}").NextBits());
        }
    }

    /// <summary>The agent.</summary>
    public IAgent Agent { get; }

    /// <inheritdoc/>
    public long Step => _step;

    /// <inheritdoc/>
    public void Advance()
    {
        Agent.Act(_observations, _actions, explore: true);
        for (int i = 0; i < _environments.Length; i++)
        {
            _results[i] = _environments[i].Step(_actions.AsSpan(i * _actionSize, _actionSize), Row(_next, i));
        }

        Agent.Observe(_observations, _actions, _results, _next);
        _next.AsSpan().CopyTo(_observations);
        for (int i = 0; i < _environments.Length; i++)
        {
            _episodeReturns[i] += _results[i].Reward;
            if (_results[i].Done)
            {
                _failures += _results[i].Failed ? 1 : 0;
                _trainingReturn.Add(_episodeReturns[i]);
                _episodesDone++;
                _episodeReturns[i] = 0;
                _environments[i].Reset(Row(_observations, i));
            }
        }

        _step += _environments.Length;
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
        archive.Array("observations", _observations.AsSpan());
        archive.Array("episode_returns", _episodeReturns.AsSpan());
        archive.Value("episodes", ref _episodesDone);
        archive.Value("failures", ref _failures);
        archive.Value("best_return", ref _bestReturn);
        archive.Array("best_policy", _bestPolicy.AsSpan());
        _trainingReturn.Serialize(archive);
        foreach (IEnvironment environment in _environments)
        {
            environment.Serialize(archive);
        }

        Agent.Serialize(archive);
    }

    /// <inheritdoc/>
    public void SaveRows(string folder) => (Agent as IAppendOnlyState)?.SaveRows(folder);

    /// <inheritdoc/>
    public void LoadRows(string folder) => (Agent as IAppendOnlyState)?.LoadRows(folder);

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
        foreach (IEnvironment environment in _environments)
        {
            environment.Dispose();
        }

        _evaluationEnvironment.Dispose();
    }

    private Span<double> Row(double[] rows, int i) => rows.AsSpan(i * _observationSize, _observationSize);
}
