using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>
/// Measures a tabular learner against exact values, which the learner itself never sees:
/// <list type="bullet">
/// <item><c>eval/return</c>: mu0' Pi q_pi, the expected discounted return from a start state.</item>
/// <item><c>eval/objective</c>: J = (1 - gamma) times that, equation (6).</item>
/// <item><c>eval/critic_return</c>: mu0' Pi q, what the critic predicts.</item>
/// <item><c>eval/critic_error</c>: root of the mean square of q - q_pi under the occupancy d.</item>
/// <item><c>eval/corrected_return</c>, <c>eval/corrected_error</c>: the same with the res-critic added, q + w.</item>
/// <item><c>gap/cosine</c>: cosine between the expected update of the actor and the policy gradient (8).</item>
/// </list>
/// All are missing where gamma is 1 and the policy does not terminate surely.
/// </summary>
internal sealed class ExactMeasures
{
    private readonly Mdp _mdp;
    private readonly PolicyEvaluation _evaluation;
    private readonly double[] _visits;
    private readonly double[] _occupied;
    private readonly double[] _pairs;
    private readonly double[] _policyGradient;
    private readonly double[] _update;
    private bool _terminates;

    public ExactMeasures(Mdp mdp)
    {
        _mdp = mdp;
        _evaluation = PolicyEvaluation.ForLearner(mdp);
        _visits = new double[mdp.States];
        _occupied = new double[mdp.States];
        _pairs = new double[mdp.Pairs];
        _policyGradient = new double[mdp.Pairs];
        _update = new double[mdp.Pairs];
    }

    /// <summary>Adds the expected update of the actor to a cleared vector, given the mean visits of states in an episode.</summary>
    internal delegate void ExpectedUpdate(ReadOnlySpan<double> visits, Span<double> result);

    /// <summary>Records the return of a policy.</summary>
    public void Return(IMetrics metrics, TabularPolicy policy)
    {
        _terminates = _mdp.Discount < 1 || Termination.Endless(_mdp, policy) is null;
        if (_terminates)
        {
            _evaluation.Evaluate(policy);
        }

        metrics.Record("eval/return", _terminates ? _evaluation.Return : double.NaN);
        metrics.Record("eval/objective", _terminates ? _evaluation.PrimalObjective : double.NaN);
    }

    /// <summary>Records what a critic predicts, for the policy last given to <see cref="Return"/>.</summary>
    /// <param name="metrics">Receives the values.</param>
    /// <param name="name"><c>critic</c>, or <c>corrected</c> for q + w.</param>
    /// <param name="critic">The prediction, |S||A| entries.</param>
    public void Critic(IMetrics metrics, string name, ReadOnlySpan<double> critic)
    {
        if (!_terminates)
        {
            metrics.Record($"eval/{name}_return", double.NaN);
            metrics.Record($"eval/{name}_error", double.NaN);
            return;
        }

        _evaluation.Policy.Average(critic, _occupied);
        metrics.Record($"eval/{name}_return", TensorPrimitives.Dot(_mdp.Initial, _occupied));
        double square = 0;
        for (int i = 0; i < critic.Length; i++)
        {
            double error = critic[i] - _evaluation.ActionValue[i];
            square += _evaluation.Occupancy[i] * error * error;
        }

        metrics.Record($"eval/{name}_error", Math.Sqrt(square));
    }

    /// <summary>Records the cosine of an expected update, for the policy last given to <see cref="Return"/>.</summary>
    public void Gap(IMetrics metrics, int episodeLength, ExpectedUpdate expectedUpdate)
    {
        if (!_terminates)
        {
            metrics.Record("gap/cosine", double.NaN);
            return;
        }

        MeanVisits(episodeLength);
        Array.Clear(_policyGradient);
        Array.Clear(_update);
        _evaluation.Policy.AddGradient(_evaluation.StateOccupancy, _evaluation.ActionValue, _policyGradient);
        expectedUpdate(_visits, _update);

        // Undefined while the update is zero, as with a critic of zeros.
        double norm = TensorPrimitives.Norm<double>(_update);
        metrics.Record("gap/cosine", norm > 0 ? TensorPrimitives.CosineSimilarity<double>(_update, _policyGradient) : double.NaN);
    }

    // (1/T) sum_t Pr(S_t = s): undiscounted visits, which is what the buffer D holds. After a termination comes a start state.
    private void MeanVisits(int episodeLength)
    {
        _mdp.Initial.CopyTo(_occupied);
        Array.Clear(_visits);
        for (int t = 0; t < episodeLength; t++)
        {
            TensorPrimitives.Add(_visits, _occupied, _visits);
            _evaluation.Policy.Spread(_occupied, _pairs);
            _mdp.FlowToNext(_pairs, _occupied);
            Restart();
        }

        TensorPrimitives.Multiply(_visits, 1.0 / episodeLength, _visits);
    }

    private void Restart()
    {
        double ended = 0;
        foreach (int s in _mdp.TerminalStates)
        {
            ended += _occupied[s];
            _occupied[s] = 0;
        }

        // At gamma = 1 nothing flows on from a start that is a termination.
        if (_mdp.Discount == 1)
        {
            ended = 1 - TensorPrimitives.Sum<double>(_occupied);
        }

        if (ended > 0)
        {
            TensorPrimitives.MultiplyAdd(_mdp.Initial, ended, _occupied, _occupied);
        }
    }
}
