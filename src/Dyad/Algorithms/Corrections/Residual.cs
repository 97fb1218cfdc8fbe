using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>
/// The residual correction (Wen et al. 2021, section 4.3, appendix D.2.1 and algorithm 5) as a modifier of an actor's objective:
/// a third network, the res-critic w, learns the value of the critic's TD errors, and the actor follows q + w. With an exact w
/// that is the value of its policy whatever q is, so that the actor's gradient has no part from the critic's error.
/// <para>
/// w starts as 0, with weights and biases of 0 in its last layer, unless a random start is asked for, and has a target network,
/// batches and random numbers of its own: with c = 0 the method is then the plain one to the bit. Of two critics each has its res-critic and its own TD error, with
/// its own target network in it: then each q_i + w_i is the value of the policy where w_i is exact, which the smaller of both
/// targets would not give. The actor follows the smaller q_i + w_i.
/// </para>
/// Metrics, means over the steps of the res-critic since the last row: <c>train/residual_loss</c> its cost,
/// <c>train/residual_clipped</c> the fraction of TD errors beyond c, <c>train/residual_clip</c> c, <c>train/critic_value</c> and
/// <c>train/residual_value</c> the batch's means of q(s, a) and w(s, a); those of the TD errors before they are clipped
/// (<see cref="TdErrorMeter"/>); and at every hundredth step of the actor, with g its gradient for q and h for q + w,
/// <c>train/residual_share</c> |h - g| / |g| and <c>train/residual_cosine</c> between h and g.
/// </summary>
public sealed class Residual
{
    // Both gradients cost at most as much as two steps of the actor.
    private const int ComparedEvery = 100;

    private readonly ResidualOptions _correction;
    private readonly double _targetRate;
    private readonly RandomStream _sampling;
    private readonly RandomStream _random;
    private readonly TdErrorMeter _errorMeter;
    private readonly RunningMeans _means = new(
        "train/residual_loss", "train/residual_clipped", "train/residual_clip", "train/critic_value", "train/residual_value");
    private readonly RunningMeans _comparison = new("train/residual_share", "train/residual_cosine");

    // psi and its target.
    private readonly Parameters<float> _residual = new("residual");
    private readonly Parameters<float> _target = new("target residual");
    private readonly NetworkStep _step;

    private readonly TransitionInputs<float> _batch;
    private readonly Input<float> _noise;
    private readonly Input<float> _bound = new("clip", 1, 1);
    private readonly Output<float> _errors;
    private readonly Output<float> _cost;
    private readonly Output<float> _gradient;
    private readonly Output<float> _criticValue;
    private readonly Output<float> _value;
    private readonly CompiledProgram _measure;
    private readonly CompiledProgram _learn;

    private PinnedMemory<float>[]? _written;
    private CompiledProgram? _compare;
    private Output<float>? _corrected;
    private Output<float>? _plain;
    private readonly ResidualClip _clip;
    private readonly PinnedMemory<float>[] _read;
    private readonly Action _takeErrors;
    private readonly Action _takeStep;
    private long _actorSteps;

    /// <summary>An untrained res-critic, which corrects nothing.</summary>
    /// <param name="method">Whose actor follows q + w instead of q.</param>
    /// <param name="stream">Random numbers of the correction alone.</param>
    public Residual(IActorCritic method, RandomStream stream)
    {
        GameOptions options = method.Options;
        ResidualOptions correction = _correction = options.Correction;
        TwinActionValue<float> critic = method.FollowedCritic;
        _targetRate = options.TargetRate;
        _sampling = stream.Split("replay");
        _random = stream.Split("updates");
        bool twins = critic.Second is not null, zero = correction.ResidualStart == ResidualStart.Zero, ofChoices = critic.First.OfChoices;
        int[] sizes = ofChoices ? options.Sizes(method.ObservationSize, method.ActionSize) : options.Sizes(method.ObservationSize + method.ActionSize, 1);
        TwinActionValue<float> w = TwinActionValue.Drawn(_residual, sizes, stream.Split("residual"), twins, zero, ofChoices);
        TwinActionValue<float> target = TwinActionValue.Drawn(_target, sizes, stream.Split("residual"), twins, zero, ofChoices);
        Corrected = critic.Plus(w);

        var rows = new Extent("residual batch", options.BatchSize);
        _batch = new TransitionInputs<float>(rows, method.ObservationSize, method.ActionSize, options.HasDiscounts);
        _noise = new Input<float>("residual noise", rows, method.ActionSize);
        var game = new ResidualGame<float>(
            _batch, critic, method.FollowedTarget, w, target, method.Next(_batch.NextObservation, _noise), _bound, options.Discount,
            correction.ResidualReward);

        // The TD errors come first, as an adaptive bound depends on them.
        var builder = new ProgramBuilder<float>();
        _errors = builder.Output(game.Errors);
        _cost = builder.Output(game.Cost);
        _gradient = builder.Output(Derivatives.Gradient(game.Cost, _residual));
        _criticValue = builder.Output(Mean(game.CriticValues));
        _value = builder.Output(Mean(game.Values));
        _measure = builder.Without([_bound]);
        _learn = builder.After([_bound]);
        builder.Build();
        _step = new NetworkStep(_residual.Count, correction.ResidualLearningRate, options.Step, "residual_gradient");
        _errorMeter = new TdErrorMeter(_errors.Values.Length);
        _clip = new ResidualClip(correction);
        _read = [_errors.Memory, _cost.Memory, _criticValue.Memory, _value.Memory];
        (_takeErrors, _takeStep) = (TakeErrors, TakeStep);
    }

    /// <summary>q + w: what the actor follows.</summary>
    public TwinActionValue<float> Corrected { get; }

    /// <summary>What its steps compute.</summary>
    internal IReadOnlyList<CompiledProgram> Programs => [_measure, _learn];

    /// <summary>What is written for them, but for the bound.</summary>
    internal PinnedMemory<float>[] Inputs => _written ??= [.. _batch.Memory, _noise.Memory];

    /// <summary>What has psi's moments.</summary>
    internal Adam<float> Optimizer => _step.Optimizer;

    /// <summary>psi and psibar.</summary>
    internal IReadOnlyList<AgentNetwork> Networks => [new("residual", _residual), new("target_residual", _target, _residual)];

    /// <summary>Float operations of the matrix products of its steps in an update.</summary>
    public double ProductFlop => _correction.ResidualUpdates * (_measure.ProductFlop + _learn.ProductFlop);

    /// <summary>States both costs of the actor on its batch, to be compared now and then.</summary>
    /// <param name="actor">theta.</param>
    /// <param name="corrected">Its cost for q + w, 1 x 1.</param>
    /// <param name="plain">Its cost for q, 1 x 1.</param>
    public void Compare(Parameters<float> actor, Expression<float> corrected, Expression<float> plain)
    {
        var builder = new ProgramBuilder<float>();
        _corrected = builder.Output(Derivatives.Gradient(corrected, actor));
        _plain = builder.Output(Derivatives.Gradient(plain, actor));
        _compare = builder.Build();
    }

    /// <summary>The res-critic's steps of an update: y times psi &lt;- psi - rate d_psi J_W(psi), psibar &lt;- psibar + tau (psi - psibar).</summary>
    internal void Learn(OffPolicyExperience experience, IGameDevice device)
    {
        for (int i = 0; i < _correction.ResidualUpdates; i++)
        {
            experience.Sample(_batch, _sampling);
            _random.Normal(_noise.Values);
            foreach (PinnedMemory<float> input in Inputs)
            {
                device.Write(input);
            }

            device.Run(_measure);
            device.Then(_read, _takeErrors);
            if (_correction.ResidualClipRule == ClipRule.Adaptive)
            {
                device.Finish();
            }

            _bound.Set(_clip.Value);
            device.Write(_bound.Memory);
            device.Run(_learn);
            _step.Descend(device, _residual.Memory, _gradient.Memory, experience.Steps);
            device.Average(_target.Memory, _residual.Memory, _targetRate);
            device.Then(_read, _takeStep);
        }
    }

    // Errors come before the bound that may depend on them, the rest after the step.
    private void TakeErrors()
    {
        _errorMeter.Add(_errors.Values);
        _clip.Adapt(_errorMeter);
    }

    private void TakeStep() => _means.Add(_cost.Value, _clip.Clipped(_errors.Values), _clip.Value, _criticValue.Value, _value.Value);

    /// <summary>Measures what the correction does to the actor's gradient, before a step of the actor; at most of them it does nothing.</summary>
    internal void BeforeActorStep(IGameDevice device)
    {
        if (_actorSteps++ % ComparedEvery != 0)
        {
            return;
        }

        // Seldom, and its results are long: on the processor.
        device.Pull();
        _compare!.Run();
        ReadOnlySpan<float> h = _corrected!.Values, g = _plain!.Values;
        double plain = TensorPrimitives.Norm(g), product = plain * TensorPrimitives.Norm(h);
        _comparison.Add(
            plain > 0 ? TensorPrimitives.Distance(h, g) / plain : 0, product > 0 ? TensorPrimitives.Dot(h, g) / product : 0);
    }

    /// <summary>Records what happened since the last call.</summary>
    internal void Measure(IMetrics metrics)
    {
        _means.Flush(metrics);
        _step.Measure(metrics);
        _comparison.Flush(metrics);
        _errorMeter.Flush(metrics);
    }

    /// <summary>Saves or loads what later steps depend on.</summary>
    internal void Serialize(StateArchive archive)
    {
        archive.Array("residual", _residual.Values);
        archive.Array("target_residual", _target.Values);
        _step.Serialize(archive);
        _sampling.Serialize(archive);
        _random.Serialize(archive);
        _clip.Serialize(archive);
        archive.Value("actor_steps", ref _actorSteps);
        _means.Serialize(archive);
        _comparison.Serialize(archive);
        _errorMeter.Serialize(archive);
    }
}
