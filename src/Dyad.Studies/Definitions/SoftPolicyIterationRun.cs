using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Studies.Definitions;

/// <summary>
/// Soft policy iteration on one MDP, a step being one improvement with exact evaluation, measured against the three lemmas of
/// the lecture on soft actor-critic, section 5.1.
/// </summary>
internal sealed class SoftPolicyIterationRun : IIterative
{
    // Sweeps over which the contraction of the backup is measured.
    private const int Sweeps = 20;

    private readonly Mdp _mdp;
    private readonly double _temperature;
    private readonly PolicyFamily _family;
    private readonly double[] _optimal;
    private SoftPolicyIteration _iteration;
    private double[] _previous;
    private long _step;

    public SoftPolicyIterationRun(Mdp mdp, double temperature, PolicyFamily family)
    {
        _mdp = mdp;
        _temperature = temperature;
        _family = family;
        _iteration = new SoftPolicyIteration(mdp, temperature, family);
        _previous = _iteration.ActionValue;
        _optimal = SoftPolicyIteration.Solve(mdp, temperature, family).StateValue;
    }

    public long Step => _step;

    public void Advance()
    {
        _previous = _iteration.ActionValue;
        _iteration.Improve();
        _step++;
    }

    public void Measure(IMetrics metrics)
    {
        metrics.Record("eval/return", TensorPrimitives.Dot(_mdp.Initial, _iteration.StateValue));
        metrics.Record("soft/distance", LargestDifference(_optimal, _iteration.StateValue));
        metrics.Record("soft/largest_decrease", _previous.Zip(_iteration.ActionValue, (before, after) => before - after).Max());
        metrics.Record("soft/contraction", Contraction());
    }

    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        archive.Array("previous", _previous.AsSpan());
        double[] policy = _iteration.Policy.Probabilities.ToArray();
        archive.Array("policy", policy.AsSpan());
        if (archive.IsLoading)
        {
            _iteration = new SoftPolicyIteration(_mdp, _temperature, _family, TabularPolicy.FromProbabilities(_mdp, policy));
        }
    }

    // Lemma 1: the largest factor by which a sweep of the soft backup shrinks the distance to the soft action values, from a
    // start of zeros.
    private double Contraction()
    {
        double[] q = new double[_mdp.Pairs];
        double largest = 0;
        double before = LargestDifference(q, _iteration.ActionValue);
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            SoftPolicyIteration.Backup(_mdp, _iteration.Policy, _temperature, (double[])q.Clone(), q);
            double after = LargestDifference(q, _iteration.ActionValue);
            if (after < 1e-9)
            {
                break;
            }

            largest = Math.Max(largest, after / before);
            before = after;
        }

        return largest;
    }

    private static double LargestDifference(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
