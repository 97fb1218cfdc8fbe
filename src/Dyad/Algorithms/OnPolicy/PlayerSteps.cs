using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Core;

namespace Dyad.Algorithms;

/// <summary>
/// The steps of both players along their directions: clipped, and as long as the schedule has it. Metrics, where there is a bound:
/// <c>train/actor_gradient_norm</c> and <c>train/critic_gradient_norm</c>, of each step by itself, and <c>train/gradient_norm</c> of those
/// at once; each with the number of clips (<see cref="GradientClip"/>).
/// </summary>
internal sealed class PlayerSteps
{
    private readonly Parameters<float> _actor;
    private readonly Parameters<float> _critic;
    private readonly StepOptions _options;
    private readonly GradientStep _actorStep;
    private readonly GradientStep _criticStep;
    private readonly GradientClip _actorClip;
    private readonly GradientClip _criticClip;
    private readonly GradientClip _clip;

    /// <summary>Steps of untrained players.</summary>
    /// <param name="actor">theta.</param>
    /// <param name="critic">w.</param>
    /// <param name="options">Optimiser and step lengths.</param>
    /// <param name="steps">Bound and schedule.</param>
    /// <param name="gradient">How step lengths fall with the number of steps; null for not at all.</param>
    /// <param name="epsilon">Added to the root of Adam's second moment.</param>
    /// <exception cref="UserError">There is a schedule without an end.</exception>
    public PlayerSteps(
        Parameters<float> actor, Parameters<float> critic, OnPolicyOptions options, StepOptions steps, RuleOptions? gradient = null, double epsilon = 1e-8)
    {
        (_actor, _critic, _options) = (actor, critic, steps);
        _options.RequireLength("rate_schedule", _options.RateSchedule);
        _actorStep = new GradientStep(actor.Count, options.ActorLearningRate, options.Optimizer, gradient?.ActorRatePower ?? 0, epsilon);
        _criticStep = new GradientStep(critic.Count, options.CriticLearningRate, options.Optimizer, gradient?.CriticRatePower ?? 0, epsilon);
        _actorClip = new GradientClip(_options.GradientClip, "actor_gradient");
        _criticClip = new GradientClip(_options.GradientClip, "critic_gradient");
        _clip = new GradientClip(_options.GradientClip);
    }

    /// <summary>Sets step lengths to what a schedule leaves of them.</summary>
    /// <param name="step">Environment steps taken before.</param>
    public void At(long step) => _actorStep.RateLeft = _criticStep.RateLeft = _options.Left(_options.RateSchedule, step);

    /// <summary>theta &lt;- theta - rate direction.</summary>
    public void MoveActor(ReadOnlySpan<float> direction) =>
        _actorStep.Descend(_actor.Values, direction, _actorClip.Factor(direction));

    /// <summary>w &lt;- w - rate direction.</summary>
    public void MoveCritic(ReadOnlySpan<float> direction) =>
        _criticStep.Descend(_critic.Values, direction, _criticClip.Factor(direction));

    /// <summary>Both at once; the bound holds for both directions as one vector.</summary>
    public void MoveBoth(ReadOnlySpan<float> actor, ReadOnlySpan<float> critic)
    {
        double factor = _clip.Factor(actor, critic);
        _criticStep.Descend(_critic.Values, critic, factor);
        _actorStep.Descend(_actor.Values, actor, factor);
    }

    /// <summary>Records what happened since the last call.</summary>
    public void Measure(IMetrics metrics)
    {
        _actorClip.Measure(metrics);
        _criticClip.Measure(metrics);
        _clip.Measure(metrics);
    }

    /// <summary>Saves or loads what later steps depend on.</summary>
    public void Serialize(StateArchive archive)
    {
        _actorStep.Serialize(archive);
        _criticStep.Serialize(archive);
        _actorClip.Serialize(archive);
        _criticClip.Serialize(archive);
        _clip.Serialize(archive);
    }
}
