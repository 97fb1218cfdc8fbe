using System.Numerics.Tensors;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// The agent that plays the on-policy actor-critic (<see cref="ActorCritic"/>) in epochs, the actor following the policy gradient or, as
/// a leader, its total derivative (STAC, Zheng et al. 2021, section 4.2).
/// <para>
/// Metrics: <c>train/critic_loss</c> L, averaged over the critic's steps, <c>train/actor_loss</c> -mean of A_t log pi(a_t|s_t),
/// <c>train/entropy</c> mean entropy of pi(.|s_t), <c>train/advantage_std</c> standard deviation of A_t before it is normalised,
/// <c>train/updates</c> epochs so far; and those of the <see cref="EpisodeDirection"/> and the <see cref="EpochResidual"/>.
/// </para>
/// </summary>
public sealed class EpochAgent : IValuing
{
    // A standard deviation below this is rounding: such advantages are not blown up.
    private const float SmallestDeviation = 1e-8f;

    private readonly ActorCriticOptions _options;
    private readonly OnPolicyActor _actor;
    private readonly OnPolicyExperience _experience;
    private readonly OnPolicyCritic _critic;
    private readonly ActorCriticGame<float> _game;
    private readonly EpochGradient _plain;
    private readonly IDirection<float> _actorDirection;
    private readonly EpochGradient _criticDirection;
    private readonly GradientStep _actorStep;
    private readonly GradientStep _criticStep;

    // What is added to Q where the actor sees it; null without a correction.
    private readonly EpochResidual? _residual;

    // V(s), V(s') and what the actor's gradient sees of the critic.
    private readonly EpochValues _value;
    private readonly EpochValues _nextValue;
    private readonly EpochValues _seen;
    private readonly MeasureMeans _criticMeans;
    private readonly MeasureMeans _actorMeans;
    private readonly RunningMeans _advantageMeans = new("train/advantage_std");
    private float[] _values;
    private float[] _advantages;
    private int _steps;
    private long _updates;

    /// <summary>An untrained agent.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">An option or a size is not accepted.</exception>
    public EpochAgent(AgentTask task, ActorCriticOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        Task = task.Checked();
        _actor = new OnPolicyActor(task, options, options.Environments, stream);
        _experience = new OnPolicyExperience(task, _actor, options.Environments, options.StepsPerEpoch / options.Environments);
        _values = new float[options.StepsPerEpoch];
        _advantages = new float[options.StepsPerEpoch];

        RolloutInputs<float> batch = _experience.Inputs;
        _critic = new OnPolicyCritic(task, options, _actor, batch.Observation.Rows, stream);
        _residual = options.Correction.Residual ? new EpochResidual(task, options, _actor, _critic, batch, stream.Split("residual")) : null;
        var costs = new EpochGame<float>(
            batch, _actor.LogProbability(batch), _actor.Entropy(batch.Observation), _critic.Taken(batch), _critic.Value(batch.NextObservation), options)
        {
            Correction = _residual?.Taken(batch),
        };
        _game = costs.Between(_actor.Parameters, _critic.Parameters);
        _criticDirection = new EpochGradient(_experience, _game.Of(Player.Critic), _critic.Draw);
        _plain = new EpochGradient(_experience, _game.Of(Player.Actor));
        _actorDirection = options.Gradient.Rule == Rule.Individual ? _plain : Leading(options, stream);

        _value = new EpochValues(_critic.Value(batch.Observation), _critic.Draw);
        _nextValue = new EpochValues(costs.NextValue, _critic.Draw);
        _seen = new EpochValues(costs.Seen, _critic.Draw);
        _criticMeans = new MeasureMeans("train/critic_loss", _game.CriticMeasures);
        _actorMeans = new MeasureMeans("train/actor_loss", _game.ActorMeasures);
        _actorStep = new GradientStep(_actor.Parameters.Count, options.ActorLearningRate, options.Optimizer, options.Gradient.ActorRatePower);
        _criticStep = new GradientStep(_critic.Parameters.Count, options.CriticLearningRate, options.Optimizer, options.Gradient.CriticRatePower);
    }

    /// <inheritdoc/>
    public AgentTask Task { get; }

    /// <inheritdoc/>
    public Parameters<float> Policy => _actor.Parameters;

    /// <inheritdoc/>
    public IReadOnlyList<AgentNetwork> Networks =>
        [new("actor", Policy), new("critic", Critic), .. ResCritic is { } residual ? [new AgentNetwork("residual", residual)] : Array.Empty<AgentNetwork>()];

    /// <inheritdoc/>
    public PolicyHead Head => _actor.Head;

    /// <inheritdoc/>
    public ObservationScaler? Scaler => _actor.Scaler;

    /// <inheritdoc/>
    public RewardScaler? Rewards => _actor.Rewards;

    /// <summary>w, the critic's parameters.</summary>
    public Parameters<float> Critic => _critic.Parameters;

    /// <summary>psi, the res-critic's parameters; null without a correction.</summary>
    public Parameters<float>? ResCritic => _residual?.Parameters;

    /// <inheritdoc/>
    public int Environments => _options.Environments;

    /// <summary>The options that it was made with.</summary>
    public ActorCriticOptions Options => _options;

    /// <summary>States the policy that explores, on some number of observations.</summary>
    public ExploringPolicy PolicyOn(int rows) => _actor.On(rows);

    /// <summary>The steps of its epoch.</summary>
    internal OnPolicyExperience Experience => _experience;

    /// <summary>Both costs on a piece of an epoch (<see cref="OnPolicyExperience.Inputs"/>).</summary>
    internal ActorCriticGame<float> Game => _game;

    /// <summary>The gradient of the actor's cost over the epoch.</summary>
    internal EpochGradient Plain => _plain;

    /// <summary>The gradient of the critic's cost over the epoch.</summary>
    internal EpochGradient CriticGradient => _criticDirection;

    /// <summary>What the actor follows.</summary>
    internal IDirection<float> ActorDirection => _actorDirection;

    /// <summary>What draws the actions that a Q critic's values are of; null where none are needed.</summary>
    internal Action? DrawValues => _critic.Draw;

    /// <summary>V(s), and the entropy of pi(.|s).</summary>
    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Expression<float> Value)> Values(Input<float> observation, Input<float> action, Input<float> noise) =>
        [("V", _critic.Value(observation, noise)), ("entropy", _actor.Entropy(observation))];

    /// <inheritdoc/>
    public void Act(ReadOnlySpan<double> observations, Span<double> actions, bool explore) =>
        _actor.Act(observations, actions, explore);

    /// <inheritdoc/>
    public void Observe(
        ReadOnlySpan<double> observations, ReadOnlySpan<double> actions, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next)
    {
        _experience.Add(observations, results, next);
        _steps += _options.Environments;
        if (_steps >= _options.StepsPerEpoch && (!_options.WholeEpisodes || results[0].Done))
        {
            if (_experience.Steps.Count > 0)
            {
                Update();
            }

            _experience.Steps.Clear();
            _steps = 0;
        }
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _criticMeans.Flush(metrics);
        _actorMeans.Flush(metrics);
        _advantageMeans.Flush(metrics);
        metrics.Record("train/updates", _updates);
        Rewards?.Measure(metrics);
        _actorDirection.Measure(metrics);
        _residual?.Measure(metrics);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        _actor.Serialize(archive);
        _critic.Serialize(archive);
        _actorStep.Serialize(archive);
        _criticStep.Serialize(archive);
        _actorDirection.Serialize(archive);
        _residual?.Serialize(archive);
        archive.Value("steps", ref _steps);
        archive.Value("updates", ref _updates);
        _criticMeans.Serialize(archive);
        _actorMeans.Serialize(archive);
        _advantageMeans.Serialize(archive);
        _experience.Serialize(archive);
    }

    /// <summary>What an actor that leads by other options would follow on the same epoch.</summary>
    internal EpisodeDirection Leading(ActorCriticOptions options, RandomStream stream) =>
        new(_plain, new EpisodeLeader(Task, options, _actor, _critic, stream), _experience, options);

    /// <summary>Takes over another agent's networks, and where its optimisers stand.</summary>
    internal void Follow(EpochAgent other)
    {
        other.Policy.Values.CopyTo(Policy.Values);
        other.Critic.Values.CopyTo(Critic.Values);
        if (ResCritic is not null)
        {
            other.ResCritic!.Values.CopyTo(ResCritic.Values);
        }

        if (Scaler is not null)
        {
            StateArchive.Load(StateArchive.Save(other.Scaler!.Serialize), Scaler.Serialize);
        }

        if (Rewards is not null)
        {
            StateArchive.Load(StateArchive.Save(other.Rewards!.SerializeStatistics), Rewards.SerializeStatistics);
        }

        StateArchive.Load(StateArchive.Save(other._criticStep.Serialize), _criticStep.Serialize);
        StateArchive.Load(StateArchive.Save(other._actorStep.Serialize), _actorStep.Serialize);
    }

    /// <summary>theta &lt;- theta - rate direction.</summary>
    internal void MoveActor(ReadOnlySpan<float> direction) => _actorStep.Descend(_actor.Parameters.Values, direction);

    /// <summary>Draws by other streams from now on: exploration, and the actions of a Q critic's values.</summary>
    internal void DrawBy(RandomStream exploration, RandomStream values)
    {
        _actor.DrawBy(exploration);
        _critic.DrawBy(values);
    }

    /// <summary>Values, returns and weights of an epoch that has all its steps.</summary>
    internal void Estimate()
    {
        Evaluate();
        Weigh();
    }

    /// <summary>w &lt;- w - rate d_w L(theta, w), some number of times.</summary>
    internal void MoveCritic(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            _criticDirection.Compute();
            _criticStep.Descend(_critic.Parameters.Values, _criticDirection.Values);
            _criticMeans.Add(_criticDirection);
        }
    }

    // The updates of an epoch: values and advantages by the w of that time, critic, res-critic, actor. Simultaneously, the actor's
    // direction belongs to the w from before the critic's steps.
    private void Update()
    {
        Evaluate();
        bool together = _options.Gradient.Order == UpdateOrder.Simultaneous;
        if (together)
        {
            Weigh();
            _actorDirection.Compute();
        }

        MoveCritic(_options.CriticUpdates * _options.Gradient.StepsOf(Player.Critic));
        _residual?.Learn(_experience);

        // theta <- theta + rate d_theta J(theta, w)
        if (!together)
        {
            Weigh();
            _actorDirection.Compute();
        }

        MoveActor(_actorDirection.Values);
        _actorMeans.Add(_actorDirection);
        _updates++;
    }

    // V(s_t) and V(s_{t+1}), then A_t and what the critic regresses on.
    private void Evaluate()
    {
        _experience.Close(_options);
        Rollout steps = _experience.Steps;
        Span<float> values = Room(ref _values), advantages = Room(ref _advantages), returns = _experience.Returns;
        _value.OfAll(_experience, values);
        _nextValue.OfLast(_experience, values);
        ReadOnlySpan<float> next = _experience.NextValues;
        AdvantageEstimation.Advantages(steps.Rewards, values, next, steps.Last, _options.Discount, _options.GaeLambda, advantages);
        if (_options.CriticTarget == CriticTarget.LambdaReturn)
        {
            TensorPrimitives.Add(values, advantages, returns);
        }
        else
        {
            AdvantageEstimation.Returns(steps.Rewards, next, steps.Last, _options.Discount, returns);
        }
    }

    // A_t of the actor's gradient, normalised if asked for, as weights of the scores.
    private void Weigh()
    {
        Rollout steps = _experience.Steps;
        Span<float> advantages = Room(ref _advantages);
        if (_options.DirectTerm == DirectTerm.Returns)
        {
            AdvantageEstimation.Returns(steps.Rewards, _experience.NextValues, steps.Last, _options.Discount, advantages);
        }
        else if (_options.DirectTerm == DirectTerm.Critic)
        {
            _seen.OfAll(_experience, advantages);
        }

        advantages.CopyTo(_experience.Advantages);
        float deviation = Normalize(advantages);
        _experience.AdvantageUnit = _options.NormalizeAdvantages ? deviation + SmallestDeviation : 1;
        Span<float> weights = _experience.Weights;
        TensorPrimitives.Multiply(weights, advantages, weights);
        _advantageMeans.Add(deviation);
    }

    // Room for a number a step; an epoch of whole episodes may be longer than the one before.
    private Span<float> Room(ref float[] values)
    {
        if (values.Length < _experience.Steps.Count)
        {
            values = new float[2 * _experience.Steps.Count];
        }

        return values.AsSpan(0, _experience.Steps.Count);
    }

    // Mean 0 and standard deviation 1 over the epoch, if asked for; the standard deviation as it was.
    private float Normalize(Span<float> advantages)
    {
        float mean = TensorPrimitives.Sum<float>(advantages) / advantages.Length;
        float squares = 0;
        foreach (float advantage in advantages)
        {
            squares += (advantage - mean) * (advantage - mean);
        }

        float deviation = MathF.Sqrt(squares / advantages.Length);
        if (_options.NormalizeAdvantages)
        {
            TensorPrimitives.Subtract(advantages, mean, advantages);
            TensorPrimitives.Multiply(advantages, 1 / (deviation + SmallestDeviation), advantages);
        }

        return deviation;
    }
}
