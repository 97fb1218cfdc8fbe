using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// The agent that plays the on-policy actor-critic (<see cref="ActorCritic"/>) in epochs, the actor following the policy gradient or, as
/// a leader, its total derivative (STAC, Zheng et al. 2021, section 4.2); or <see cref="Ppo"/>, which passes over an epoch several times.
/// <para>
/// Metrics: <c>train/critic_loss</c> L, averaged over the critic's steps, <c>train/actor_loss</c> -mean of A_t log pi(a_t|s_t),
/// <c>train/entropy</c> mean entropy of pi(.|s_t), <c>train/advantage_std</c> standard deviation of A_t before it is normalised,
/// <c>train/updates</c> epochs so far; and those of the <see cref="EpisodeDirection"/>, the <see cref="EpochResidual"/>, the
/// <see cref="PlayerSteps"/> and the <see cref="ProximalUpdate"/>.
/// </para>
/// </summary>
public sealed class EpochAgent : IValuing
{
    private readonly ActorCriticOptions _options;
    private readonly OnPolicyActor _actor;
    private readonly OnPolicyExperience _experience;
    private readonly OnPolicyCritic _critic;
    private readonly ActorCriticGame<float> _game;
    private readonly EpochGradient _plain;
    private readonly IDirection<float> _actorDirection;
    private readonly EpochGradient _criticDirection;
    private readonly EpochEstimates _estimates;
    private readonly PlayerSteps _playerSteps;

    // What is added to Q where the actor sees it; null without a correction.
    private readonly EpochResidual? _residual;

    // PPO's passes over an epoch; null where each player moves on all of it.
    private readonly ProximalUpdate? _proximal;
    private readonly MeasureMeans _criticMeans;
    private readonly MeasureMeans _actorMeans;

    // Environment steps of the epoch so far, and before it.
    private int _steps;
    private long _before;
    private readonly StepResult[] _ended;
    private long _updates;

    /// <summary>An untrained agent.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">An option or a size is not accepted.</exception>
    public EpochAgent(AgentTask task, ActorCriticOptions options, RandomStream stream)
    {
        _options = options is PpoOptions asked ? OptionBinder.Checked(asked) : OptionBinder.Checked(options);
        Task = task.Checked();
        _actor = new OnPolicyActor(task, options, options.Environments, stream, options.ActorWeights);
        _ended = new StepResult[options.Environments];
        _experience = new OnPolicyExperience(task, _actor, options.Environments, options.StepsPerEpoch / options.Environments);

        RolloutInputs<float> batch = _experience.Inputs;
        _critic = new OnPolicyCritic(task, options, _actor, batch.Observation.Rows, stream);
        _residual = options.Correction.Residual ? new EpochResidual(task, options, _actor, _critic, batch, stream.Split("residual")) : null;
        var proximal = options as PpoOptions;
        var clip = new Input<float>("clip range", 1, 1);
        clip.Set(proximal?.ClipRange ?? 0);
        EpochGame<float> costs = proximal is not null
            ? ProximalUpdate.Game(batch, _actor, _critic, clip, proximal)
            : new EpochGame<float>(
                batch, _actor.LogProbability(batch), _actor.Entropy(batch.Observation), _critic.Taken(batch), _critic.Value(batch.NextObservation), options)
            {
                Correction = _residual?.Taken(batch),
            };
        _game = costs.Between(_actor.Parameters, _critic.Parameters);
        _criticDirection = new EpochGradient(_experience, _game.Of(Player.Critic), _critic.Draw);
        _plain = new EpochGradient(_experience, _game.Of(Player.Actor));
        _actorDirection = options.Gradient.Rule == Rule.Individual || proximal is not null ? _plain : Leading(options, stream);

        _estimates = new EpochEstimates(_experience, costs, _critic, _residual, options);
        _criticMeans = new MeasureMeans("train/critic_loss", _game.CriticMeasures);
        _actorMeans = new MeasureMeans("train/actor_loss", _game.ActorMeasures);
        _playerSteps = new PlayerSteps(_actor.Parameters, _critic.Parameters, options, options.Step, options.Gradient, options.Epsilon);
        _proximal = proximal is null ? null
            : new ProximalUpdate(task, proximal, _experience, _estimates, _actor, _critic, _playerSteps, clip, _criticMeans, _actorMeans, stream);
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

    /// <summary>Whether that is the total derivative of the game of whole episodes.</summary>
    internal bool LeadsEpisodes => _actorDirection is EpisodeDirection;

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
        Keep(observations, results, next);
        _steps += _options.Environments;
        if (_steps >= _options.StepsPerEpoch && (!_options.WholeEpisodes || results[0].Done))
        {
            if (_experience.Steps.Count > 0)
            {
                Update();
            }

            _experience.Steps.Clear();
            _before += _steps;
            _steps = 0;
        }
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _criticMeans.Flush(metrics);
        _actorMeans.Flush(metrics);
        _estimates.Measure(metrics);
        metrics.Record("train/updates", _updates);
        Rewards?.Measure(metrics);
        _actorDirection.Measure(metrics);
        _residual?.Measure(metrics);
        _playerSteps.Measure(metrics);
        _proximal?.Measure(metrics);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        _actor.Serialize(archive);
        _critic.Serialize(archive);
        _playerSteps.Serialize(archive);
        _actorDirection.Serialize(archive);
        _residual?.Serialize(archive);
        archive.Value("steps", ref _steps);
        archive.Value("updates", ref _updates);
        _criticMeans.Serialize(archive);
        _actorMeans.Serialize(archive);
        _estimates.Serialize(archive);
        if (_options.Step.RateSchedule != Schedule.Constant || _proximal is not null)
        {
            archive.Value("steps before", ref _before);
        }

        _proximal?.Serialize(archive);
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

        StateArchive.Load(StateArchive.Save(other._playerSteps.Serialize), _playerSteps.Serialize);
        _playerSteps.At(other._before);
    }

    /// <summary>Keeps a step of each environment as its updates see it, and learns nothing.</summary>
    internal void Keep(ReadOnlySpan<double> observations, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next) =>
        _experience.Add(observations, _options is PpoOptions { BootstrapAtTimeLimit: false } ? Terminated(results) : results, next);

    /// <summary>theta &lt;- theta - rate direction.</summary>
    internal void MoveActor(ReadOnlySpan<float> direction) => _playerSteps.MoveActor(direction);

    /// <summary>Draws by other streams from now on: exploration, and the actions of a Q critic's values.</summary>
    internal void DrawBy(RandomStream exploration, RandomStream values)
    {
        _actor.DrawBy(exploration);
        _critic.DrawBy(values);
    }

    /// <summary>Values, returns and weights of an epoch that has all its steps.</summary>
    internal void Estimate()
    {
        _experience.Close(_options);
        _proximal?.Remember();
        _estimates.Evaluate();
        _estimates.Weigh();
    }

    /// <summary>w &lt;- w - rate d_w L(theta, w), some number of times.</summary>
    internal void MoveCritic(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            _criticDirection.Compute();
            _playerSteps.MoveCritic(_criticDirection.Values);
            _criticMeans.Add(_criticDirection);
        }
    }

    // The updates of an epoch: values and advantages by the w of that time, critic, res-critic, actor. Simultaneously, the actor's
    // direction belongs to the w from before the critic's steps.
    private void Update()
    {
        _playerSteps.At(_before);
        if (_proximal is not null)
        {
            UpdateProximally();
            return;
        }

        _experience.Close(_options);
        _estimates.Evaluate();
        bool together = _options.Gradient.Order == UpdateOrder.Simultaneous;
        if (together)
        {
            _estimates.Weigh();
            _actorDirection.Compute();
        }

        MoveCritic(_options.CriticUpdates * _options.Gradient.StepsOf(Player.Critic));
        _residual?.Learn(_experience);

        // theta <- theta + rate d_theta J(theta, w)
        if (!together)
        {
            _estimates.Weigh();
            _actorDirection.Compute();
        }

        MoveActor(_actorDirection.Values);
        _actorMeans.Add(_actorDirection);
        _updates++;
    }

    // The res-critic learns from the critic as the rollout met it, then the passes.
    private void UpdateProximally()
    {
        _experience.Close(_options);
        _proximal!.Remember();
        _estimates.Evaluate();
        _residual?.Learn(_experience);
        _estimates.Weigh();
        _proximal.Run(_before);
        _updates++;
    }

    // Every end of an episode as one that nothing follows.
    private ReadOnlySpan<StepResult> Terminated(ReadOnlySpan<StepResult> results)
    {
        for (int i = 0; i < results.Length; i++)
        {
            _ended[i] = results[i] with { Terminated = results[i].Done };
        }

        return _ended;
    }
}
