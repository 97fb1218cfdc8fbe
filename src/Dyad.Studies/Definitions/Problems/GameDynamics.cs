using Dyad.Autodiff;
using Dyad.Games;

namespace Dyad.Studies.Definitions.Problems;

/// <summary>What each player of a small game descends along: the leader its own gradient or its total derivative.</summary>
internal sealed class GameDynamics
{
    private readonly TotalDerivative<double>? _total;
    private readonly Output<double> _leader;
    private readonly Output<double> _follower;
    private readonly CompiledProgram _leaderProgram;
    private readonly CompiledProgram _followerProgram;

    /// <summary>Compiles what is needed.</summary>
    /// <param name="game">The game.</param>
    /// <param name="damping">Added to the follower's curvature (Zheng et al. 2021, section 4.5); null for individual gradients.</param>
    public GameDynamics(Game<double> game, double? damping)
    {
        _total = damping is { } lambda ? ExactTotalDerivative.Of(game, lambda) : null;
        var leader = new ProgramBuilder<double>();
        _leader = leader.Output(Derivatives.Gradient(game.LeaderCost, game.Leader));
        _leaderProgram = leader.Build();
        var follower = new ProgramBuilder<double>();
        _follower = follower.Output(Derivatives.Gradient(game.FollowerCost, game.Follower));
        _followerProgram = follower.Build();
    }

    /// <summary>The leader's gradient or total derivative at this moment's parameters.</summary>
    /// <param name="isDefined">
    /// Whether there is one. There is none where the damped curvature is singular: then this is the leader's own gradient.
    /// </param>
    public ReadOnlySpan<double> Leader(out bool isDefined)
    {
        if (_total is not null)
        {
            _total.Compute();
            isDefined = _total.ImplicitFactor > 0;
            return _total.Total;
        }

        isDefined = true;
        _leaderProgram.Run();
        return _leader.Values;
    }

    /// <summary>The follower's gradient at this moment's parameters.</summary>
    public ReadOnlySpan<double> Follower()
    {
        _followerProgram.Run();
        return _follower.Values;
    }
}
