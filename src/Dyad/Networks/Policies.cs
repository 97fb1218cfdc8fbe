using System.Numerics;
using Dyad.Autodiff;
using static Dyad.Autodiff.Operations;

namespace Dyad.Networks;

/// <summary>Actions a = f_theta(s, xi) drawn by a policy, and the logarithm of their density.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Action">a, rows x actions; its derivative is that of f_theta.</param>
/// <param name="LogProbability">log pi(a|s), rows x 1; its derivative is the total one, through the action too.</param>
/// <param name="HeldLogProbability">
/// log pi(a|s) with the action held fixed, rows x 1: the same value, and its derivative is the score, grad_theta log pi(a|s).
/// </param>
public readonly record struct SampledAction<T>(
    Expression<T> Action, Expression<T> LogProbability, Expression<T> HeldLogProbability)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>A deterministic policy: a = bound tanh(network(s)).</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="network">Observations to actions.</param>
/// <param name="bound">Largest action; positive.</param>
public sealed class DeterministicPolicy<T>(Mlp<T> network, double bound = 1)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Actions, rows x actions.</summary>
    public Expression<T> Action(Expression<T> observation) => bound * Tanh(network.Apply(observation));
}

/// <summary>
/// A softmax policy over a finite number of actions; or over several choices at once, which are drawn independently of one another
/// given the state: probabilities multiply, entropies add.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="network">Observations to logits, those of the choices one after the other.</param>
/// <param name="choices">How many values each choice has; null for one choice.</param>
public sealed class CategoricalPolicy<T>(Mlp<T> network, IReadOnlyList<int>? choices = null)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Logarithms of the probabilities, rows x actions; those of several choices beside one another.</summary>
    public Expression<T> LogProbabilities(Expression<T> observation)
    {
        Expression<T>[] parts = Parts(observation);
        return parts.Length == 1 ? parts[0] : Concatenate(parts);
    }

    /// <summary>log pi(a|s) of several choices, rows x 1.</summary>
    /// <param name="observation">rows x inputs.</param>
    /// <param name="action">For each choice one number a row.</param>
    public Expression<T> LogProbability(Expression<T> observation, IReadOnlyList<Indices> action) =>
        Parts(observation).Select((log, i) => GatherColumns(log, action[i])).Aggregate((x, y) => x + y);

    /// <summary>log pi(a|s), rows x 1.</summary>
    /// <param name="observation">rows x inputs.</param>
    /// <param name="action">One action number a row.</param>
    public Expression<T> LogProbability(Expression<T> observation, Indices action) =>
        GatherColumns(LogProbabilities(observation), action);

    /// <summary>-sum over a of pi log pi, rows x 1; of several choices the sum over them.</summary>
    public Expression<T> Entropy(Expression<T> observation) =>
        Parts(observation).Select(log => -SumColumns(Exp(log) * log)).Aggregate((x, y) => x + y);

    // log pi of each choice, rows x its values.
    private Expression<T>[] Parts(Expression<T> observation)
    {
        Expression<T> logits = network.Apply(observation);
        if (choices is not { Count: > 1 })
        {
            return [LogSoftmax(logits)];
        }

        var parts = new Expression<T>[choices.Count];
        for (int i = 0, first = 0; i < parts.Length; first += choices[i], i++)
        {
            parts[i] = LogSoftmax(Slice(logits, first, choices[i]));
        }

        return parts;
    }
}

/// <summary>A Gaussian policy with a diagonal covariance.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GaussianPolicy<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Mlp<T> _network;
    private readonly Parameter<T>? _logDeviation;

    /// <summary>A policy whose log standard deviation does not depend on the state.</summary>
    /// <param name="network">Observations to means.</param>
    /// <param name="logDeviation">1 x actions.</param>
    public GaussianPolicy(Mlp<T> network, Parameter<T> logDeviation)
    {
        _network = network;
        _logDeviation = logDeviation;
    }

    /// <summary>A policy whose network gives means (first half) and log standard deviations (second half).</summary>
    public GaussianPolicy(Mlp<T> network) => _network = network;

    /// <summary>Means, rows x actions.</summary>
    public Expression<T> Mean(Expression<T> observation) => Heads(observation).Mean;

    /// <summary>log pi(a|s), rows x 1.</summary>
    public Expression<T> LogProbability(Expression<T> observation, Expression<T> action)
    {
        (Expression<T> mean, Expression<T> log) = Heads(observation);
        return Gaussian.LogDensity((action - mean) / Exp(log), log);
    }

    /// <summary>Actions mean + deviation * noise, with their log density.</summary>
    /// <param name="observation">rows x inputs.</param>
    /// <param name="noise">rows x actions, standard normal.</param>
    public SampledAction<T> Sample(Expression<T> observation, Expression<T> noise)
    {
        (Expression<T> mean, Expression<T> log) = Heads(observation);
        return Gaussian.Sample(mean, log, noise);
    }

    /// <summary>Sum over the actions of log deviation + log(2 pi e)/2, rows x 1.</summary>
    public Expression<T> Entropy(Expression<T> observation) =>
        SumColumns(Heads(observation).Log + (0.5 * (1 + Math.Log(2 * Math.PI))));

    private (Expression<T> Mean, Expression<T> Log) Heads(Expression<T> observation)
    {
        Expression<T> output = _network.Apply(observation);
        if (_logDeviation is null)
        {
            return Gaussian.Split(output);
        }

        return (output, Broadcast(_logDeviation, output.Rows, output.Columns));
    }
}

/// <summary>
/// A Gaussian squashed by tanh (Haarnoja et al. 2018, appendix C): action = bound tanh(u), u = mean + deviation * noise. The
/// network gives means (first half) and log standard deviations (second half), which are held in [-20, 2]. The density is that
/// of tanh(u): the bound is left out, so a temperature does not depend on the action's unit.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="network">Observations to 2 x actions outputs.</param>
/// <param name="bound">Largest action; positive.</param>
public sealed class SquashedGaussianPolicy<T>(Mlp<T> network, double bound = 1)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>bound tanh(mean), rows x actions.</summary>
    public Expression<T> MeanAction(Expression<T> observation) => bound * Tanh(Gaussian.Split(network.Apply(observation)).Mean);

    /// <summary>Actions with their log density; gradients flow through both.</summary>
    /// <param name="observation">rows x inputs.</param>
    /// <param name="noise">rows x actions, standard normal.</param>
    public SampledAction<T> Sample(Expression<T> observation, Expression<T> noise)
    {
        (Expression<T> mean, Expression<T> log) = Gaussian.Split(network.Apply(observation));
        (Expression<T> u, Expression<T> density, Expression<T> held) = Gaussian.Sample(mean, log, noise);

        // log(1 - tanh(u)^2) = 2 (log 2 - u - softplus(-2u)), which neither overflows nor cancels.
        Expression<T> correction = SumColumns(2 * (Math.Log(2) - u - Softplus(-2 * u)));
        return new(bound * Tanh(u), density - correction, held - Stop(correction));
    }
}

/// <summary>The normal distribution with a diagonal covariance, given its heads.</summary>
public static class Gaussian
{
    internal const double LowestLog = -20, HighestLog = 2;

    /// <summary>Actions mean + deviation * noise, with their log density.</summary>
    /// <param name="mean">rows x actions.</param>
    /// <param name="log">Log standard deviations, rows x actions.</param>
    /// <param name="noise">rows x actions, standard normal.</param>
    public static SampledAction<T> Sample<T>(Expression<T> mean, Expression<T> log, Expression<T> noise)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expression<T> action = mean + (Exp(log) * noise);
        Expression<T> density = LogDensity(noise, log);
        return new(action, density, Surrogate(density, LogDensity((Stop(action) - mean) / Exp(log), log)));
    }

    internal static (Expression<T> Mean, Expression<T> Log) Split<T>(Expression<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int actions = output.Columns.Count / 2;
        return (Slice(output, 0, actions), Clamp(Slice(output, actions, actions), LowestLog, HighestLog));
    }

    /// <summary>Sum over the columns of -z^2/2 - log deviation - log(2 pi)/2.</summary>
    public static Expression<T> LogDensity<T>(Expression<T> z, Expression<T> log)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        SumColumns((-0.5 * Square(z)) - log - (0.5 * Math.Log(2 * Math.PI)));
}
