using Dyad.Core;

namespace Dyad.Tabular;

/// <summary>
/// A family Pi of policies onto which soft policy iteration projects (lecture on soft actor-critic, (4)). It is a product
/// over states, so each state's distribution is projected on its own, and lemma 2 holds within it.
/// </summary>
public sealed class PolicyFamily
{
    private readonly double _floor;

    private PolicyFamily(double floor) => _floor = floor;

    /// <summary>All policies: the projection changes nothing.</summary>
    public static PolicyFamily All { get; } = new(0);

    /// <summary>Policies that give each action at least this probability.</summary>
    /// <param name="floor">Smallest probability of an action, at most 1 / |A|.</param>
    /// <exception cref="UserError">The floor is not in [0, 1).</exception>
    public static PolicyFamily AtLeast(double floor) => floor is >= 0 and < 1
        ? new PolicyFamily(floor)
        : throw new UserError(FormattableString.Invariant($"the smallest probability of an action is {floor}; it must be in [0, 1)"));

    /// <summary>
    /// The member p with the smallest KL(p || target). With a floor f the solution is p(a) = max(f, c target(a)) for the c that
    /// makes it sum to 1: actions are put on the floor from the smallest up until the rest stays above it.
    /// </summary>
    /// <param name="target">A distribution, |A| entries, all positive or zero.</param>
    /// <param name="result">Receives the projection, |A| entries.</param>
    /// <exception cref="UserError">The floor is above 1 / |A|.</exception>
    public void Project(ReadOnlySpan<double> target, Span<double> result)
    {
        if (_floor * target.Length > 1)
        {
            throw new UserError(FormattableString.Invariant(
                $"no policy gives each of {target.Length} actions a probability of at least {_floor}"));
        }

        target.CopyTo(result);
        if (_floor == 0)
        {
            return;
        }

        double[] sorted = target.ToArray();
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, order);
        double free = 1;
        double mass = 1;
        int held = 0;
        while (held < order.Length && sorted[held] * free < _floor * mass)
        {
            free -= _floor;
            mass -= sorted[held];
            held++;
        }

        for (int k = 0; k < order.Length; k++)
        {
            result[order[k]] = k < held ? _floor : sorted[k] * free / mass;
        }
    }
}
