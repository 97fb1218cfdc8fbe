using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>Options of <see cref="OneStepActorCritic"/>.</summary>
public sealed record OneStepActorCriticOptions : OnPolicyOptions
{
    /// <summary>n: environments that step together; an update takes the mean over them.</summary>
    [Range(1, 4096)]
    public int Environments { get; init; } = 1;

    /// <summary>What lies between a gradient and a step along it.</summary>
    public StepOptions Step { get; init; } = new();
}

/// <summary>
/// One-step actor-critic (lecture on soft actor-critic, algorithm 3). With several environments, both players take the mean.
/// <code>
/// theta  policy, a softmax or a Gaussian; w: critic V      _actor, _critic
///
/// after every step                                         Update
///     delta = r + gamma (1 - d) V(s') - V(s)
///     w &lt;- w + alpha_w delta grad V(s)                     PlayerSteps.MoveCritic
///     theta &lt;- theta + alpha_theta delta grad log pi(a|s)  PlayerSteps.MoveActor, times gamma^t where visits are discounted
/// </code>
/// <para>
/// Metrics: <c>train/critic_loss</c> mean of delta^2 / 2, <c>train/actor_loss</c> -mean of delta log pi(a|s),
/// <c>train/entropy</c> mean entropy of pi(.|s), <c>train/updates</c> updates so far, and those of <see cref="PlayerSteps"/>.
/// </para>
/// </summary>
public sealed class OneStepActorCritic : IAgent
{
    private readonly OneStepActorCriticOptions _options;
    private readonly OnPolicyActor _actor;
    private readonly OnPolicyExperience _experience;
    private readonly Parameters<float> _critic = new("critic");
    private readonly PlayerSteps _playerSteps;
    private readonly RunningMeans _means = new("train/critic_loss", "train/actor_loss", "train/entropy");

    // Both costs, the entropy, then both gradients.
    private readonly CompiledProgram _program;
    private readonly Output<float> _output;
    private readonly float[] _mean;
    private long _updates;

    // Environment steps before the present ones.
    private long _steps;

    /// <summary>An untrained agent.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">An option or a size is not accepted.</exception>
    public OneStepActorCritic(AgentTask task, OneStepActorCriticOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        Task = task.Checked();
        _actor = new OnPolicyActor(task, options, options.Environments, stream);
        _experience = new OnPolicyExperience(task, _actor, options.Environments, steps: 1);
        var critic = new StateValue<float>(
            Mlp.Drawn(_critic, "v", options.Sizes(task.ObservationSize, 1), stream.Split("critic"), options.Activation));

        RolloutInputs<float> batch = _experience.Inputs;
        Expression<float> criticCost = CriticCost(batch, critic, options.Discount);
        Expression<float> actorCost = ActorCost(batch, critic, _actor.LogProbability(batch), options.Discount);
        var builder = new ProgramBuilder<float>();
        _output = builder.Output(
        [
            criticCost, actorCost, Mean(_actor.Entropy(batch.Observation)),
            .. Derivatives.Gradient(criticCost, _critic), .. Derivatives.Gradient(actorCost, _actor.Parameters),
        ]);
        _program = builder.Build();
        _mean = new float[3 + _critic.Count + _actor.Parameters.Count];
        _playerSteps = new PlayerSteps(_actor.Parameters, _critic, options, options.Step);
    }

    /// <inheritdoc/>
    public AgentTask Task { get; }

    /// <inheritdoc/>
    public Parameters<float> Policy => _actor.Parameters;

    /// <inheritdoc/>
    public IReadOnlyList<AgentNetwork> Networks => [new("actor", Policy), new("critic", _critic)];

    /// <inheritdoc/>
    public PolicyHead Head => _actor.Head;

    /// <inheritdoc/>
    public ObservationScaler? Scaler => _actor.Scaler;

    /// <inheritdoc/>
    public RewardScaler? Rewards => _actor.Rewards;

    /// <summary>w, the critic's parameters.</summary>
    public Parameters<float> Critic => _critic;

    /// <summary>gamma.</summary>
    public double Discount => _options.Discount;

    /// <inheritdoc/>
    public int Environments => _options.Environments;

    /// <inheritdoc/>
    public void Act(ReadOnlySpan<double> observations, Span<double> actions, bool explore) =>
        _actor.Act(observations, actions, explore);

    /// <inheritdoc/>
    public void Observe(
        ReadOnlySpan<double> observations, ReadOnlySpan<double> actions, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next)
    {
        _experience.Add(observations, results, next);
        if (_experience.Steps.Count > 0)
        {
            Update();
            _experience.Steps.Clear();
        }

        _steps += results.Length;
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _means.Flush(metrics);
        metrics.Record("train/updates", _updates);
        _playerSteps.Measure(metrics);
        Rewards?.Measure(metrics);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        _actor.Serialize(archive);
        archive.Array("critic", _critic.Values);
        _playerSteps.Serialize(archive);
        archive.Value("updates", ref _updates);
        if (_options.Step.RateSchedule != Schedule.Constant)
        {
            archive.Value("steps before", ref _steps);
        }

        _means.Serialize(archive);
        _experience.Serialize(archive);
    }

    private void Update()
    {
        _experience.Close(_options);

        // w <- w + rate delta grad V(s);  theta <- theta + rate delta grad log pi(a|s), both with the same delta
        _experience.Mean(_program, _output, _mean, 0, _experience.Steps.Count);
        _playerSteps.At(_steps);
        _playerSteps.MoveCritic(_mean.AsSpan(3, _critic.Count));
        _playerSteps.MoveActor(_mean.AsSpan(3 + _critic.Count));
        _means.Add(_mean[0], _mean[1], _mean[2]);
        _updates++;
    }

    /// <summary>Mean of delta^2 / 2, 1 x 1; no derivative flows through the target r + gamma V(s').</summary>
    public static Expression<T> CriticCost<T>(RolloutInputs<T> batch, StateValue<T> critic, double discount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => 0.5 * Mean(Square(
            critic.Value(batch.Observation) - Stop(batch.Target(discount, critic.Value(batch.NextObservation)))));

    /// <summary>-mean of delta log pi(a|s), 1 x 1; no derivative flows through delta.</summary>
    /// <param name="batch">Steps; the weight is gamma^t where visits are discounted, else 1.</param>
    /// <param name="critic">V.</param>
    /// <param name="logProbability">log pi(a|s), steps x 1.</param>
    /// <param name="discount">gamma.</param>
    public static Expression<T> ActorCost<T>(
        RolloutInputs<T> batch, StateValue<T> critic, Expression<T> logProbability, double discount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> delta = batch.Target(discount, critic.Value(batch.NextObservation)) - critic.Value(batch.Observation);
        return -Mean(batch.Weight * Stop(delta) * logProbability);
    }
}
