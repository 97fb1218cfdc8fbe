using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Experience;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>
/// The side of an off-policy actor-critic method that faces the environment: it acts in a box, randomly at first, keeps
/// transitions, and says when updates are due.
/// </summary>
internal sealed class OffPolicyExperience : IAppendOnlyState
{
    private readonly OffPolicyOptions _options;
    private readonly ReplayExperience _replay;
    private readonly StartStates? _starts;
    private readonly Input<float> _observation;
    private readonly Input<float> _noise;
    private readonly CompiledProgram _exploring;
    private readonly CompiledProgram _exploiting;
    private readonly Output<float> _explored;
    private readonly PinnedMemory<float>[] _action;
    private readonly Action _none = () => { };
    private readonly Output<float> _exploited;

    /// <summary>Compiles both ways of acting.</summary>
    /// <param name="observationSize">Numbers in an observation.</param>
    /// <param name="actionSize">Numbers in an action.</param>
    /// <param name="options">Replay and schedule.</param>
    /// <param name="explore">Action of an observation and standard normal noise, in training.</param>
    /// <param name="exploit">Action of an observation, otherwise.</param>
    /// <param name="stream">The method's random numbers.</param>
    /// <param name="keepsStarts">Whether states that episodes began in can be drawn.</param>
    public OffPolicyExperience(
        int observationSize,
        int actionSize,
        OffPolicyOptions options,
        Func<Expression<float>, Expression<float>, Expression<float>> explore,
        Func<Expression<float>, Expression<float>> exploit,
        RandomStream stream,
        bool keepsStarts = false)
    {
        _options = options;
        _starts = keepsStarts ? new StartStates(observationSize) : null;
        _replay = new ReplayExperience(observationSize, actionSize, options, stream);
        _observation = new Input<float>("one observation", 1, observationSize);
        _noise = new Input<float>("exploration", 1, actionSize);
        var builder = new ProgramBuilder<float>();
        _explored = builder.Output(explore(_observation, _noise));
        _exploring = builder.Build();
        _action = [_explored.Memory];
        builder = new ProgramBuilder<float>();
        _exploited = builder.Output(exploit(_observation));
        _exploiting = builder.Build();
    }

    /// <summary>Transitions that can be drawn.</summary>
    public int Count => _replay.Count;

    /// <summary>What computes actions.</summary>
    public IGameDevice Device { get; set; } = Processing.Instance;

    /// <summary>Computes an action of exploration.</summary>
    public CompiledProgram Exploring => _exploring;

    /// <summary>What is written for that.</summary>
    public IReadOnlyList<PinnedMemory<float>> Inputs => [_observation.Memory, _noise.Memory];

    /// <summary>What observations are seen by; null for nothing.</summary>
    public ObservationScaler? Scaler => _replay.Scaler;

    /// <summary>Chooses an action, in [-1, 1].</summary>
    public void Act(ReadOnlySpan<double> observation, Span<double> action, bool explore)
    {
        if (explore && _replay.Steps < _options.RandomSteps)
        {
            foreach (ref double a in action)
            {
                a = _replay.Exploration.Uniform(-1, 1);
            }

            return;
        }

        SeenObservation.Write(observation, Scaler, _observation.Values);
        if (explore)
        {
            _replay.Exploration.Normal(_noise.Values);
        }

        if (explore)
        {
            Device.Write(_observation.Memory);
            Device.Write(_noise.Memory);
            Device.Run(_exploring);
            Device.Then(_action, _none);
            Device.Finish();
        }
        else
        {
            // One policy at a time is evaluated: no work for a device of many.
            Device.Pull();
            _exploiting.Run();
        }

        Span<float> output = (explore ? _explored : _exploited).Values;
        for (int i = 0; i < output.Length; i++)
        {
            action[i] = output[i];
        }
    }

    /// <summary>Keeps a transition.</summary>
    /// <returns>How many updates are due.</returns>
    public int Observe(ReadOnlySpan<double> observation, ReadOnlySpan<double> action, in StepResult result, ReadOnlySpan<double> next)
    {
        _starts?.Observe(observation, result.Done);
        return _replay.Observe(observation, action, result, next);
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
}
