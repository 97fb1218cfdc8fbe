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
    private readonly Input<float> _observation;
    private readonly Input<float> _noise;
    private readonly CompiledProgram _exploring;
    private readonly CompiledProgram _exploiting;
    private readonly Output<float> _explored;
    private readonly Output<float> _exploited;

    // The weights of the action that was taken, where actions are finitely many; null for a box.
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
        _taken = isFinite ? new double[actionSize] : null;
        _starts = keepsStarts ? new StartStates(observationSize) : null;
        _replay = new ReplayExperience(observationSize, actionSize, options, stream);
        _observation = new Input<float>("one observation", 1, observationSize);
        _noise = new Input<float>("exploration", 1, actionSize);
        var builder = new ProgramBuilder<float>();
        _explored = builder.Output(explore(_observation, _noise));
        _exploring = builder.Build();
        builder = new ProgramBuilder<float>();
        _exploited = builder.Output(exploit(_observation));
        _exploiting = builder.Build();
    }

    /// <summary>Transitions that can be drawn.</summary>
    public int Count => _replay.Count;

    /// <summary>What observations are seen by; null for nothing.</summary>
    public ObservationScaler? Scaler => _replay.Scaler;

    /// <summary>Chooses an action: in [-1, 1], or the number of one of finitely many.</summary>
    public void Act(ReadOnlySpan<double> observation, Span<double> action, bool explore)
    {
        if (explore && _replay.Steps < _options.RandomSteps)
        {
            if (_taken is not null)
            {
                action[0] = _replay.Exploration.Index(_taken.Length);
                return;
            }

            foreach (ref double a in action)
            {
                a = _replay.Exploration.Uniform(-1, 1);
            }

            return;
        }

        SeenObservation.Write(observation, Scaler, _observation.Values);
        if (explore && _taken is null)
        {
            _replay.Exploration.Normal(_noise.Values);
        }

        (explore ? _exploring : _exploiting).Run();
        Span<float> output = (explore ? _explored : _exploited).Values;
        if (_taken is not null)
        {
            action[0] = explore ? OnPolicyActor.Drawn(output, _replay.Exploration.Uniform()) : TensorPrimitives.IndexOfMax<float>(output);
            return;
        }

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
        if (_taken is null)
        {
            return _replay.Observe(observation, action, result, next);
        }

        Array.Clear(_taken);
        _taken[(int)action[0]] = 1;
        return _replay.Observe(observation, _taken, result, next);
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
