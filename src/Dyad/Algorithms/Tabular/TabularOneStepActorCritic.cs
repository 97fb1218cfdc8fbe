using System.ComponentModel.DataAnnotations;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>Options of <see cref="TabularOneStepActorCritic"/>.</summary>
public sealed record TabularOneStepActorCriticOptions
{
    /// <summary>Step length of the policy, alpha_theta.</summary>
    [Range(1e-9, 100.0)]
    public double PolicyLearningRate { get; init; } = 0.5;

    /// <summary>Step length of the state values, alpha_w.</summary>
    [Range(1e-9, 1.0)]
    public double ValueLearningRate { get; init; } = 0.05;

    /// <summary>Most environment steps of an episode; where no termination ends it sooner, this is a time limit and none.</summary>
    [Range(1, 1_000_000)]
    public int EpisodeLength { get; init; } = 300;
}

/// <summary>
/// One-step actor-critic in tabular form (lecture on soft actor-critic, algorithm 3, with s moving to s' inside the loop):
/// after each step, delta = r + gamma V(s') - V(s) moves the state value and the policy.
/// </summary>
public sealed class TabularOneStepActorCritic : ITabularLearner
{
    private readonly TabularOneStepActorCriticOptions _options;
    private readonly SampledMdp _environment;
    private readonly RandomStream _actions;
    private readonly double[] _logits;
    private readonly double[] _values;
    private readonly TabularPolicy _policy;
    private readonly ExactMeasures _measures;
    private long _step;

    /// <summary>A learner at the uniform policy and state values of zero.</summary>
    /// <exception cref="UserError">An option is not accepted.</exception>
    public TabularOneStepActorCritic(Mdp mdp, TabularOneStepActorCriticOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        _environment = new SampledMdp(mdp, stream.Split("environment"));
        _actions = stream.Split("actions");
        _logits = new double[mdp.Pairs];
        _values = new double[mdp.States];
        _policy = TabularPolicy.Uniform(mdp);
        _measures = new ExactMeasures(mdp);
    }

    /// <inheritdoc/>
    public long Step => _step;

    /// <inheritdoc/>
    public TabularPolicy Policy => _policy;

    /// <inheritdoc/>
    public void Advance()
    {
        int actions = _policy.Actions;
        int s = _environment.Reset();
        for (int t = 0; t < _options.EpisodeLength; t++)
        {
            int a = _actions.Categorical(_policy.At(s));
            double r = _environment.Step(a);
            int next = _environment.State;
            double future = _environment.Terminated ? 0 : _environment.Mdp.Discount * _values[next];
            double delta = r + future - _values[s];
            _values[s] += _options.ValueLearningRate * delta;

            // grad log pi(a|s) = unit(a) - pi
            double step = _options.PolicyLearningRate * delta;
            for (int b = 0; b < actions; b++)
            {
                _logits[(s * actions) + b] += step * ((b == a ? 1 : 0) - _policy.At(s)[b]);
            }

            _policy.SetLogits(s, _logits);
            s = _environment.Terminated ? _environment.Reset() : next;
        }

        _step += _options.EpisodeLength;
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics) => _measures.Return(metrics, _policy);

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        _environment.Serialize(archive);
        _actions.Serialize(archive);
        archive.Array("logits", _logits.AsSpan());
        archive.Array("values", _values.AsSpan());
        _policy.SetLogits(_logits);
    }
}
