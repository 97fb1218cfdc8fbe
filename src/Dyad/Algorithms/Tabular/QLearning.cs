using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>Options of <see cref="QLearning"/>.</summary>
public sealed record QLearningOptions
{
    /// <summary>Step length at the first visit of a state-action pair, alpha.</summary>
    [Range(1e-9, 1.0)]
    public double LearningRate { get; init; } = 0.1;

    /// <summary>
    /// Visits N of a state-action pair after which its step length is half: alpha / (1 + n / N) at visit n. The steps then sum to
    /// infinity and their squares do not, as convergence needs (Watkins and Dayan 1992); with a constant step, which a large N
    /// gives, the greedy policy of a task with chance never comes to rest.
    /// </summary>
    [Range(1.0, 1e12)]
    [Neutral(1e12)]
    public double HalvingVisits { get; init; } = 1000;

    /// <summary>Probability of a uniformly random action, epsilon.</summary>
    [Range(0.0, 1.0)]
    public double Exploration { get; init; } = 0.1;

    /// <summary>Most environment steps of an episode; where no termination ends it sooner, this is a time limit and none.</summary>
    [Range(1, 1_000_000)]
    public int EpisodeLength { get; init; } = 300;
}

/// <summary>
/// Q-learning (Watkins 1989): after each step, q(s, a) moves towards r + gamma max_a' q(s', a'), the semi-gradient (17) of Wen
/// et al. (2021) at a single sample. Measured by its greedy policy.
/// </summary>
public sealed class QLearning : ITabularLearner
{
    private readonly QLearningOptions _options;
    private readonly SampledMdp _environment;
    private readonly RandomStream _exploration;
    private readonly double[] _values;
    private readonly double[] _visits;
    private readonly ExactMeasures _measures;
    private readonly TabularPolicy _greedy;
    private long _step;

    /// <summary>A learner with action values of zero.</summary>
    /// <exception cref="UserError">An option is not accepted.</exception>
    public QLearning(Mdp mdp, QLearningOptions options, RandomStream stream)
    {
        _options = OptionBinder.Checked(options);
        _environment = new SampledMdp(mdp, stream.Split("environment"));
        _exploration = stream.Split("actions");
        _values = new double[mdp.Pairs];
        _visits = new double[mdp.Pairs];
        _measures = new ExactMeasures(mdp);
        _greedy = TabularPolicy.Uniform(mdp);
    }

    /// <inheritdoc/>
    public long Step => _step;

    /// <inheritdoc/>
    public TabularPolicy Policy
    {
        get
        {
            _greedy.SetGreedy(_values);
            return _greedy;
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<double> Critic => _values;

    /// <inheritdoc/>
    public void Advance()
    {
        int s = _environment.Reset();
        for (int t = 0; t < _options.EpisodeLength; t++)
        {
            int a = Choose(s);
            double r = _environment.Step(a);
            int next = _environment.State;
            double future = _environment.Terminated ? 0 : _environment.Mdp.Discount * TensorPrimitives.Max(ActionsOf(next));
            int pair = (s * _environment.Mdp.Actions) + a;
            double step = _options.LearningRate / (1 + (_visits[pair]++ / _options.HalvingVisits));
            _values[pair] += step * (r + future - _values[pair]);
            s = _environment.Terminated ? _environment.Reset() : next;
        }

        _step += _options.EpisodeLength;
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _greedy.SetGreedy(_values);
        _measures.Return(metrics, _greedy);
        _measures.Critic(metrics, "critic", _values);
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        archive.Array("values", _values.AsSpan());
        archive.Array("visits", _visits.AsSpan());
        _environment.Serialize(archive);
        _exploration.Serialize(archive);
    }

    private ReadOnlySpan<double> ActionsOf(int state) =>
        _values.AsSpan(state * _environment.Mdp.Actions, _environment.Mdp.Actions);

    // epsilon-greedy, with ties broken at random: at the start all values are equal
    private int Choose(int state)
    {
        ReadOnlySpan<double> values = ActionsOf(state);
        double best = TensorPrimitives.Max(values);
        int ties = values.Count(best);
        if (_exploration.Uniform() < _options.Exploration || ties == values.Length)
        {
            return _exploration.Index(values.Length);
        }

        int chosen = _exploration.Index(ties);
        int action = values.IndexOf(best);
        for (; chosen > 0; chosen--)
        {
            action += 1 + values[(action + 1)..].IndexOf(best);
        }

        return action;
    }
}
