using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Diagnostics;

/// <summary>
/// What an on-policy agent's actor could ascend along, estimated on episodes of the present policy: <c>plain</c>, minus the gradient of
/// its cost with the critic alone; <c>discounted</c>, the same with gamma^t, where the agent leaves it out; <c>residual</c>, with Q + w,
/// where it has a res-critic; and minus the total derivative with the actor leading, by each form of the game (Zheng et al. 2021,
/// section 4.2): <c>start-value</c>, <c>one-step</c> and <c>as-published</c> of a V critic, <c>action-value</c> of a Q critic. The rule is
/// the agent's where its actor leads, damping and warm start where they stand in the form that it plays.
/// </summary>
internal sealed class EpisodeGradients : IActorGradients, IDisposable
{
    private readonly EpochBatch _batch;
    private readonly EpochBatch? _corrected;
    private readonly List<string> _names = ["plain"];
    private readonly List<(EpisodeForm Form, EpisodeDirection Direction)> _leaders = [];
    private readonly EpisodeForm? _own;

    /// <summary>Compiles the estimators.</summary>
    /// <param name="agent">The agent; what is computed follows its parameters.</param>
    /// <param name="create">Makes its environment.</param>
    /// <param name="steps">Steps of a batch; null for as many as in an epoch.</param>
    /// <param name="solver">Random numbers of the solver of the implicit part.</param>
    public EpisodeGradients(EpochAgent agent, Func<IEnvironment> create, int? steps, RandomStream solver)
    {
        _batch = new EpochBatch(agent, create, steps, corrected: false);
        ActorCriticOptions options = agent.Options;
        IsOwnRule = agent.LeadsEpisodes;
        _own = IsOwnRule ? options.EpisodeForm : null;
        if (!options.DiscountedVisits)
        {
            _names.Add("discounted");
        }

        try
        {
            if (agent.ResCritic is not null)
            {
                _corrected = new EpochBatch(agent, create, steps);
                _names.Add("residual");
            }

            // The sample-space solver has no coupling of the published form.
            EpisodeForm[] forms = options.Critic == CriticKind.Q ? [EpisodeForm.StartValue]
                : EpochBatch.RuleOf(agent).Solver == Solver.SampleSpace ? [EpisodeForm.StartValue, EpisodeForm.OneStep]
                : [EpisodeForm.StartValue, EpisodeForm.OneStep, EpisodeForm.AsPublished];
            foreach (EpisodeForm form in forms)
            {
                _leaders.Add((form, _batch.Leading(form, solver.Split($"{form}"))));
                _names.Add(NameOf(options.Critic, form));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The name of a form of the game.</summary>
    public static string NameOf(CriticKind critic, EpisodeForm form) => critic == CriticKind.Q ? "action-value" : form switch
    {
        EpisodeForm.StartValue => "start-value",
        EpisodeForm.OneStep => "one-step",
        _ => "as-published",
    };

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => _names;

    /// <inheritdoc/>
    public bool IsOwnRule { get; }

    /// <inheritdoc/>
    public void Compute(RandomStream random, IReadOnlyList<float[]> results)
    {
        // The same episodes with and without the correction.
        long seed = (long)random.NextBits();
        _batch.Draw(new RandomStream(seed));
        int next = 0;
        EpochAgent copy = _batch.Copy;
        foreach ((EpisodeForm form, EpisodeDirection direction) in _leaders)
        {
            if (form == _own)
            {
                _batch.Restore(direction);
            }

            direction.Compute();
            TensorPrimitives.Negate(direction.Values, results[_names.Count - _leaders.Count + next++]);
        }

        copy.Plain.Compute();
        TensorPrimitives.Negate(copy.Plain.Values, results[0]);
        if (_corrected is not null)
        {
            _corrected.Draw(new RandomStream(seed));
            _corrected.Copy.Plain.Compute();
            TensorPrimitives.Negate(_corrected.Copy.Plain.Values, results[_names.IndexOf("residual")]);
        }

        if (_names.IndexOf("discounted") is var at && at > 0)
        {
            Span<float> weights = copy.Experience.Weights;
            ReadOnlySpan<int> times = copy.Experience.Steps.Times;
            for (int i = 0; i < weights.Length; i++)
            {
                weights[i] *= (float)Math.Pow(copy.Options.Discount, times[i]);
            }

            copy.Plain.Compute();
            TensorPrimitives.Negate(copy.Plain.Values, results[at]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _corrected?.Dispose();
    }
}
