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

/// <summary>Options of <see cref="SacV"/>; step lengths, batch and averaging are those of Haarnoja et al. 2018.</summary>
public sealed record SacVOptions : OffPolicyOptions
{
    /// <summary>The defaults.</summary>
    public SacVOptions()
    {
        ActorLearningRate = 3e-4;
        CriticLearningRate = 3e-4;
        BatchSize = 256;
    }

    /// <summary>lambda_V: step length of the Adam of the value network.</summary>
    [Range(1e-9, 1.0)]
    public double ValueLearningRate { get; init; } = 3e-4;

    /// <summary>alpha, or its start where it is tuned: weight of the entropy.</summary>
    [Range(1e-12, 1e12)]
    public double EntropyWeight { get; init; } = 0.2;

    /// <summary>Whether alpha is tuned so that the policy's entropy is the target (Haarnoja et al. 2018b); the lecture's is fixed.</summary>
    public bool TuneEntropyWeight { get; init; } = true;

    /// <summary>Target of the entropy per action dimension.</summary>
    [Range(-100.0, 100.0)]
    public double TargetEntropyPerAction { get; init; } = -1;

    /// <summary>Step length of the Adam of log alpha.</summary>
    [Range(1e-9, 1.0)]
    public double EntropyLearningRate { get; init; } = 3e-4;

    /// <summary>How the target value network follows.</summary>
    public TargetUpdate TargetUpdate { get; init; } = TargetUpdate.MovingAverage;

    /// <summary>C: updates between two copies of the value network to a periodic target.</summary>
    [Range(1, 1_000_000_000)]
    public int TargetPeriod { get; init; } = 1000;
}

/// <summary>
/// Soft actor-critic with a value network (Haarnoja et al. 2018; lecture on soft actor-critic, algorithm 4): the critics'
/// target is the value of the next state alone, so only the value network needs a target network.
/// <code>
/// psi    value network V; psibar: its target     _value, _target
/// theta  critic, Q1 and Q2                       _critic
/// phi    actor, a Gaussian squashed by tanh      _actor
/// alpha  weight of the entropy                   _temperature
///
/// repeat                                                                      Update
///     draw (s, a, r, s', d), xi; a~ and log pi(a~|s) from phi and xi          _experience.Sample
///     psi &lt;- psi - lambda_V d 1/2 mean (V(s) - min Q_i(s, a~) + alpha log pi(a~|s))^2   SacVGame.ValueCost
///     theta &lt;- theta - lambda_Q d sum_i 1/2 mean (Q_i(s, a) - r - gamma (1 - d) Vbar(s'))^2   SacVGame.CriticCost
///     psibar &lt;- psibar + tau (psi - psibar), or psi every C-th time           TargetUpdates.Move
///     phi &lt;- phi - lambda_pi d mean (alpha log pi(a~|s) - min Q_i(s, a~))     SacVGame.ActorCost
///     log alpha &lt;- log alpha + rate mean (log pi(a~|s) + target)              Temperature.Cost
/// </code>
/// Metrics: <c>train/value_loss</c> J_V, <c>train/critic_loss</c> J_Q, <c>train/mean_q</c> Q1(s, a) averaged over the batch,
/// <c>train/actor_loss</c> J_pi, <c>train/entropy_weight</c> alpha, <c>train/entropy</c> -log pi averaged over the batch.
/// </summary>
public sealed class SacV : IAgent, IAppendOnlyState
{
    private readonly SacVOptions _options;
    private readonly OffPolicyExperience _experience;
    private readonly RandomStream _random;
    private readonly RunningMeans _criticMeans = new("train/value_loss", "train/critic_loss", "train/mean_q");
    private readonly RunningMeans _actorMeans = new("train/actor_loss", "train/entropy_weight", "train/entropy");

    // psi, psibar, theta, phi and log alpha, each a flat vector with an optimiser of its own.
    private readonly Parameters<float> _value = new("value");
    private readonly Parameters<float> _target = new("target value");
    private readonly Parameters<float> _critic = new("critic");
    private readonly Parameters<float> _actor = new("actor");
    private readonly Temperature _temperature;
    private readonly NetworkStep _valueStep;
    private readonly NetworkStep _criticStep;
    private readonly NetworkStep _actorStep;
    private readonly NetworkStep _temperatureStep;
    private long _updates;

    private readonly TransitionInputs<float> _batch;
    private readonly Input<float> _noise;
    private readonly CompiledProgram _valueProgram;
    private readonly CompiledProgram _criticProgram;
    private readonly CompiledProgram _actorProgram;
    private readonly Output<float> _valueLoss;
    private readonly Output<float> _valueGradient;
    private readonly Output<float> _criticLoss;
    private readonly Output<float> _criticGradient;
    private readonly Output<float> _meanQ;
    private readonly Output<float> _actorLoss;
    private readonly Output<float> _actorGradient;
    private readonly Output<float> _temperatureGradient;
    private readonly Output<float> _meanLogProbability;

    /// <summary>An untrained agent.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action, each in [-1, 1].</param>
    /// <param name="options">Options.</param>
    /// <param name="stream">The agent's random numbers.</param>
    /// <exception cref="UserError">An option or a size is not accepted.</exception>
    public SacV(int observationSize, int actionSize, SacVOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        Task = AgentTask.RealActions(observationSize, actionSize);
        _random = stream.Split("updates");

        int[] valueSizes = options.Sizes(observationSize, 1);
        int[] criticSizes = options.Sizes(observationSize + actionSize, 1);
        var policy = new SquashedGaussianPolicy<float>(
            Mlp.Drawn(_actor, "policy", options.Sizes(observationSize, 2 * actionSize), stream.Split("actor")));
        TwinActionValue<float> critic = TwinActionValue.Drawn(_critic, criticSizes, stream.Split("critic"));

        // The target starts as a copy because it is drawn from the same stream.
        var value = new StateValue<float>(Mlp.Drawn(_value, "v", valueSizes, stream.Split("value")));
        var target = new StateValue<float>(Mlp.Drawn(_target, "v", valueSizes, stream.Split("value")));
        _temperature = new Temperature(options.EntropyWeight);

        var rows = new Extent("batch", options.BatchSize);
        _batch = new TransitionInputs<float>(rows, observationSize, actionSize, options.HasDiscounts);
        _noise = new Input<float>("noise", rows, actionSize);
        SampledAction<float> current = policy.Sample(_batch.Observation, _noise);

        var game = new SacVGame<float>(_batch, value, target, critic, current, _temperature.Value, options);
        Expression<float> valueCost = game.ValueCost;
        var builder = new ProgramBuilder<float>();
        _valueLoss = builder.Output(valueCost);
        _valueGradient = builder.Output(Derivatives.Gradient(valueCost, _value));
        _valueProgram = builder.Build();

        Expression<float> criticCost = game.CriticCost;
        builder = new ProgramBuilder<float>();
        _criticLoss = builder.Output(criticCost);
        _criticGradient = builder.Output(Derivatives.Gradient(criticCost, _critic));
        _meanQ = builder.Output(Mean(critic.First.Value(_batch.Observation, _batch.Action)));
        _criticProgram = builder.Build();

        Expression<float> actorCost = game.ActorCost;
        builder = new ProgramBuilder<float>();
        _actorLoss = builder.Output(actorCost);
        _actorGradient = builder.Output(Derivatives.Gradient(actorCost, _actor));
        _temperatureGradient = builder.Output(_temperature.Gradient(current.LogProbability, options.TargetEntropyPerAction * actionSize).Value);
        _meanLogProbability = builder.Output(Mean(current.LogProbability));
        _actorProgram = builder.Build();

        _valueStep = new NetworkStep(_value.Count, options.ValueLearningRate, options.Step, "value_gradient");
        _criticStep = new NetworkStep(_critic.Count, options.CriticLearningRate, options.Step, "critic_gradient");
        _actorStep = new NetworkStep(_actor.Count, options.ActorLearningRate, options.Step, "actor_gradient");
        _temperatureStep = new NetworkStep(1, options.EntropyLearningRate, options.Step.Unclipped, "log_temperature");
        _experience = new OffPolicyExperience(
            observationSize, actionSize, options, (s, noise) => policy.Sample(s, noise).Action, policy.MeanAction, stream);
    }

    /// <inheritdoc/>
    public AgentTask Task { get; }

    /// <inheritdoc/>
    public Parameters<float> Policy => _actor;

    /// <inheritdoc/>
    public IReadOnlyList<AgentNetwork> Networks =>
        [new("actor", _actor), new("critic", _critic), new("value", _value), new("target", _target, _value), new("log_temperature", _temperature.Log)];

    /// <inheritdoc/>
    public PolicyHead Head { get; } = new(PolicyKind.SquashedGaussian);

    /// <inheritdoc/>
    public ObservationScaler? Scaler => _experience.Scaler;

    /// <inheritdoc/>
    public int Environments => _options.Environments;

    /// <inheritdoc/>
    public RewardScaler? Rewards => _experience.Rewards;

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

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _criticMeans.Flush(metrics);
        _actorMeans.Flush(metrics);
        _valueStep.Measure(metrics);
        _criticStep.Measure(metrics);
        _actorStep.Measure(metrics);
        Rewards?.Measure(metrics);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Array("value", _value.Values);
        archive.Array("target", _target.Values);
        archive.Array("critic", _critic.Values);
        archive.Array("actor", _actor.Values);
        archive.Array("log_temperature", _temperature.Log.Values);
        archive.Value("updates", ref _updates);
        _valueStep.Serialize(archive);
        _criticStep.Serialize(archive);
        _actorStep.Serialize(archive);
        _temperatureStep.Serialize(archive);
        _random.Serialize(archive);
        _criticMeans.Serialize(archive);
        _actorMeans.Serialize(archive);
        _experience.Serialize(archive);
    }

    /// <inheritdoc/>
    public void SaveRows(string folder) => _experience.SaveRows(folder);

    /// <inheritdoc/>
    public void LoadRows(string folder) => _experience.LoadRows(folder);

    private void Update()
    {
        for (int i = 0; i < _options.CriticUpdates; i++)
        {
            _experience.Sample(_batch);

            // psi <- psi - lambda_V d J_V(psi);  theta <- theta - lambda_Q d J_Q(theta)
            _random.Normal(_noise.Values);
            _valueProgram.Run();
            _valueStep.Descend(_value.Values, _valueGradient.Values, _experience.Steps);
            _criticProgram.Run();
            _criticStep.Descend(_critic.Values, _criticGradient.Values, _experience.Steps);
            _criticMeans.Add(_valueLoss.Value, _criticLoss.Value, _meanQ.Value);

            // psibar <- psibar + tau (psi - psibar), or psibar <- psi every C updates; the actor does not see it
            _options.TargetUpdate.Move(_target, _value, ++_updates, _options.TargetRate, _options.TargetPeriod);
        }

        // phi <- phi - lambda_pi d J_pi(phi), on the last of the critics' batches and with its noise
        _actorProgram.Run();
        _actorStep.Descend(_actor.Values, _actorGradient.Values, _experience.Steps);
        _actorMeans.Add(_actorLoss.Value, Math.Exp(_temperature.Log.Values[0]), -_meanLogProbability.Value);
        if (_options.TuneEntropyWeight)
        {
            _temperatureStep.Descend(_temperature.Log.Values, _temperatureGradient.Values, _experience.Steps);
        }
    }
}

/// <summary>The costs of soft actor-critic with a value network on a batch as functions of its symbols.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Batch">(s, a, r, s', d).</param>
/// <param name="Value">V, of psi.</param>
/// <param name="TargetValue">Vbar, of psibar.</param>
/// <param name="Critic">Q1 and Q2, of theta.</param>
/// <param name="Now">a and log pi(a|s), of phi.</param>
/// <param name="Temperature">alpha, 1 x 1.</param>
/// <param name="Options">Options.</param>
internal sealed record SacVGame<T>(
    TransitionInputs<T> Batch, StateValue<T> Value, StateValue<T> TargetValue, TwinActionValue<T> Critic, SampledAction<T> Now,
    Expression<T> Temperature, SacVOptions Options)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// J_V(psi) = mean 1/2 (V(s) - (min(Q1, Q2)(s, a) - alpha log pi(a|s)))^2, 1 x 1, a from the current policy (lecture, eq. 6 and
    /// 7). The bracket that V regresses on is not differentiated.
    /// </summary>
    public Expression<T> ValueCost
    {
        get
        {
            Expression<T> soft = Critic.Smaller(Batch.Observation, Now.Action) - (Temperature * Now.LogProbability);
            return 0.5 * Mean(Square(Value.Value(Batch.Observation) - Stop(soft)));
        }
    }

    /// <summary>
    /// J_Q(theta) = mean 1/2 (Q1(s, a) - y)^2 + mean 1/2 (Q2(s, a) - y)^2, 1 x 1, with y = r + gamma (1 - d) Vbar(s') (lecture,
    /// section 5.2).
    /// </summary>
    public Expression<T> CriticCost => 0.5 * Critic.SquaredError(
        Batch.Observation, Batch.Action, Batch.Target(Options.Discount, TargetValue.Value(Batch.NextObservation)));

    /// <summary>J_pi(phi) = mean (alpha log pi(a|s) - min(Q1, Q2)(s, a)), 1 x 1 (lecture, section 5.2).</summary>
    public Expression<T> ActorCost => Mean((Temperature * Now.LogProbability) - Critic.Smaller(Batch.Observation, Now.Action));
}
