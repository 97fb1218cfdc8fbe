using System.Numerics.Tensors;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Studies.Definitions.Problems;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>A player's step lengths: <paramref name="First"/> / (1 + k)^<paramref name="Power"/>.</summary>
internal readonly record struct StepSchedule(double First, double Power = 0)
{
    public double At(long k) => First / Math.Pow(1 + k, Power);
}

/// <summary>How a toy game is played.</summary>
/// <param name="Damping">Added to the follower's curvature; null for individual gradients.</param>
/// <param name="Actor">The actor's steps.</param>
/// <param name="Critic">The critic's steps.</param>
/// <param name="ActorStart">The actor's parameters at the start.</param>
/// <param name="CriticStart">The critic's.</param>
/// <param name="SharesNoise">Whether both players see the same draw; otherwise each has its own.</param>
internal sealed record ToyGamePlay(
    double? Damping, StepSchedule Actor, StepSchedule Critic, double[] ActorStart, double[] CriticStart, bool SharesNoise = false);

/// <summary>
/// A toy game played by simultaneous steps: both players see the parameters that the last step left (Zheng et al. 2021,
/// eq. 17 and 18).
/// </summary>
internal sealed class ToyGameRun : IIterative
{
    private readonly ToyGame _toy;
    private readonly ToyGamePlay _play;
    private readonly GameDynamics _dynamics;
    private readonly RandomStream _stream;
    private readonly Action<ToyGame, IMetrics> _measure;
    private readonly double[] _leader;
    private long _step;
    private long _undefined;

    /// <summary>A run at its start.</summary>
    /// <param name="toy">The game.</param>
    /// <param name="play">How it is played.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <param name="measure">Measures the game's parameters.</param>
    public ToyGameRun(ToyGame toy, ToyGamePlay play, int seed, Action<ToyGame, IMetrics> measure)
    {
        _toy = toy;
        _play = play;
        _measure = measure;
        _dynamics = new GameDynamics(toy.Game, play.Damping);
        _stream = new RandomStream(seed).Split("noise");
        _leader = new double[toy.Game.Leader.Count];
        play.ActorStart.CopyTo(toy.Game.Leader.Values);
        play.CriticStart.CopyTo(toy.Game.Follower.Values);
    }

    public long Step => _step;

    public void Advance()
    {
        Draw();
        _dynamics.Leader(out bool isDefined).CopyTo(_leader);
        _undefined += isDefined ? 0 : 1;
        if (!_play.SharesNoise)
        {
            Draw();
        }

        Descend(_toy.Game.Follower.Values, _dynamics.Follower(), _play.Critic.At(_step));
        Descend(_toy.Game.Leader.Values, _leader, _play.Actor.At(_step));
        _step++;
    }

    public void Measure(IMetrics metrics)
    {
        _measure(_toy, metrics);
        if (_play.Damping is not null)
        {
            // Steps so far on which the curvature was singular and the leader took its own gradient.
            metrics.Record("undefined", _undefined);
        }
    }

    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        archive.Value("undefined", ref _undefined);
        archive.Array("actor", _toy.Game.Leader.Values);
        archive.Array("critic", _toy.Game.Follower.Values);
        _stream.Serialize(archive);
    }

    private void Draw()
    {
        if (_toy.Noise is { } noise)
        {
            _stream.Normal(noise.Values);
        }
    }

    private static void Descend(Span<double> parameters, ReadOnlySpan<double> gradient, double step) =>
        TensorPrimitives.MultiplyAdd(gradient, -step, parameters, parameters);
}
