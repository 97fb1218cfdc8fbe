using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// The side of an off-policy actor-critic method that faces the environment: it acts in a box or by one of finitely many choices, randomly
/// at first, keeps transitions, and says when updates are due. A choice is kept as a row of weights, 1 at the one that was taken.
/// </summary>
internal sealed class OffPolicyExperience : IAppendOnlyState
{
    private readonly OffPolicyOptions _options;
    private readonly ReplayExperience _replay;
    private readonly StartStates? _starts;
    private readonly int _observationSize;
    private readonly int _actionSize;
    private readonly Input<float> _observations;
    private readonly Input<float> _noise;
    private readonly Input<float> _observation;
    private readonly CompiledProgram _exploring;
    private readonly CompiledProgram _exploiting;
    private readonly Output<float> _explored;
    private readonly PinnedMemory<float>[] _action;
    private readonly Action _none = () => { };
    private readonly Output<float> _exploited;

    // The weights of the actions that were taken, a row an environment, where actions are finitely many; null for a box.
    private readonly double[]? _taken;

    /// <summary>Compiles both ways of acting.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action, or how many actions there are.</param>
    /// <param name="options">Replay and schedule.</param>
    /// <param name="explore">Action of an observation and standard normal noise, in training; log pi(.|s) of finitely many.</param>
    /// <param name="exploit">Action of an observation, otherwise; of finitely many that with the largest number is taken.</param>
    /// <param name="stream">The method's random numbers.</param>
    /// <param name="keepsStarts">Whether states that episodes began in can be drawn.</param>
    /// <param name="isFinite">Whether actions are finitely many.</param>
    public OffPolicyExperience(
        int observationSize,
        int actionSize,
        OffPolicyOptions options,
        Func<Expression<float>, Expression<float>, Expression<float>> explore,
        Func<Expression<float>, Expression<float>> exploit,
        RandomStream stream,
        bool keepsStarts = false,
        bool isFinite = false)
    {
        _options = options;
        (_observationSize, _actionSize) = (observationSize, actionSize);
        _taken = isFinite ? new double[options.Environments * actionSize] : null;
        _starts = keepsStarts ? new StartStates(observationSize, options.Environments) : null;
        _replay = new ReplayExperience(observationSize, actionSize, options, stream);
        _observations = new Input<float>("observations", options.Environments, observationSize);
        _noise = new Input<float>("exploration", options.Environments, actionSize);
        _observation = new Input<float>("one observation", 1, observationSize);
        var builder = new ProgramBuilder<float>();
        _explored = builder.Output(explore(_observations, _noise));
        _exploring = builder.Build();
        _action = [_explored.Memory];
        builder = new ProgramBuilder<float>();
        _exploited = builder.Output(exploit(_observation));
        _exploiting = builder.Build();
    }

    /// <summary>Transitions that can be drawn.</summary>
    public int Count => _replay.Count;

    /// <summary>Environment steps so far, of all environments.</summary>
    public long Steps => _replay.Steps;

    /// <summary>What computes actions.</summary>
    public IGameDevice Device { get; set; } = Processing.Instance;

    /// <summary>Computes an action of exploration.</summary>
    public CompiledProgram Exploring => _exploring;

    /// <summary>What is written for that.</summary>
    public IReadOnlyList<PinnedMemory<float>> Inputs => [_observations.Memory, _noise.Memory];

    /// <summary>What observations are seen by; null for nothing.</summary>
    public ObservationScaler? Scaler => _replay.Scaler;

    /// <summary>In what unit rewards are learned from; null for the task's.</summary>
    public RewardScaler? Rewards => _replay.Rewards;

    /// <summary>Chooses actions, in [-1, 1], or the numbers of some of finitely many: of each environment where it explores, else one.</summary>
    public void Act(ReadOnlySpan<double> observations, Span<double> actions, bool explore)
    {
        if (!explore)
        {
            // One policy at a time is evaluated: no work for a device of many.
            Device.Pull();
            SeenObservation.Write(observations, Scaler, _observation.Values);
            _exploiting.Run();
            if (_taken is null)
            {
                Widen(_exploited.Values, actions);
            }
            else
            {
                actions[0] = TensorPrimitives.IndexOfMax<float>(_exploited.Values);
            }

            return;
        }

        // Where the random steps end among those of a round, the first environments take them.
        int random = (int)Math.Clamp(_options.RandomSteps - _replay.Steps, 0, _options.Environments);
        if (_taken is null)
        {
            ExploreBox(observations, actions, random * _actionSize);
        }
        else
        {
            ExploreChoices(observations, actions, random);
        }
    }

    /// <summary>Keeps a transition of each environment.</summary>
    /// <returns>How many updates are due.</returns>
    public int Observe(
        ReadOnlySpan<double> observations, ReadOnlySpan<double> actions, ReadOnlySpan<StepResult> results, ReadOnlySpan<double> next)
    {
        for (int i = 0; _starts is not null && i < results.Length; i++)
        {
            _starts.Observe(i, observations.Slice(i * _observationSize, _observationSize), results[i].Done);
        }

        if (_taken is null)
        {
            return _replay.Observe(observations, actions, results, next);
        }

        Array.Clear(_taken);
        for (int i = 0; i < actions.Length; i++)
        {
            _taken[(i * _actionSize) + (int)actions[i]] = 1;
        }

        return _replay.Observe(observations, _taken, results, next);
    }

    /// <summary>Draws a batch, by the experience's own random numbers or others.</summary>
    public void Sample(TransitionInputs<float> batch, RandomStream? sampling = null) => _replay.Sample(batch, sampling);

    /// <summary>Draws states that episodes began in, one a row, likewise.</summary>
    public void SampleStarts(Span<float> observations, RandomStream? sampling = null)
    {
        _starts!.Sample(sampling ?? _replay.Sampling, observations);
        Scaler?.Apply(observations);
    }

    /// <summary>Saves or loads all but the rows of the replay.</summary>
    public void Serialize(StateArchive archive)
    {
        _replay.Serialize(archive);
        _starts?.Serialize(archive);
    }

    /// <inheritdoc/>
    public void SaveRows(string folder) => _replay.SaveRows(folder);

    /// <inheritdoc/>
    public void LoadRows(string folder) => _replay.LoadRows(folder);

    private void ExploreBox(ReadOnlySpan<double> observations, Span<double> actions, int random)
    {
        foreach (ref double a in actions[..random])
        {
            a = _replay.Exploration.Uniform(-1, 1);
        }

        if (random < actions.Length)
        {
            SeenObservation.Write(observations, Scaler, _observations.Values);
            _replay.Exploration.Normal(_noise.Values[random..]);
            Compute();
            Widen(_explored.Values[random..], actions[random..]);
        }
    }

    private void ExploreChoices(ReadOnlySpan<double> observations, Span<double> actions, int random)
    {
        foreach (ref double a in actions[..random])
        {
            a = _replay.Exploration.Index(_actionSize);
        }

        if (random < actions.Length)
        {
            SeenObservation.Write(observations, Scaler, _observations.Values);
            Compute();
            for (int i = random; i < actions.Length; i++)
            {
                actions[i] = CategoricalDraw.One(_explored.Values.Slice(i * _actionSize, _actionSize), _replay.Exploration.Uniform());
            }
        }
    }

    private void Compute()
    {
        Device.Write(_observations.Memory);
        Device.Write(_noise.Memory);
        Device.Run(_exploring);
        Device.Then(_action, _none);
        Device.Finish();
    }

    private static void Widen(ReadOnlySpan<float> output, Span<double> actions)
    {
        for (int i = 0; i < output.Length; i++)
        {
            actions[i] = output[i];
        }
    }
}
