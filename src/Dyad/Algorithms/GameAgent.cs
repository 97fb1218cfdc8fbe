using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// The agent that plays the game of an off-policy actor-critic method (<see cref="IActorCritic"/>): it acts, keeps transitions, and
/// moves both players along the directions of a gradient rule, with or without a res-critic between them.
/// <para>
/// Metrics: <c>train/critic_loss</c> L and <c>train/actor_loss</c> -J, means over the steps since the last row, and those that the
/// method states; those of a clip of gradients (<see cref="GradientClip"/>), <c>actor_gradient</c> and <c>critic_gradient</c>; those of
/// the gradient rule (<see cref="TotalDirection{T}"/>), of the correction (<see cref="Residual"/>), of the TD
/// errors (<see cref="TdErrorMeter"/>) and of the game's eigenvalues (<see cref="GameMetrics"/>), each where it is asked for.
/// </para>
/// </summary>
public sealed class GameAgent : IValuing, IAppendOnlyState
{
    private readonly IActorCritic _method;
    private readonly GameOptions _options;
    private readonly OffPolicyExperience _experience;
    private readonly RandomStream _random;

    // One batch for each factor of a total derivative that has a batch of its own; the first is that of the individual gradients.
    private readonly GameBatch[] _batches;
    private readonly GradientRule<float> _rule;
    private readonly Residual? _residual;
    private readonly TargetNetwork[] _targets;
    private readonly SidePlayer[] _sidePlayers;
    private readonly NetworkStep _actorStep;
    private readonly NetworkStep _criticStep;
    private readonly NetworkStep[] _sideSteps;

    private readonly MeasureMeans _actorMeans;
    private readonly MeasureMeans _criticMeans;
    private readonly TdErrorMeter? _errorMeter;
    private readonly GameMetrics? _gameMetrics;
    private long _updates;

    /// <summary>An untrained agent.</summary>
    /// <param name="method">The method; this agent alone moves its networks.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">An option or a size is not accepted.</exception>
    public GameAgent(IActorCritic method, RandomStream stream)
    {
        _method = method;
        _options = OptionBinder.Checked(method.Options);
        Task = method.Task;
        RuleOptions gradient = _options.Gradient;
        _random = stream.Split("updates");
        _experience = new OffPolicyExperience(
            method.ObservationSize, method.ActionSize, _options, (s, noise) => method.Explore(s, noise).Action, method.Exploit, stream,
            keepsStarts: gradient.LeadsFromStarts, IsFinite);
        _residual = _options.Correction.Residual ? new Residual(method, stream.Split("residual")) : null;

        var rows = new Extent("batch", _options.BatchSize);
        _batches = [.. Enumerable.Range(0, gradient.Batches).Select(_ => new GameBatch(method, _residual, _experience, rows))];
        (ActorCriticGame<float> game, ActorCriticGame<float> plain) = (_batches[0].Game, _batches[0].Plain);
        _residual?.Compare(method.Actor, game.ActorCost, plain.ActorCost);
        _rule = new GradientRule<float>(gradient, [.. _batches.Select(batch => batch.Game)], stream.Split("solver"));

        _targets = [.. method.Targets];
        _sidePlayers = [.. method.SidePlayers];
        _actorStep = new NetworkStep(method.Actor.Count, _options.ActorLearningRate, _options.Step, "actor_gradient", gradient.ActorRatePower);
        _criticStep = new NetworkStep(method.Critic.Count, _options.CriticLearningRate, _options.Step, "critic_gradient", gradient.CriticRatePower);
        _sideSteps = [.. _sidePlayers.Select(side => new NetworkStep(side.Parameters.Count, side.LearningRate, _options.Step.Unclipped, side.Name))];
        _actorMeans = new MeasureMeans("train/actor_loss", game.ActorMeasures);
        _criticMeans = new MeasureMeans("train/critic_loss", game.CriticMeasures);
        _errorMeter = _options.Correction.MeasuresCritic ? new TdErrorMeter(_options.BatchSize * game.CriticErrors.Count) : null;
        _gameMetrics = _options.EigenvalueSteps > 0 ? new GameMetrics(this, _options.EigenvalueSteps, stream.Split("eigenvalues")) : null;
    }

    /// <inheritdoc/>
    public AgentTask Task { get; }

    /// <inheritdoc/>
    public Parameters<float> Policy => _method.Actor;

    /// <inheritdoc/>
    public IReadOnlyList<AgentNetwork> Networks =>
    [
        new("actor", _method.Actor), new("critic", _method.Critic),
        .. _targets.Select(target => new AgentNetwork(target.Name, target.Parameters, target.Source)),
        .. _sidePlayers.Select(side => new AgentNetwork(side.Name, side.Parameters)),
        .. _residual?.Networks ?? [],
    ];

    /// <summary>w, the critic's parameters.</summary>
    public Parameters<float> Critic => _method.Critic;

    /// <inheritdoc/>
    public PolicyHead? Head => _method.Head;

    /// <inheritdoc/>
    public ObservationScaler? Scaler => _experience.Scaler;

    /// <inheritdoc/>
    public int Environments => _options.Environments;

    /// <inheritdoc/>
    public RewardScaler? Rewards => _experience.Rewards;

    /// <summary>Transitions in a batch of an update.</summary>
    public int BatchSize => _options.BatchSize;

    /// <summary>Transitions in the replay, of which a batch is drawn; none at the start.</summary>
    public int Transitions => _experience.Count;

    /// <summary>gamma.</summary>
    public double Discount => _options.Discount;

    /// <summary>alpha at this moment; null for a method without entropy.</summary>
    public double? EntropyWeight => _method.EntropyWeight;

    /// <summary>What turns the costs into directions.</summary>
    public GradientRule<float> Rule => _rule;

    /// <summary>The correction of what the actor follows; null where it follows the critic.</summary>
    public Residual? Residual => _residual;

    /// <summary>States the game on another batch of some size.</summary>
    public GameBatch GameOn(int batchSize) => new(_method, _residual, _experience, new Extent("inspected batch", batchSize));

    /// <summary>States the policy that explores, on some number of observations.</summary>
    public ExploringPolicy PolicyOn(int rows)
    {
        var extent = new Extent("rollouts", rows);
        Input<float> observation = new("observations", extent, _method.ObservationSize), noise = new("noise", extent, Task.ActionSize);
        return new ExploringPolicy(observation, noise, _method.Explore(observation, noise)) { Choices = Task.Choices, Scaler = Scaler, Rewards = Rewards };
    }

    /// <summary>q, and with a correction w and q + w, of the smaller of two critics; with an entropy the bonus -alpha log pi(a|s) of a drawn a, or its expectation.</summary>
    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Expression<float> Value)> Values(Input<float> observation, Input<float> action, Input<float> noise)
    {
        Expression<float> taken = IsFinite ? Taken(action, Task.ActionCount) : action;
        Expression<float> q = _method.FollowedCritic.Smaller(observation, taken);
        List<(string, Expression<float>)> values = [("q", q)];
        if (_residual is not null)
        {
            Expression<float> corrected = _residual.Corrected.Smaller(observation, taken);
            values.AddRange([("w", corrected - q), ("q + w", corrected)]);
        }

        if (_method.Explore(observation, noise).Entropy is { } bonus)
        {
            values.Add(("entropy bonus", bonus));
        }

        return values;
    }

    /// <inheritdoc/>
    public void Act(ReadOnlySpan<double> observations, Span<double> actions, bool explore) =>
        _experience.Act(observations, actions, explore);

    /// <inheritdoc/>
    public void Observe(
        ReadOnlySpan<double> observations, ReadOnlySpan<double> actions, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next)
    {
        for (int due = _experience.Observe(observations, actions, results, next); due > 0; due--)
        {
            Update();
        }
    }

    /// <summary>
    /// One update of the game, as it is due after a step of the environment: draw, critic, res-critic, actor, targets. In turn (Zheng
    /// et al. 2021, algorithm 1; Wen et al. 2021, algorithm 5), each player sees the other where it is by then, and the actor's first
    /// step is on the last of the critic's batches; simultaneously (Zheng et al. 2021, algorithm 2), both directions are computed at
    /// the same point, and the leader moves last, so that further steps of its follower see it where it was.
    /// </summary>
    public void Update()
    {
        // x, y and m of the schedule; a delayed actor, and with it all targets that move with the actor, waits for the d-th update.
        int criticSteps = _options.CriticUpdates * _options.Gradient.StepsOf(Player.Critic);
        int actorSteps = _options.Gradient.StepsOf(Player.Actor);
        bool actorMoves = ++_updates % _method.ActorDelay == 0;

        if (actorMoves && _options.Gradient.Order == UpdateOrder.Simultaneous)
        {
            _residual?.Learn(_experience);
            Draw();
            _rule.ComputeBoth();
            if (actorSteps == 1)
            {
                StepCritic();
                MoveCritic(criticSteps - 1);
                StepActor();
            }
            else
            {
                StepActor();
                MoveActor(actorSteps - 1);
                StepCritic();
            }
        }
        else
        {
            MoveCritic(criticSteps);
            if (!actorMoves)
            {
                return;
            }

            _residual?.Learn(_experience);
            _rule.Actor.Compute();
            StepActor();
            MoveActor(actorSteps - 1);
        }

        MoveTargets(TargetMoment.AfterActor);
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _criticMeans.Flush(metrics);
        _actorMeans.Flush(metrics);
        _criticStep.Measure(metrics);
        _actorStep.Measure(metrics);
        _rule.Measure(metrics);
        _gameMetrics?.Measure(metrics);
        _residual?.Measure(metrics);
        _errorMeter?.Flush(metrics);
        Rewards?.Measure(metrics);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Array("actor", _method.Actor.Values);
        archive.Array("critic", _method.Critic.Values);
        foreach (TargetNetwork target in _targets)
        {
            archive.Array(target.Name, target.Parameters.Values);
        }

        foreach (SidePlayer side in _sidePlayers)
        {
            archive.Array(side.Name, side.Parameters.Values);
        }

        archive.Value("updates", ref _updates);
        _actorStep.Serialize(archive);
        _criticStep.Serialize(archive);
        foreach (NetworkStep step in _sideSteps)
        {
            step.Serialize(archive);
        }

        _random.Serialize(archive);
        _rule.Serialize(archive);
        _residual?.Serialize(archive);
        _errorMeter?.Serialize(archive);
        _criticMeans.Serialize(archive);
        _actorMeans.Serialize(archive);
        _experience.Serialize(archive);
    }

    /// <inheritdoc/>
    public void SaveRows(string folder) => _experience.SaveRows(folder);

    /// <inheritdoc/>
    public void LoadRows(string folder) => _experience.LoadRows(folder);

    private bool IsFinite => Task.Actions is Discrete;

    // 1 at the number of the action, 0 elsewhere: at the nearest of 0, 1, ...
    private static Expression<float> Taken(Expression<float> number, int count)
    {
        var constants = new Parameters<float>("choices");
        Parameter<float> numbers = constants.Add("numbers", 1, count);
        for (int i = 0; i < count; i++)
        {
            numbers.Values[i] = i;
        }

        return Operations.Largest(-Operations.Square(Operations.Broadcast(number, number.Rows, count) - numbers));
    }

    private void Draw(RandomStream? random = null)
    {
        foreach (GameBatch batch in _batches)
        {
            batch.Draw(random, random ?? _random);
        }
    }

    /// <summary>Steps of the critic alone, each on a batch of its own, drawn by the agent's numbers or the caller's.</summary>
    internal void MoveCritic(int steps, RandomStream? random = null)
    {
        for (int i = 0; i < steps; i++)
        {
            Draw(random);
            _rule.Critic.Compute();
            StepCritic();
        }
    }

    private void MoveActor(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Draw();
            _rule.Actor.Compute();
            StepActor();
        }
    }

    // w <- w - rate d_w L(theta, w)
    private void StepCritic()
    {
        _criticStep.Descend(_method.Critic.Values, _rule.Critic.Values, _experience.Steps);
        MoveTargets(TargetMoment.AfterCritic);
        _criticMeans.Add(_rule.Critic);
        _errorMeter?.Add(_rule.Critic.Measured(TdErrorMeter.Name));
    }

    // theta <- theta + rate d_theta J(theta, w), and what moves beside it likewise
    private void StepActor()
    {
        _residual?.BeforeActorStep();
        _actorStep.Descend(_method.Actor.Values, _rule.Actor.Values, _experience.Steps);
        _actorMeans.Add(_rule.Actor);
        for (int i = 0; i < _sideSteps.Length; i++)
        {
            SidePlayer side = _sidePlayers[i];
            _sideSteps[i].Descend(side.Parameters.Values, _rule.Actor.Measured(side.Name), _experience.Steps);
        }
    }

    // wbar <- wbar + tau (w - wbar)
    private void MoveTargets(TargetMoment moment)
    {
        foreach (TargetNetwork target in _targets)
        {
            if (target.Moment == moment)
            {
                OptimizerLoops.Average<float>(target.Parameters.Values, target.Source.Values, _options.TargetRate);
            }
        }
    }
}
