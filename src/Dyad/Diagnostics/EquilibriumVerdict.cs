using Dyad.Games;

namespace Dyad.Diagnostics;

/// <summary>
/// A point held against the differential Stackelberg equilibrium (Zheng et al. 2021, definition 1) by what products with matrices
/// show: total derivative and follower's gradient zero, the follower's Hessian and the leader's total second derivative positive
/// definite, all to a tolerance. For networks too large for <see cref="StackelbergEquilibrium"/>.
/// </summary>
/// <param name="Kind">The verdict.</param>
/// <param name="Reason">What it rests on, as a sentence without its end.</param>
/// <param name="LeaderCurvature">
/// Of the leader's total second derivative along the follower's best response; null where there is no such response, because the
/// follower's Hessian is not positive definite.
/// </param>
public sealed record EquilibriumVerdict(EquilibriumKind Kind, string Reason, ExtremeEigenvalues? LeaderCurvature)
{
    /// <summary>Whether a follower's Hessian is positive definite to a tolerance, so that its best response has a derivative.</summary>
    /// <param name="follower">Of the Hessian.</param>
    /// <param name="tolerance">Up to which share of the largest magnitude an eigenvalue counts as zero.</param>
    public static bool HasBestResponse(ExtremeEigenvalues follower, double tolerance) =>
        !IsSingular(follower, tolerance) && follower.Lowest > tolerance * follower.Scale;

    /// <summary>A kind as users read it: near an equilibrium, since the conditions are held to a tolerance.</summary>
    internal static string Word(EquilibriumKind kind) => kind switch
    {
        EquilibriumKind.DifferentialStackelberg => "near",
        EquilibriumKind.Degenerate => "degenerate",
        EquilibriumKind.NotStationary => "not stationary",
        EquilibriumKind.Undecided => "undecided",
        _ => "not minimal",
    };

    /// <summary>The verdict.</summary>
    /// <param name="totalDerivative">Norm of the leader's total derivative.</param>
    /// <param name="followerGradient">Norm of the follower's gradient.</param>
    /// <param name="follower">Of the follower's Hessian.</param>
    /// <param name="leader">Of the leader's total second derivative, where there is one.</param>
    /// <param name="tolerance">Up to which norms count as zero, and eigenvalues in units of the largest magnitude.</param>
    public static EquilibriumVerdict Of(
        double totalDerivative, double followerGradient, ExtremeEigenvalues follower, ExtremeEigenvalues? leader, double tolerance)
    {
        (EquilibriumKind kind, string reason) = true switch
        {
            _ when IsSingular(follower, tolerance) => (
                EquilibriumKind.Degenerate,
                "the follower's Hessian is singular to the tolerance, so its derivatives define no best response and the definition says nothing"),
            _ when totalDerivative > tolerance || followerGradient > tolerance => (
                EquilibriumKind.NotStationary, "the total derivative or the follower's gradient is not zero to the tolerance"),
            _ when leader is null => (EquilibriumKind.NotMinimal, "the follower's Hessian has a negative eigenvalue"),
            _ when leader.Value.Lowest > tolerance * leader.Value.Scale => (
                EquilibriumKind.DifferentialStackelberg, "all four conditions hold to the tolerance, as far as the Krylov spaces show"),
            _ => (EquilibriumKind.NotMinimal, "the leader's total second derivative has an eigenvalue that is not positive to the tolerance"),
        };
        return new EquilibriumVerdict(kind, reason, leader);
    }

    /// <summary>The verdict where the leader's total second derivative cannot be told: of the four conditions, it knows three.</summary>
    /// <inheritdoc cref="Of"/>
    public static EquilibriumVerdict WithoutResponse(
        double totalDerivative, double followerGradient, ExtremeEigenvalues follower, double tolerance)
    {
        EquilibriumVerdict known = Of(totalDerivative, followerGradient, follower, leader: null, tolerance);
        return known.Kind == EquilibriumKind.NotMinimal && follower.Lowest > 0
            ? new EquilibriumVerdict(
                EquilibriumKind.Undecided,
                "three of the four conditions hold to the tolerance, and the leader's total second derivative is not known on policy", null)
            : known;
    }

    private static bool IsSingular(ExtremeEigenvalues matrix, double tolerance) => !(matrix.NearestToZero > tolerance * matrix.Scale);
}
