using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

namespace Dyad.Experience;

/// <summary>
/// The running variance of the discounted return G &lt;- gamma G + r of the rewards that an agent has met in training, G starting at 0
/// in each episode, and rewards divided by its root: r/sqrt(variance + 1e-8), within a bound. The mean is left alone: moving rewards
/// would change the task. What is not learned from changes nothing here.
/// <para>
/// Metrics: <c>train/return_deviation</c>, what rewards are divided by, and <c>train/rewards_clipped</c>, those so far that the bound cut off
/// when they came.
/// </para>
/// </summary>
public sealed class RewardScaler
{
    private const double SmallestVariance = 1e-8;

    private readonly double _discount;
    private readonly double _clip;
    private readonly double[] _returns;
    private readonly RunningMoments _moments = new(1);
    private long _clipped;

    /// <summary>Nothing met yet: until there are two rewards, each is seen as it is.</summary>
    /// <param name="environments">Environments that step together.</param>
    /// <param name="discount">gamma, in [0, 1].</param>
    /// <param name="clip">The largest magnitude of a scaled reward.</param>
    public RewardScaler(int environments, double discount, double clip)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(environments);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clip);
        _returns = new double[environments];
        _discount = discount;
        _clip = clip;
    }

    /// <summary>How many rewards were met.</summary>
    public long Count => _moments.Count;

    /// <summary>What rewards are divided by at present.</summary>
    public double Deviation => Math.Sqrt(_moments.Variance(0) + SmallestVariance);

    /// <summary>Takes in the reward of a step; one that the simulator gave up on brings none.</summary>
    /// <param name="environment">Number of the environment.</param>
    /// <param name="result">What the step brought.</param>
    public void Update(int environment, in StepResult result)
    {
        if (!result.Failed)
        {
            double following = (_discount * _returns[environment]) + result.Reward;
            _returns[environment] = following;
            _moments.Add([following]);
            _clipped += Math.Abs(result.Reward / Deviation) > _clip ? 1 : 0;
        }

        if (result.Done)
        {
            _returns[environment] = 0;
        }
    }

    /// <summary>A reward as the agent learns from it at present.</summary>
    public double Scaled(double reward) => Math.Clamp(reward / Deviation, -_clip, _clip);

    /// <summary>Scales rewards in place, or sums of several.</summary>
    /// <param name="rewards">The rewards.</param>
    /// <param name="weight">What the rewards in a sum are multiplied by, added up: so much larger is the bound.</param>
    public void Apply(Span<float> rewards, double weight = 1)
    {
        double deviation = Deviation, clip = weight * _clip;
        foreach (ref float reward in rewards)
        {
            reward = (float)Math.Clamp(reward / deviation, -clip, clip);
        }
    }

    /// <summary>Records what rewards are divided by, and how many were clipped.</summary>
    public void Measure(IMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        metrics.Record("train/return_deviation", Deviation);
        metrics.Record("train/rewards_clipped", _clipped);
    }

    /// <summary>Saves or loads all of it.</summary>
    public void Serialize(StateArchive archive)
    {
        ArgumentNullException.ThrowIfNull(archive);
        archive.Array("running_returns", _returns.AsSpan());
        archive.Value("rewards_clipped", ref _clipped);
        SerializeStatistics(archive);
    }

    /// <summary>Saves or loads what another agent, of another number of environments, can begin with.</summary>
    internal void SerializeStatistics(StateArchive archive) => _moments.Serialize(archive);
}
