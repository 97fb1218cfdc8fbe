using System.Numerics;
using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using static Dyad.Autodiff.Operations;

namespace Dyad.Algorithms;

/// <summary>alpha, the weight of a policy's entropy, held by its logarithm (Haarnoja et al. 2018b, section 5).</summary>
internal sealed class Temperature
{
    private const string Name = "log_temperature";

    private readonly Parameter<float> _log;

    /// <summary>alpha at the start.</summary>
    public Temperature(double start)
    {
        _log = Log.Add("value", 1, 1);
        Log.Values[0] = (float)Math.Log(start);
        Value = Exp<float>(_log);
    }

    /// <summary>log alpha.</summary>
    public Parameters<float> Log { get; } = new("log temperature");

    /// <summary>alpha, 1 x 1.</summary>
    public Expression<float> Value { get; }

    /// <summary>The metric <c>train/entropy_weight</c>: alpha.</summary>
    public Measure<float> Measure => new("train/entropy_weight", _log, Math.Exp);

    /// <summary>alpha at this moment.</summary>
    public double Present => Math.Exp(Log.Values[0]);

    /// <summary>alpha as what moves beside the players.</summary>
    public SidePlayer Tuned(double learningRate) => new(Name, Log, learningRate);

    /// <summary>What log alpha descends along, computed with the actor's direction.</summary>
    /// <param name="logProbability">log pi(a|s) of a drawn a or its expectation, rows x 1.</param>
    /// <param name="targetEntropy">Usually minus the number of action dimensions.</param>
    public Measure<float> Gradient(Expression<float> logProbability, double targetEntropy) =>
        new(Name, Derivatives.Gradient(Cost(_log, logProbability, targetEntropy), Log)[0]);

    /// <summary>The metric <c>train/entropy</c>: -log pi(a|s) averaged over the batch.</summary>
    public static Measure<float> Entropy(Expression<float> logProbability) => new("train/entropy", Mean(logProbability), mean => -mean);

    /// <summary>Cost of log alpha, mean (-log alpha (log pi(a|s) + target)), 1 x 1; the policy is not differentiated.</summary>
    /// <param name="logTemperature">log alpha, 1 x 1.</param>
    /// <param name="logProbability">log pi(a|s) of a drawn a or its expectation, rows x 1.</param>
    /// <param name="targetEntropy">Usually minus the number of action dimensions.</param>
    public static Expression<T> Cost<T>(Expression<T> logTemperature, Expression<T> logProbability, double targetEntropy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => -(logTemperature * Mean(Stop(logProbability) + targetEntropy));
}
