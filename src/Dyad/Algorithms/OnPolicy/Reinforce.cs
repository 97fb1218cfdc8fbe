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

/// <summary>Options of <see cref="Reinforce"/>.</summary>
public sealed record ReinforceOptions : OnPolicyOptions
{
    /// <summary>The lecture's gradient: discounted visits.</summary>
    public ReinforceOptions() => DiscountedVisits = true;

    /// <summary>Episodes between two updates.</summary>
    [Range(1, 10_000)]
    public int EpisodesPerUpdate { get; init; } = 1;

    /// <summary>
    /// Whether each step of the episode is an update of its own, one after the other, as algorithm 1 prints it; otherwise the
    /// mean of the steps' gradients is one update.
    /// </summary>
    public bool StepByStep { get; init; }

    /// <summary>What lies between a gradient and a step along it.</summary>
    public StepOptions Step { get; init; } = new();
}

/// <summary>
/// REINFORCE with baseline (Williams 1992; lecture on soft actor-critic, algorithm 1). An episode that a time limit cut goes on with
/// V of its final observation.
/// <code>
/// theta  policy, a softmax or a Gaussian; w: baseline V   _actor, _baseline
///
/// after an episode, for each of its steps t               Update
///     G_t = r_t + gamma G_{t+1}                           AdvantageEstimation.Returns
///     delta = G_t - V(s_t)
///     w &lt;- w + alpha_w delta grad V(s_t)                  PlayerSteps.MoveCritic
///     theta &lt;- theta + alpha_theta gamma^t delta grad log pi(a_t|s_t)   PlayerSteps.MoveActor
/// </code>
/// <para>
/// Metrics: <c>train/critic_loss</c> mean of (V(s_t) - G_t)^2 / 2, <c>train/actor_loss</c> -mean of gamma^t delta log pi(a_t|s_t),
/// <c>train/entropy</c> mean entropy of pi(.|s_t), <c>train/updates</c> updates so far, and those of <see cref="PlayerSteps"/>.
/// </para>
/// </summary>
public sealed class Reinforce : IAgent
{
    private const int LikelyEpisode = 1024;

    private readonly ReinforceOptions _options;
    private readonly OnPolicyActor _actor;
    private readonly OnPolicyExperience _experience;
    private readonly Parameters<float> _baseline = new("baseline");
    private readonly PlayerSteps _playerSteps;
    private readonly RunningMeans _means = new("train/critic_loss", "train/actor_loss", "train/entropy");

    // Both costs, the entropy, then both gradients.
    private readonly CompiledProgram _program;
    private readonly Output<float> _output;
    private readonly float[] _mean;
    private readonly CompiledProgram _finalProgram;
    private readonly Output<float> _finalValue;
    private int _episodes;
    private long _updates;

    // Environment steps, and those before the present episodes.
    private long _steps;
    private long _before;

    /// <summary>An untrained agent.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">An option or a size is not accepted.</exception>
    public Reinforce(AgentTask task, ReinforceOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        Task = task.Checked();
        _actor = new OnPolicyActor(task, options, environments: 1, stream);
        _experience = new OnPolicyExperience(task, _actor, environments: 1, LikelyEpisode);
        var baseline = new StateValue<float>(
            Mlp.Drawn(_baseline, "v", options.Sizes(task.ObservationSize, 1), stream.Split("critic"), options.Activation));

        RolloutInputs<float> batch = _experience.Inputs;
        Expression<float> baselineCost = BaselineCost(batch, baseline);
        Expression<float> actorCost = ActorCost(batch, baseline, _actor.LogProbability(batch));
        var builder = new ProgramBuilder<float>();
        _output = builder.Output(
        [
            baselineCost, actorCost, Mean(_actor.Entropy(batch.Observation)),
            .. Derivatives.Gradient(baselineCost, _baseline), .. Derivatives.Gradient(actorCost, _actor.Parameters),
        ]);
        _program = builder.Build();
        _mean = new float[3 + _baseline.Count + _actor.Parameters.Count];
        builder = new ProgramBuilder<float>();
        _finalValue = builder.Output(baseline.Value(batch.NextObservation));
        _finalProgram = builder.Build();

        _playerSteps = new PlayerSteps(_actor.Parameters, _baseline, options, options.Step);
    }

    /// <inheritdoc/>
    public AgentTask Task { get; }

    /// <inheritdoc/>
    public Parameters<float> Policy => _actor.Parameters;

    /// <summary>gamma.</summary>
    public double Discount => _options.Discount;

    /// <inheritdoc/>
    public IReadOnlyList<AgentNetwork> Networks => [new("actor", Policy), new("baseline", _baseline)];

    /// <inheritdoc/>
    public PolicyHead Head => _actor.Head;

    /// <inheritdoc/>
    public ObservationScaler? Scaler => _actor.Scaler;

    /// <inheritdoc/>
    public RewardScaler? Rewards => _actor.Rewards;

    /// <summary>The baseline's parameters.</summary>
    public Parameters<float> Baseline => _baseline;

    /// <inheritdoc/>
    public void Act(ReadOnlySpan<double> observations, Span<double> actions, bool explore) =>
        _actor.Act(observations, actions, explore);

    /// <inheritdoc/>
    public void Observe(
        ReadOnlySpan<double> observations, ReadOnlySpan<double> actions, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next)
    {
        _episodes += _experience.Add(observations, results, next);
        _steps++;
        if (_episodes >= _options.EpisodesPerUpdate && _experience.Steps.Count > 0)
        {
            Update();
            _experience.Steps.Clear();
            _episodes = 0;
            _before = _steps;
        }
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
        archive.Array("baseline", _baseline.Values);
        _playerSteps.Serialize(archive);
        archive.Value("episodes", ref _episodes);
        archive.Value("updates", ref _updates);
        if (_options.Step.RateSchedule != Schedule.Constant)
        {
            archive.Value("steps", ref _steps);
            archive.Value("steps before", ref _before);
        }

        _means.Serialize(archive);
        _experience.Serialize(archive);
    }

    private void Update()
    {
        _experience.Close(_options);

        // G_t, with V of the final observation where a time limit cut the episode.
        Rollout steps = _experience.Steps;
        _experience.EvaluateNext(_finalProgram, _finalValue, null, []);
        AdvantageEstimation.Returns<float>(steps.Rewards, _experience.NextValues, steps.Last, _options.Discount, _experience.Returns);

        _playerSteps.At(_before);
        int rows = _options.StepByStep ? 1 : steps.Count;
        for (int t = 0; t < steps.Count; t += rows)
        {
            // w <- w + rate mean of delta grad V;  theta <- theta + rate mean of gamma^t delta grad log pi
            _experience.Mean(_program, _output, _mean, t, rows);
            _playerSteps.MoveCritic(_mean.AsSpan(3, _baseline.Count));
            _playerSteps.MoveActor(_mean.AsSpan(3 + _baseline.Count));
            _means.Add(_mean[0], _mean[1], _mean[2]);
            _updates++;
        }
    }

    /// <summary>Mean of (V(s_t) - G_t)^2 / 2, 1 x 1: minus its gradient is the mean of delta grad V(s_t).</summary>
    public static Expression<T> BaselineCost<T>(RolloutInputs<T> batch, StateValue<T> baseline)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => 0.5 * Mean(Square(baseline.Value(batch.Observation) - batch.Return));

    /// <summary>-mean of gamma^t delta log pi(a_t|s_t), 1 x 1; no derivative flows through delta = G_t - V(s_t).</summary>
    /// <param name="batch">Steps; the weight is gamma^t.</param>
    /// <param name="baseline">V.</param>
    /// <param name="logProbability">log pi(a_t|s_t), steps x 1.</param>
    public static Expression<T> ActorCost<T>(RolloutInputs<T> batch, StateValue<T> baseline, Expression<T> logProbability)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        -Mean(batch.Weight * Stop(batch.Return - baseline.Value(batch.Observation)) * logProbability);
}
