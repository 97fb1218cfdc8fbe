using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>
/// The residual correction (<see cref="Residual"/>) of an on-policy actor-critic: the res-critic w learns from the steps of the epoch,
/// and the actor's gradient sees Q + w (Wen et al. 2021, section 4.3). Where the value of a state is a mean over finitely many actions
/// it is Res-AC from samples. With a V critic w is a function of states, and the actor's advantages are those of V + w. w starts as 0,
/// unless a random start is asked for.
/// <para>Metrics: those of <see cref="Residual"/>, but for share and cosine.</para>
/// </summary>
internal sealed class EpochResidual
{
    private readonly ResidualOptions _correction;
    private readonly ResidualClip _clip;
    private readonly OnPolicyCritic _residual;
    private readonly GradientStep _step;
    private readonly Action? _draw;
    private readonly RandomStream _random;
    private readonly TdErrorMeter _errorMeter;
    private readonly RunningMeans _means = new("train/residual_loss", "train/residual_clipped", "train/residual_clip");
    private readonly Input<float> _bound = new("clip", 1, 1);
    private readonly CompiledProgram _measure;
    private readonly Output<float> _error;
    private readonly CompiledProgram _learn;
    private readonly Output<float> _output;
    private readonly float[] _mean;
    private float[] _errors;

    /// <summary>An untrained res-critic, which corrects nothing.</summary>
    /// <param name="task">Sizes of observations and actions.</param>
    /// <param name="options">Sizes of networks, discount, and the correction's own options.</param>
    /// <param name="actor">Whose value is learned.</param>
    /// <param name="critic">Q or V.</param>
    /// <param name="batch">A piece of an epoch.</param>
    /// <param name="stream">Random numbers of the correction alone.</param>
    public EpochResidual(AgentTask task, ActorCriticOptions options, OnPolicyActor actor, OnPolicyCritic critic, RolloutInputs<float> batch,
        RandomStream stream)
    {
        _correction = options.Correction;
        _random = stream.Split("updates");
        _clip = new ResidualClip(_correction);
        _residual = new OnPolicyCritic(task, options, actor, batch.Observation.Rows, stream, "residual", _correction.ResidualStart == ResidualStart.Zero);
        _errors = new float[options.StepsPerEpoch];
        _errorMeter = new TdErrorMeter(options.StepsPerEpoch);
        _draw = critic.Draw is null ? null : () =>
        {
            // By a stream of its own, so that the critic's goes on as without a correction.
            critic.DrawFrom(_random);
            _residual.DrawFrom(_random);
        };

        // delta = r + gamma (1 - d) V_q(s') - Q(s, a);  J_W = 1/2 mean (w(s, a) - (clip(delta) + gamma (1 - d) V_w(s')))^2
        Expression<float> error = Stop(batch.Target(options.Discount, critic.Value(batch.NextObservation)) - critic.Taken(batch));
        Expression<float> future = options.Discount * (1 - batch.Terminated) * _residual.Value(batch.NextObservation);
        Expression<float> cost = 0.5 * Mean(Square(_residual.Taken(batch) - Stop(ResidualClip.Hold(error, _bound) + future)));
        var builder = new ProgramBuilder<float>();
        _error = builder.Output(error);
        _measure = builder.Build();
        builder = new ProgramBuilder<float>();
        _output = builder.Output([cost, .. Derivatives.Gradient(cost, _residual.Parameters)]);
        _learn = builder.Build();
        _mean = new float[1 + _residual.Parameters.Count];
        _step = new GradientStep(_residual.Parameters.Count, _correction.ResidualLearningRate, options.Optimizer);
    }

    /// <summary>psi, the res-critic's parameters.</summary>
    public Parameters<float> Parameters => _residual.Parameters;

    /// <summary>w(s_t, a_t), rows x 1: what is added to Q; with a V critic w(s_t).</summary>
    public Expression<float> Taken(RolloutInputs<float> batch) => _residual.Taken(batch);

    /// <summary>w(s), rows x 1: what is added to V.</summary>
    public Expression<float> Value(Expression<float> observation) => _residual.Value(observation);

    /// <summary>The res-critic's steps of an epoch: y times psi &lt;- psi - rate d_psi J_W(psi).</summary>
    public void Learn(OnPolicyExperience experience)
    {
        int steps = experience.Steps.Count;
        if (_errors.Length < steps)
        {
            _errors = new float[2 * steps];
        }

        Span<float> errors = _errors.AsSpan(0, steps);
        for (int i = 0; i < _correction.ResidualUpdates; i++)
        {
            if (i == 0)
            {
                experience.Evaluate(_measure, _error, _draw, errors);
                _errorMeter.Add(errors);
            }

            _clip.Adapt(_errorMeter);
            _bound.Set(_clip.Value);
            experience.Mean(_learn, _output, _mean, 0, steps, _draw);
            _step.Descend(_residual.Parameters.Values, _mean.AsSpan(1));
            _means.Add(_mean[0], _clip.Clipped(errors), _clip.Value);
        }
    }

    /// <summary>Records what happened since the last call.</summary>
    public void Measure(IMetrics metrics)
    {
        _means.Flush(metrics);
        _errorMeter.Flush(metrics);
    }

    /// <summary>Saves or loads what later steps depend on.</summary>
    public void Serialize(StateArchive archive)
    {
        _residual.Serialize(archive, "residual");
        _random.Serialize(archive);
        _step.Serialize(archive);
        _clip.Serialize(archive);
        _means.Serialize(archive);
        _errorMeter.Serialize(archive);
    }
}
