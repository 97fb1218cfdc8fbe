using Dyad.Games;
using Dyad.Studies.Definitions.Problems;
using Dyad.Studies.Results;

namespace Dyad.Studies.Definitions;

/// <summary>
/// What makes a point of a game of two numbers a differential Stackelberg equilibrium (Zheng et al. 2021, definition 1): both
/// derivatives are 0, the follower's curvature is positive, and so is the leader's total second derivative along the
/// follower's best response. Where the follower's curvature is 0 the point is degenerate. Noise is held at 0.
/// </summary>
internal sealed class ToyEquilibrium
{
    private const double Difference = 1e-4;

    private readonly ToyGame _toy;
    private readonly GameDynamics _dynamics;
    private readonly DenseTotalDerivative _total;

    /// <summary>Examines a point.</summary>
    /// <param name="toy">The game; its parameters and noise are changed.</param>
    /// <param name="leader">The leader's parameter.</param>
    /// <param name="follower">The follower's.</param>
    public ToyEquilibrium(ToyGame toy, double leader, double follower)
    {
        _toy = toy;
        _dynamics = new GameDynamics(toy.Game, damping: 0);

        // Asked for its curvature only, which it tells without the damping that keeps a degenerate point from being singular.
        _total = new DenseTotalDerivative(toy.Game, damping: 1);
        toy.Noise?.Values.Clear();
        (LeaderDerivative, FollowerDerivative) = At(leader, follower);
        FollowerCurvature = Curvature();
        LeaderCurvature = (Along(leader + Difference, follower) - Along(leader - Difference, follower)) / (2 * Difference);
        RealParts = Spectrum(leader, follower);
    }

    /// <summary>The total derivative of the leader's cost; NaN where it is not defined.</summary>
    public double LeaderDerivative { get; }

    /// <summary>The derivative of the follower's cost.</summary>
    public double FollowerDerivative { get; }

    /// <summary>The second derivative of the follower's cost in its own parameter.</summary>
    public double FollowerCurvature { get; }

    /// <summary>The second derivative of the leader's cost along the follower's best response, by central differences.</summary>
    public double LeaderCurvature { get; }

    /// <summary>
    /// Least and largest real part of the eigenvalues of the two directions' Jacobian, by central differences; both negative
    /// where the point is stable. NaN where the leader's direction is not defined nearby.
    /// </summary>
    public Interval RealParts { get; }

    private (double Leader, double Follower) At(double leader, double follower)
    {
        _toy.Game.Leader.Values[0] = leader;
        _toy.Game.Follower.Values[0] = follower;
        double derivative = _dynamics.Leader(out bool isDefined)[0];
        return (isDefined ? derivative : double.NaN, _dynamics.Follower()[0]);
    }

    private double Curvature()
    {
        _total.Compute();
        return _total.Curvature[0];
    }

    // The total derivative where the follower responds best: its cost is a square, so Newton's method needs one step, and a
    // second for the rounding.
    private double Along(double leader, double follower)
    {
        for (int i = 0; i < 2; i++)
        {
            follower -= At(leader, follower).Follower / Curvature();
        }

        return At(leader, follower).Leader;
    }

    private Interval Spectrum(double leader, double follower)
    {
        (double Leader, double Follower) Slope(double x, double y)
        {
            (double a, double b) = At(leader + x, follower + y);
            (double c, double d) = At(leader - x, follower - y);
            return (-(a - c) / (2 * Difference), -(b - d) / (2 * Difference));
        }

        (double Leader, double Follower) inLeader = Slope(Difference, 0), inFollower = Slope(0, Difference);
        double half = (inLeader.Leader + inFollower.Follower) / 2;
        double determinant = (inLeader.Leader * inFollower.Follower) - (inLeader.Follower * inFollower.Leader);
        double root = Math.Sqrt(Math.Max(0, (half * half) - determinant));
        return new Interval(half - root, half + root);
    }
}
