using System.ComponentModel.DataAnnotations;
using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Games;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

/// <summary>Options of <see cref="Cautious"/>: those of every method of this kind, leaders and corrections among them, and one more.</summary>
public sealed record CautiousOptions : GameOptions
{
    public CautiousOptions()
    {
        ActorLearningRate = 1e-3;
        CriticLearningRate = 1e-3;
        BatchSize = 64;
    }

    /// <summary>kappa: 0 follows the mean of both critics, 1 the smaller one, more is more careful.</summary>
    [Range(0.0, 10.0)]
    public double Caution { get; init; } = 1;
}

/// <summary>
/// A deterministic actor that mistrusts where its critics disagree:
/// <code>
/// y = r + gamma (1 - d) C(Qbar1, Qbar2)(s', pi(s'))
/// L(theta, w) = sum_i mean (Q_i(s, a) - y)^2
/// J(theta, w) = mean C(Q1, Q2)(s, pi(s)),   C(x, y) = (x + y)/2 - kappa |x - y|/2
/// </code>
/// These are the costs; drawing batches, the order of steps, targets, replay, leaders, corrections, checkpoints and metrics are the agent's.
/// </summary>
public sealed class Cautious : IActorCritic
{
    private readonly CautiousOptions _options;
    private readonly DeterministicPolicy<float> _policy;

    public Cautious(int observationSize, int actionSize, CautiousOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        (ObservationSize, ActionSize) = (observationSize, actionSize);
        int[] Sizes(int inputs, int outputs) => [inputs, .. Enumerable.Repeat(options.HiddenWidth, options.HiddenLayers), outputs];
        _policy = new DeterministicPolicy<float>(Mlp.Drawn(Actor, "policy", Sizes(observationSize, actionSize), stream.Split("actor")));

        // The target starts as a copy because it is drawn from the same stream.
        var target = new Parameters<float>("target critic");
        FollowedCritic = TwinActionValue.Drawn(Critic, Sizes(observationSize + actionSize, 1), stream.Split("critic"));
        FollowedTarget = TwinActionValue.Drawn(target, Sizes(observationSize + actionSize, 1), stream.Split("critic"));
        Targets = [new TargetNetwork("target", target, Critic, TargetMoment.AfterCritic)];
    }

    public GameOptions Options => _options;

    public int ObservationSize { get; }

    public int ActionSize { get; }

    public Parameters<float> Actor { get; } = new("actor");

    public PolicyHead Head { get; } = new(PolicyKind.Deterministic);

    public Parameters<float> Critic { get; } = new("critic");

    public IReadOnlyList<TargetNetwork> Targets { get; }

    public TwinActionValue<float> FollowedCritic { get; }

    public TwinActionValue<float> FollowedTarget { get; }

    public ActorCriticGame<float> Game(TransitionInputs<float> batch, NoiseInputs noise, TwinActionValue<float> followed)
    {
        Expression<float> next = Careful(FollowedTarget, batch.NextObservation, _policy.Action(batch.NextObservation));
        Expression<float> y = batch.Target(_options.Discount, next);
        SquaredError<float>[] errors = [.. FollowedCritic.Critics.Select(q => new SquaredError<float>(q.Value(batch.Observation, batch.Action), y))];
        return new ActorCriticGame<float>(
            Actor, Critic, ActorCost: -Mean(Careful(followed, batch.Observation, _policy.Action(batch.Observation))), CriticCost: SquaredError.Sum(errors))
        {
            CriticErrors = errors,
        };
    }

    public NextMove<float> Next(Expression<float> observation, Expression<float> noise) => new(_policy.Action(observation));

    public NextMove<float> Explore(Expression<float> observation, Expression<float> noise) => new(Clamp(_policy.Action(observation) + (0.1 * noise), -1, 1));

    public Expression<float> Exploit(Expression<float> observation) => _policy.Action(observation);

    // |x - y| = x + y - 2 min(x, y)
    private Expression<float> Careful(TwinActionValue<float> critic, Expression<float> s, Expression<float> a)
    {
        Expression<float> first = critic.First.Value(s, a), second = critic.Second!.Value(s, a);
        return ((1 - _options.Caution) / 2 * (first + second)) + (_options.Caution * Min(first, second));
    }
}
