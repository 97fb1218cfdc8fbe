using System.ComponentModel.DataAnnotations;
using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>Options of <see cref="Dqn"/>; the update is that of the lecture's algorithm 2 by default.</summary>
public sealed record DqnOptions : ReplayOptions
{
    /// <summary>The defaults.</summary>
    public DqnOptions() => BatchSize = 64;

    /// <summary>Step length of the Adam of theta.</summary>
    [Range(1e-9, 1.0)]
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>epsilon at the first step: probability of a uniformly random action.</summary>
    [Range(0.0, 1.0)]
    public double ExplorationStart { get; init; } = 1;

    /// <summary>epsilon from the end of the decay on.</summary>
    [Range(0.0, 1.0)]
    public double ExplorationEnd { get; init; } = 0.05;

    /// <summary>Environment steps in which epsilon goes from start to end on a straight line.</summary>
    [Range(1, 1_000_000_000)]
    public int ExplorationSteps { get; init; } = 10_000;

    /// <summary>Whether theta chooses the next action that the target network values (van Hasselt et al. 2016).</summary>
    public bool DoubleDqn { get; init; }

    /// <summary>How the target network follows.</summary>
    public TargetUpdate TargetUpdate { get; init; } = TargetUpdate.Periodic;

    /// <summary>C: updates between two copies of the network to a periodic target.</summary>
    [Range(1, 1_000_000_000)]
    public int TargetPeriod { get; init; } = 500;
}

/// <summary>
/// Deep Q-learning with a target network (Mnih et al. 2015; lecture on soft actor-critic, algorithm 2), for finitely many
/// actions. It has no actor: the policy is greedy in Q, with random actions at a rate that decays on a straight line.
/// <code>
/// theta  network, one output an action; thetabar: its target   _network, _target
/// epsilon  rate of random actions                              Epsilon
///
/// repeat                                                       Update
///     draw (s, a, r, s', d)                                    _experience.Sample
///     y = r + gamma (1 - d) max_a' Qbar(s', a')                Cost
///     theta &lt;- theta - rate d_theta mean (Q(s, a) - y)^2       _program, _step
///     thetabar &lt;- theta every C-th time, or their average      TargetUpdates.Move
/// </code>
/// Metrics: <c>train/critic_loss</c> L, <c>train/mean_q</c> Q(s, a) averaged over the batch, <c>train/exploration</c> epsilon of
/// the next step.
/// </summary>
public sealed class Dqn : IValuing, IAppendOnlyState
{
    private readonly DqnOptions _options;
    private readonly int _actionCount;
    private readonly ReplayExperience _experience;
    private readonly RunningMeans _means = new("train/critic_loss", "train/mean_q");

    // theta and thetabar, each a flat vector.
    private readonly Parameters<float> _network = new("q");
    private readonly Parameters<float> _target = new("target q");
    private readonly DiscreteActionValue<float> _q;
    private readonly NetworkStep _step;
    private long _updates;

    private readonly TransitionInputs<float> _batch;
    private readonly Indices _actions;
    private readonly CompiledProgram _program;
    private readonly Output<float> _loss;
    private readonly Output<float> _gradient;
    private readonly Output<float> _meanQ;

    private readonly ValuesOf _explored;
    private readonly ValuesOf _exploited;

    /// <summary>An untrained agent.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionCount">Actions, at least 1.</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">An option or a size is not accepted.</exception>
    public Dqn(int observationSize, int actionCount, DqnOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        Task = AgentTask.FiniteActions(observationSize, actionCount);
        _actionCount = actionCount;

        int[] sizes = options.Sizes(observationSize, actionCount);

        // The target starts as a copy because it is drawn from the same stream.
        var q = new DiscreteActionValue<float>(Mlp.Drawn(_network, "network", sizes, stream.Split("network")));
        _q = q;
        var target = new DiscreteActionValue<float>(Mlp.Drawn(_target, "network", sizes, stream.Split("network")));

        // An action is its number: one column in the replay, an index in the program.
        var rows = new Extent("batch", options.BatchSize);
        _batch = new TransitionInputs<float>(rows, observationSize, actionSize: 1, options.HasDiscounts);
        _actions = new Indices("actions", rows);
        Expression<float> cost = Cost(_batch, _actions, q, target, options);
        var builder = new ProgramBuilder<float>();
        _loss = builder.Output(cost);
        _gradient = builder.Output(Derivatives.Gradient(cost, _network));
        _meanQ = builder.Output(Mean(q.Value(_batch.Observation, _actions)));
        _program = builder.Build();

        _exploited = new ValuesOf(q, 1, observationSize);
        _explored = options.Environments == 1 ? _exploited : new ValuesOf(q, options.Environments, observationSize);
        _step = new NetworkStep(_network.Count, options.LearningRate, options.Step, "gradient");
        _experience = new ReplayExperience(observationSize, 1, options, stream);
    }

    /// <inheritdoc/>
    public AgentTask Task { get; }

    /// <summary>The network: the policy is greedy in it.</summary>
    public Parameters<float> Policy => _network;

    /// <inheritdoc/>
    public IReadOnlyList<AgentNetwork> Networks => [new("network", _network), new("target", _target, _network)];

    /// <inheritdoc/>
    public PolicyHead Head { get; } = new(PolicyKind.GreedyValue);

    /// <inheritdoc/>
    public ObservationScaler? Scaler => _experience.Scaler;

    /// <inheritdoc/>
    public int Environments => _options.Environments;

    /// <inheritdoc/>
    public RewardScaler? Rewards => _experience.Rewards;

    /// <summary>q of the greedy action, max_a Q(s, a).</summary>
    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Expression<float> Value)> Values(Input<float> observation, Input<float> action, Input<float> noise)
    {
        Expression<float> values = _q.Values(observation);
        return [("q", SumColumns(Largest(values) * values))];
    }

    /// <inheritdoc/>
    public void Act(ReadOnlySpan<double> observations, Span<double> actions, bool explore)
    {
        if (!explore)
        {
            actions[0] = Best(_exploited.At(observations, Scaler));
            return;
        }

        // A random action with probability epsilon, else the best one.
        ReadOnlySpan<float> values = default;
        for (int i = 0; i < actions.Length; i++)
        {
            if (_experience.Exploration.Uniform() < Epsilon(_experience.Steps + i))
            {
                actions[i] = _experience.Exploration.Index(_actionCount);
                continue;
            }

            values = values.IsEmpty ? _explored.At(observations, Scaler) : values;
            actions[i] = Best(values.Slice(i * _actionCount, _actionCount));
        }
    }

    /// <inheritdoc/>
    public void Observe(
        ReadOnlySpan<double> observations, ReadOnlySpan<double> actions, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next)
    {
        for (int due = _experience.Observe(observations, actions, results, next); due > 0; due--)
        {
            Update();
        }
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _means.Flush(metrics);
        _step.Measure(metrics);
        metrics.Record("train/exploration", Epsilon(_experience.Steps));
        Rewards?.Measure(metrics);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Array("network", _network.Values);
        archive.Array("target", _target.Values);
        archive.Value("updates", ref _updates);
        _step.Serialize(archive);
        _means.Serialize(archive);
        _experience.Serialize(archive);
    }

    /// <inheritdoc/>
    public void SaveRows(string folder) => _experience.SaveRows(folder);

    /// <inheritdoc/>
    public void LoadRows(string folder) => _experience.LoadRows(folder);

    private static int Best(ReadOnlySpan<float> values) => TensorPrimitives.IndexOfMax(values);

    // epsilon at an environment step falls on a straight line, then stays.
    private double Epsilon(long step) => _options.ExplorationStart
        + ((_options.ExplorationEnd - _options.ExplorationStart) * Math.Min(1, (double)step / _options.ExplorationSteps));

    private void Update()
    {
        _experience.Sample(_batch);
        Span<int> chosen = _actions.Values;
        for (int i = 0; i < chosen.Length; i++)
        {
            chosen[i] = (int)_batch.Action.Values[i];
        }

        // theta <- theta - rate d_theta L(theta)
        _program.Run();
        _step.Descend(_network.Values, _gradient.Values, _experience.Steps);
        _means.Add(_loss.Value, _meanQ.Value);

        // thetabar <- theta every C updates, or thetabar <- thetabar + tau (theta - thetabar)
        _options.TargetUpdate.Move(_target, _network, ++_updates, _options.TargetRate, _options.TargetPeriod);
    }

    /// <summary>
    /// L(theta) = mean (Q(s, a) - y)^2, 1 x 1, with y = r + gamma (1 - d) max_a' Qbar(s', a'); with double DQN
    /// y = r + gamma (1 - d) Qbar(s', argmax_a' Q(s', a')). y is not differentiated.
    /// </summary>
    /// <param name="batch">Transitions; actions are not read from here.</param>
    /// <param name="action">Numbers of the actions, one a row.</param>
    /// <param name="q">Q, of theta.</param>
    /// <param name="target">Qbar, of thetabar.</param>
    /// <param name="options">Options.</param>
    public static Expression<T> Cost<T>(TransitionInputs<T> batch, Indices action, DiscreteActionValue<T> q,
        DiscreteActionValue<T> target, DqnOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> next = target.Values(batch.NextObservation);
        Expression<T> best = Largest(options.DoubleDqn ? q.Values(batch.NextObservation) : next);
        Expression<T> y = batch.Target(options.Discount, SumColumns(best * next));
        return Mean(Square(q.Value(batch.Observation, action) - y));
    }

    // Q(s, .) of some number of observations.
    private sealed class ValuesOf
    {
        private readonly Input<float> _observations;
        private readonly Output<float> _values;
        private readonly CompiledProgram _program;

        public ValuesOf(DiscreteActionValue<float> q, int rows, int observationSize)
        {
            _observations = new Input<float>("observations", rows, observationSize);
            var builder = new ProgramBuilder<float>();
            _values = builder.Output(q.Values(_observations));
            _program = builder.Build();
        }

        public ReadOnlySpan<float> At(ReadOnlySpan<double> observations, ObservationScaler? scaler)
        {
            SeenObservation.Write(observations, scaler, _observations.Values);
            _program.Run();
            return _values.Values;
        }
    }
}
