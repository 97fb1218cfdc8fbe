using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// The actor of an on-policy method: a softmax over finitely many actions, a product of these over several choices, or a Gaussian whose
/// deviation is the same in all states. It draws actions for all environments at once.
/// </summary>
internal sealed class OnPolicyActor
{
    private readonly CategoricalPolicy<float>? _categorical;
    private readonly GaussianPolicy<float>? _gaussian;
    private RandomStream _random;
    private readonly float[] _actions;

    // How many values each choice has; none where actions are real vectors, which lie in the box.
    private readonly IReadOnlyList<int> _choices;
    private readonly Box? _box;

    // Acting in training, all environments at once, and otherwise.
    private readonly Input<float> _observations;
    private readonly Input<float> _noise;
    private readonly CompiledProgram _exploring;
    private readonly Output<float> _explored;
    private readonly Input<float> _observation;
    private readonly CompiledProgram _exploiting;
    private readonly Output<float> _exploited;

    /// <summary>An untrained actor.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="options">Sizes of the network.</param>
    /// <param name="environments">Environments that step together in training.</param>
    /// <param name="stream">The method's random numbers.</param>
    /// <param name="weights">How the network is drawn.</param>
    public OnPolicyActor(AgentTask task, OnPolicyOptions options, int environments, RandomStream stream, InitialWeights weights = default)
    {
        _random = stream.Split("exploration");
        _actions = new float[environments * task.ActionSize];
        Scaler = options.NormalizeObservations ? new ObservationScaler(task.ObservationSize) : null;
        Rewards = options.NormalizeRewards ? new RewardScaler(environments, options.Discount, options.NormalizedRewardClip) : null;
        _choices = task.Choices;
        _box = (task.Actions as Box)?.Normalized();
        bool discrete = _choices.Count > 0;
        Head = new PolicyHead(discrete ? PolicyKind.Categorical : PolicyKind.Gaussian, options.Activation);
        int[] sizes = options.Sizes(task.ObservationSize, discrete ? _choices.Sum() : task.ActionSize);
        var network = new Mlp<float>(Parameters, "policy", sizes, options.Activation);
        if (discrete)
        {
            _categorical = new CategoricalPolicy<float>(network, _choices);
        }
        else
        {
            Parameter<float> logDeviation = Parameters.Add("log_deviation", 1, task.ActionSize);
            logDeviation.Values.Fill((float)options.InitialLogDeviation);
            _gaussian = new GaussianPolicy<float>(network, logDeviation);
        }

        network.Initialize(stream.Split("actor"), weights.Kind, weights.HiddenGain, weights.LastGain);
        _observations = new Input<float>("observations", environments, task.ObservationSize);
        _noise = new Input<float>("exploration", environments, task.ActionSize);
        _observation = new Input<float>("one observation", 1, task.ObservationSize);
        var builder = new ProgramBuilder<float>();
        _explored = builder.Output(_categorical?.LogProbabilities(_observations) ?? _gaussian!.Sample(_observations, _noise).Action);
        _exploring = builder.Build();
        builder = new ProgramBuilder<float>();
        _exploited = builder.Output(_categorical?.LogProbabilities(_observation) ?? _gaussian!.Mean(_observation));
        _exploiting = builder.Build();
    }

    /// <summary>What observations are seen by; null for nothing.</summary>
    public ObservationScaler? Scaler { get; }

    /// <summary>In what unit rewards are learned from; null for the task's.</summary>
    public RewardScaler? Rewards { get; }

    /// <summary>How the network's outputs become an action.</summary>
    public PolicyHead Head { get; }

    /// <summary>theta.</summary>
    public Parameters<float> Parameters { get; } = new("actor");

    /// <summary>The actions that were drawn last, one environment after the other, as the density sees them: not clipped.</summary>
    public ReadOnlySpan<float> Actions => _actions;

    /// <summary>log pi(a|s), rows x 1.</summary>
    public Expression<float> LogProbability(RolloutInputs<float> batch) =>
        _categorical?.LogProbability(batch.Observation, batch.ChoicesOf(_choices.Count)) ?? _gaussian!.LogProbability(batch.Observation, batch.Action);

    /// <summary>Probabilities of all actions of one choice, rows x actions.</summary>
    public Expression<float> Probabilities(Expression<float> observation) => Operations.Exp(_categorical!.LogProbabilities(observation));

    /// <summary>An action of a Gaussian, rows x actions.</summary>
    public Expression<float> Sample(Expression<float> observation, Expression<float> noise) => _gaussian!.Sample(observation, noise).Action;

    /// <summary>Entropy of pi(.|s), rows x 1.</summary>
    public Expression<float> Entropy(Expression<float> observation) =>
        _categorical?.Entropy(observation) ?? _gaussian!.Entropy(observation);

    /// <summary>
    /// Draws an action for each environment, or gives the most probable or mean action for one. Boxes of actions are [-1, 1] where they
    /// have bounds; what a Gaussian draws beyond is clipped.
    /// </summary>
    public void Act(ReadOnlySpan<double> observations, Span<double> actions, bool explore)
    {
        SeenObservation.Write(observations, Scaler, (explore ? _observations : _observation).Values);
        if (explore && _gaussian is not null)
        {
            _random.Normal(_noise.Values);
        }

        (explore ? _exploring : _exploiting).Run();
        ReadOnlySpan<float> output = (explore ? _explored : _exploited).Values;
        if (_gaussian is not null)
        {
            for (int i = 0; i < output.Length; i++)
            {
                int component = i % _box!.Size;
                actions[i] = Math.Clamp(output[i], _box.Low[component], _box.High[component]);
            }

            if (explore)
            {
                output.CopyTo(_actions);
            }

            return;
        }

        int rows = actions.Length / _choices.Count, count = output.Length / rows;
        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<float> logProbabilities = output.Slice(i * count, count);
            CategoricalDraw.Draw(logProbabilities, _choices, explore ? _random : null, actions.Slice(i * _choices.Count, _choices.Count));
        }

        if (explore)
        {
            TensorPrimitives.ConvertChecked<double, float>(actions, _actions);
        }
    }

    /// <summary>Draws by another stream from now on.</summary>
    public void DrawBy(RandomStream random) => _random = random;

    /// <summary>The policy that explores, on some number of observations.</summary>
    public ExploringPolicy On(int rows)
    {
        var extent = new Extent("rollouts", rows);
        var observation = new Input<float>("observations", extent, _observation.Columns.Count);
        var noise = new Input<float>("noise", extent, _noise.Columns.Count);
        return _categorical is null
            ? new ExploringPolicy(observation, noise, new(ActionBounds.Held(Sample(observation, noise), _box!))) { Scaler = Scaler, Rewards = Rewards }
            : new ExploringPolicy(observation, noise, new(_categorical.LogProbabilities(observation))) { Choices = _choices, Scaler = Scaler, Rewards = Rewards };
    }

    /// <summary>Saves or loads what later steps depend on.</summary>
    public void Serialize(StateArchive archive)
    {
        archive.Array("actor", Parameters.Values);
        _random.Serialize(archive);
        Scaler?.Serialize(archive);
        Rewards?.Serialize(archive);
    }
}
