using System.Globalization;
using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Experience;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Training;

/// <summary>
/// An agent that learns in one environment or several that step together, a step being an environment step; measured by the mean
/// or best action in an environment of its own.
/// <para>
/// Metrics: <c>eval/return</c>, <c>eval/return_std</c>, <c>eval/length</c> (means over the evaluation episodes that came to their
/// end; missing where none did), <c>eval/failures</c> (evaluation episodes that the simulator gave up on), <c>eval/best_return</c> (of
/// the best policy), <c>train/return</c> (mean undiscounted return of the training episodes that ended since the last row),
/// <c>train/episodes</c>, <c>train/failures</c> (those of them that the simulator gave up on), both in all, and the agent's own.
/// </para>
/// <para>
/// The best policy is the one with the fewest failures in its evaluation, and of those the one with the largest mean return; one that
/// the simulator always gave up on is never the best.
/// </para>
/// </summary>
public sealed class AgentTraining : IIterative, IAppendOnlyState, IRunFacts, IDisposable
{
    // All methods are evaluated from the same starts, which training never sees.
    private const long EvaluationSeed = 1L << 40;

    private static readonly BuildIdentity Build = BuildIdentity.Of();

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

    // Where rewards are not the task's own, its own are what is reported.
    private readonly TransformReward?[] _transformed;
    private readonly RunningMeans _trainingReturn = new("train/return");
    private readonly float[] _bestPolicy;
    private ObservationScale? _bestScale;
    private double _bestReturn = double.NegativeInfinity;
    private long _bestFailures = long.MaxValue;
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
        evaluationEnvironment = agent.Task.Fit(evaluationEnvironment);
        Agent = agent;
        _environments = [.. Enumerable.Range(0, agent.Environments).Select(_ => agent.Task.Fit(create()))];
        _transformed = [.. _environments.Select(EnvironmentWrapper.Find<TransformReward>)];
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
        _bestScale = agent.Scaler?.Snapshot();
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
    public string Software => EnvironmentWrapper.Find<ISimulated>(_environments[0])?.Software ?? "";

    /// <inheritdoc/>
    public IEnumerable<string> Facts => _environments.Select(environment => EnvironmentWrapper.Find<ISimulated>(environment)?.Note).OfType<string>().Distinct();

    /// <inheritdoc/>
    public void Advance()
    {
        Agent.Act(_observations, _actions, explore: true);
        if (!TensorPrimitives.IsFiniteAll<double>(_actions))
        {
            // The task would refuse it as if somebody else had chosen it.
            throw Diverged("an action of the policy is not finite");
        }

        for (int i = 0; i < _environments.Length && _environments.Length > 1; i++)
        {
            EnvironmentWrapper.Announce(_environments[i], _actions.AsSpan(i * _actionSize, _actionSize));
        }

        for (int i = 0; i < _environments.Length; i++)
        {
            _results[i] = _environments[i].Step(_actions.AsSpan(i * _actionSize, _actionSize), Row(_next, i));
        }

        Agent.Observe(_observations, _actions, _results, _next);
        _next.AsSpan().CopyTo(_observations);
        for (int i = 0; i < _environments.Length; i++)
        {
            _episodeReturns[i] += _transformed[i]?.OwnReward ?? _results[i].Reward;
            if (_results[i].Done)
            {
                if (_results[i].Failed)
                {
                    _failures++;
                }
                else
                {
                    _trainingReturn.Add(_episodeReturns[i]);
                }

                _episodesDone++;
                _episodeReturns[i] = 0;
                _environments[i].Reset(Row(_observations, i));
            }
        }

        _step += _environments.Length;
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics) => Measure(metrics, CancellationToken.None);

    /// <inheritdoc/>
    /// <exception cref="UserError">The policy's parameters, or a cost since the last row, are not finite.</exception>
    public void Measure(IMetrics metrics, CancellationToken cancellation)
    {
        if (!TensorPrimitives.IsFiniteAll<float>(Agent.Policy.Values))
        {
            throw Diverged("the policy's parameters are not finite");
        }

        EvaluationResult result = Evaluation.Play(_evaluationEnvironment, Agent, _episodes, EvaluationSeed, cancellation);
        if (result.Failures < _episodes && (result.Failures < _bestFailures || (result.Failures == _bestFailures && result.Mean > _bestReturn)))
        {
            _bestReturn = result.Mean;
            _bestFailures = result.Failures;
            Agent.Policy.Values.CopyTo(_bestPolicy);
            _bestScale = Agent.Scaler?.Snapshot();
        }

        metrics.Record("eval/return", result.Mean);
        metrics.Record("eval/return_std", result.StandardDeviation);
        metrics.Record("eval/length", result.MeanLength);
        metrics.Record("eval/failures", result.Failures);
        metrics.Record("eval/best_return", _bestReturn);
        _trainingReturn.Flush(metrics);
        metrics.Record("train/episodes", _episodesDone);
        metrics.Record("train/failures", _failures);
        var costs = new CostWatch(metrics);
        Agent.Measure(costs);
        if (costs.Wrong is string wrong)
        {
            throw Diverged(wrong);
        }
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
        archive.Value("best_failures", ref _bestFailures);
        archive.Array("best_policy", _bestPolicy.AsSpan());
        if (_bestScale is not null)
        {
            archive.Array("best_mean", _bestScale.Mean.AsSpan());
            archive.Array("best_deviation", _bestScale.Deviation.AsSpan());
        }

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

    /// <summary>
    /// Writes the policy as it is, <c>policy.safetensors</c>, and the best one so far, <c>policy-best.safetensors</c>, each with what it is
    /// (<see cref="PolicyDescription"/>); of a policy that is not finite any more, the file stays as it was.
    /// </summary>
    /// <param name="folder">The folder; where it is a run's, its configuration names method and task.</param>
    public void SavePolicies(string folder)
    {
        PolicyDescription? description = Describe(folder);
        if (TensorPrimitives.IsFiniteAll<float>(Agent.Policy.Values))
        {
            Safetensors.Write(Path.Combine(folder, "policy.safetensors"), Agent.Policy, description?.ToMetadata());
        }

        float[] present = Agent.Policy.Values.ToArray();
        _bestPolicy.AsSpan().CopyTo(Agent.Policy.Values);
        Safetensors.Write(Path.Combine(folder, "policy-best.safetensors"), Agent.Policy, description is null ? null : (description with { Scale = _bestScale }).ToMetadata());
        present.AsSpan().CopyTo(Agent.Policy.Values);
    }

    /// <summary>Writes the policy as it is into a file of a run's folder, with what it is.</summary>
    public void SavePolicy(string folder, string name) => Safetensors.Write(Path.Combine(folder, name), Agent.Policy, Describe(folder)?.ToMetadata());

    private PolicyDescription? Describe(string folder)
    {
        if (Agent.Head is not { } head || _evaluationEnvironment.ObservationSpace is not Box observations)
        {
            return null;
        }

        RunConfig? config = new RunDirectory(folder).ReadConfig();
        Space actions = EnvironmentWrapper.Find<RescaleAction>(_evaluationEnvironment)?.Inner.ActionSpace ?? _evaluationEnvironment.ActionSpace;
        return new PolicyDescription(head, observations, actions)
        {
            Method = config?.Method.Name ?? "",
            Task = config?.Task.Name ?? "",
            Steps = _step,
            Build = Build.ToString(),
            Scale = Agent.Scaler?.Snapshot(),
        };
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

    private UserError Diverged(string what) => new(
        $"training diverged before step {_step}: {what}; the best policy so far is kept (try a smaller learning rate, or rewards of a smaller scale)");

    // Passes metrics on, and keeps an eye on the costs among them.
    private sealed class CostWatch(IMetrics inner) : IMetrics
    {
        public string? Wrong { get; private set; }

        public void Record(string name, double value)
        {
            if (name.EndsWith("_loss", StringComparison.Ordinal) && !double.IsFinite(value))
            {
                Wrong ??= string.Create(CultureInfo.InvariantCulture, $"{name} is {value} over the steps since the last row");
            }

            inner.Record(name, value);
        }
    }
}
