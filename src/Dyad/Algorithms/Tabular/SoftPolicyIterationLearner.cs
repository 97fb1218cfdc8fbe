using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Tabular;

namespace Dyad.Algorithms.Tabular;

/// <summary>Options of <see cref="SoftPolicyIterationLearner"/>.</summary>
public sealed record SoftPolicyIterationOptions
{
    /// <summary>Temperature, alpha: the weight of the entropy.</summary>
    [Range(1e-6, 1e6)]
    public double Temperature { get; init; } = 0.1;

    /// <summary>Smallest probability that the family of policies gives each action, at most 1 / |A|; 0 for all policies.</summary>
    [Range(0.0, 0.5)]
    public double Floor { get; init; }
}

/// <summary>
/// Soft policy iteration with a known model, a step being one improvement with exact evaluation, measured against the three
/// lemmas of the lecture on soft actor-critic, section 5.1:
/// <list type="bullet">
/// <item><c>eval/return</c>, <c>eval/objective</c>: as of every tabular learner, without entropy.</item>
/// <item><c>eval/soft_return</c>: mu0' v, the expected discounted reward and entropy from a start state.</item>
/// <item><c>soft/distance</c>: largest difference of v to that of the family's optimal policy (lemma 3).</item>
/// <item><c>soft/largest_decrease</c>: largest decrease of a soft action value in the last step (lemma 2).</item>
/// <item><c>soft/contraction</c>: largest factor by which a sweep of the soft backup shrinks the distance to the soft action
/// values (lemma 1).</item>
/// </list>
/// </summary>
public sealed class SoftPolicyIterationLearner : ITabularLearner
{
    // Sweeps over which the contraction of the backup is measured.
    private const int Sweeps = 20;

    private readonly Mdp _mdp;
    private readonly double _temperature;
    private readonly PolicyFamily _family;
    private readonly double[] _optimal;
    private readonly ExactMeasures _measures;
    private SoftPolicyIteration _iteration;
    private double[] _previous;
    private long _step;

    /// <summary>A learner at the uniform policy.</summary>
    /// <exception cref="UserError">An option is not accepted, or the floor is above 1 / |A|.</exception>
    public SoftPolicyIterationLearner(Mdp mdp, SoftPolicyIterationOptions options)
    {
        _mdp = mdp;
        OptionBinder.Checked(options);
        _temperature = options.Temperature;
        _family = PolicyFamily.AtLeast(options.Floor);
        _iteration = new SoftPolicyIteration(mdp, _temperature, _family);
        _previous = _iteration.ActionValue;
        _optimal = SoftPolicyIteration.Solve(mdp, _temperature, _family).StateValue;
        _measures = new ExactMeasures(mdp);
    }

    /// <inheritdoc/>
    public long Step => _step;

    /// <inheritdoc/>
    public TabularPolicy Policy => _iteration.Policy;

    /// <inheritdoc/>
    public void Advance()
    {
        _previous = _iteration.ActionValue;
        _iteration.Improve();
        _step++;
    }

    /// <inheritdoc/>
    public void Measure(IMetrics metrics)
    {
        _measures.Return(metrics, _iteration.Policy);
        metrics.Record("eval/soft_return", TensorPrimitives.Dot(_mdp.Initial, _iteration.StateValue));
        metrics.Record("soft/distance", LargestDifference(_optimal, _iteration.StateValue));
        metrics.Record("soft/largest_decrease", _previous.Zip(_iteration.ActionValue, (before, after) => before - after).Max());
        metrics.Record("soft/contraction", Contraction());
    }

    /// <inheritdoc/>
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
