using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;

namespace Dyad.Diagnostics;

/// <summary>How the gap between an agent's gradients and that of its objective is measured.</summary>
public sealed record GapOptions
{
    /// <summary>Rollouts of each branch of a difference quotient.</summary>
    public int Rollouts { get; init; } = 256;

    /// <summary>Steps of a rollout; null for the first at which gamma^t is at most 1 %, and the time limit where gamma is 1.</summary>
    public int? Horizon { get; init; }

    /// <summary>Batches of each estimator, at least 2.</summary>
    public int Batches { get; init; } = 32;

    /// <summary>Transitions in a batch; null for as many as in an update.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Whether J counts the entropy; null for wherever the method does.</summary>
    public bool? Entropy { get; init; }

    /// <summary>Where rollouts start.</summary>
    public StartDistribution Starts { get; init; }

    /// <summary>e of the difference quotients in units of |theta|.</summary>
    public double Step { get; init; } = 3e-3;

    /// <summary>Whether the whole gradient of J is computed, for the cosines with it.</summary>
    public bool FullCosine { get; init; }
}

/// <summary>An estimator of the actor's gradient, held against J.</summary>
/// <param name="Name">Its name in <see cref="ActorGradients"/>.</param>
/// <param name="NormSquared">|E g|^2, unbiased.</param>
/// <param name="Variance">E |g - E g|^2 of one batch.</param>
/// <param name="CosineToPlain">Cosine between E g and that of the plain estimator, by independent batches.</param>
/// <param name="Derivative">Of J along the mean of g over all batches, at unit length; null where that is 0 or not finite.</param>
/// <param name="Gain">By how much it exceeds the plain estimator's, paired; null for the plain one.</param>
/// <param name="FullCosine">Cosine between E g and grad J; null unless asked for.</param>
public sealed record EstimatorGap(string Name, double NormSquared, double Variance, double CosineToPlain,
    DirectionalDerivative? Derivative, Estimate? Gain, Estimate? FullCosine)
{
    /// <summary>|E g|^2 over the variance of one batch.</summary>
    public double SignalToNoise => NormSquared / Variance;
}

/// <summary>
/// The measured gap between actor-critic and policy gradient (Wen et al. 2021, section 4, whose gap is exact and tabular): each
/// estimator of an agent's actor held against the derivative of a stated J, which rollouts in the simulator give.
/// </summary>
/// <param name="Estimators">The estimators, the plain one first.</param>
/// <param name="Random">The derivative of J along a random direction, as a control.</param>
/// <param name="Objective">J at the agent's parameters.</param>
/// <param name="Rollouts">What a rollout sums.</param>
/// <param name="Starts">Where rollouts started.</param>
/// <param name="Step">e, absolute.</param>
/// <param name="BatchSize">Transitions in a batch.</param>
/// <param name="Batches">Batches of each estimator.</param>
/// <param name="Parameters">Numbers in theta.</param>
/// <param name="ParameterNorm">|theta|.</param>
/// <param name="IsOwnRule">Whether the total derivative is that of the agent's rule; otherwise of default options.</param>
/// <param name="GradientNormSquared">|grad J|^2, unbiased; null unless the whole gradient was asked for.</param>
/// <param name="Failures">Rollouts in which the simulator gave up.</param>
public sealed record MeasuredGap(
    IReadOnlyList<EstimatorGap> Estimators, DirectionalDerivative Random, Estimate Objective, RolloutObjective Rollouts,
    StartDistribution Starts, double Step, int BatchSize, int Batches, int Parameters, double ParameterNorm, bool IsOwnRule,
    double? GradientNormSquared, long Failures)
{
    /// <summary>Parameters up to which the whole gradient of J is computed: of more, it would be noise.</summary>
    public const int LargestFullGradient = 500;

    private const double Negligible = 0.01;
    private const int SideBySide = 64;

    // What a single derivative takes of all the work, in units of one pair of branches.
    private const int PairsOfDerivative = 2;

    /// <summary>Measures an agent, which is left as it was.</summary>
    /// <param name="agent">An agent with experience.</param>
    /// <param name="create">Makes its environment, with actions in [-1, 1].</param>
    /// <param name="options">How.</param>
    /// <param name="random">Draws batches, starts and noise.</param>
    /// <param name="progress">Told the fraction that is done.</param>
    /// <param name="cancellation">Stops the measurement.</param>
    /// <exception cref="UserError">The agent has no transitions yet, or what is asked for cannot be had.</exception>
    public static MeasuredGap Of(GameAgent agent, Func<IEnvironment> create, GapOptions options, RandomStream random,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        if (agent.Transitions == 0)
        {
            throw new UserError("there is no gradient to measure yet: the replay holds no transition");
        }

        int batchSize = options.BatchSize ?? agent.BatchSize;
        return Of(
            agent.Policy, agent.Discount, agent.PolicyOn, batchSize, solver => new ActorGradients(agent, batchSize, solver), create, options, random,
            progress, cancellation);
    }

    /// <summary>Measures an on-policy agent on episodes that are played for it; a batch size counts steps.</summary>
    /// <inheritdoc cref="Of(GameAgent, Func{IEnvironment}, GapOptions, RandomStream, Action{double}, CancellationToken)"/>
    public static MeasuredGap Of(EpochAgent agent, Func<IEnvironment> create, GapOptions options, RandomStream random,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        int steps = options.BatchSize ?? agent.Options.StepsPerEpoch;
        EpisodeGradients? gradients = null;
        try
        {
            return Of(
                agent.Policy, agent.Options.Discount, agent.PolicyOn, steps,
                solver => gradients = new EpisodeGradients(agent, create, steps, solver), create, options, random, progress, cancellation);
        }
        finally
        {
            gradients?.Dispose();
        }
    }

    private static MeasuredGap Of(
        Parameters<float> policy, double discount, Func<int, ExploringPolicy> policyOn, int batchSize, Func<RandomStream, IActorGradients> estimators,
        Func<IEnvironment> create, GapOptions options, RandomStream random, Action<double>? progress, CancellationToken cancellation)
    {
        int size = policy.Count;
        if (options.FullCosine && size > LargestFullGradient)
        {
            throw new UserError($"the actor has {size} parameters, and a gradient of J from rollouts is noise beyond {LargestFullGradient}: "
                + "leave the full cosine out, or train with a smaller hidden_width");
        }

        (IActorGradients gradients, GradientMoments moments) = Sampled(estimators(random.Split("solver")), size, options.Batches, random, cancellation);

        using var rollouts = new PolicyRollouts(policyOn, create, Math.Min(SideBySide, options.Rollouts)) { Cancellation = cancellation };
        if (options.Entropy == true && !rollouts.HasEntropy)
        {
            throw new UserError("the method has no entropy to count in J: leave it out");
        }

        var objective = new RolloutObjective(
            options.Horizon ?? DefaultHorizon(discount, create), discount, options.Entropy ?? rollouts.HasEntropy);
        StartState[] starts = rollouts.Starts(options.Starts, options.Rollouts, random.Split("starts"));
        var derivative = new ObjectiveDerivative(rollouts, policy, starts, objective, random.Split("noise"));
        double norm = TensorPrimitives.Norm<float>(policy.Values), step = options.Step * norm;

        int count = gradients.Names.Count;
        double pairs = ((count + 1) * PairsOfDerivative) + (options.FullCosine ? size : 0), done = 0;
        DirectionalDerivative?[] along = [.. Enumerable.Range(0, count).Select(i => Along(moments.Mean(i)))];
        double[] control = new double[size];
        random.Split("direction").Normal<double>(control);
        DirectionalDerivative controlled = Along(control)!;
        SampledGradient? full = options.FullCosine
            ? derivative.Gradient(step, fraction => progress?.Invoke((done + (fraction * size)) / pairs))
            : null;
        return new MeasuredGap(
            [.. gradients.Names.Select((name, i) => new EstimatorGap(
                name, moments.Inner(i, i), moments.Variance(i), moments.Cosine(i, 0), along[i],
                i > 0 && along[i] is { } it && along[0] is { } plain ? Estimate.OfDifferences([.. it.Samples], [.. plain.Samples]) : null,
                full?.Cosine(moments.Mean(i), moments.Inner(i, i))))],
            controlled, derivative.Value(), objective, options.Starts, step, batchSize, options.Batches, size, norm,
            gradients.IsOwnRule, full?.NormSquared, rollouts.Failures);

        DirectionalDerivative? Along(double[] direction)
        {
            double length = TensorPrimitives.Norm<double>(direction);
            DirectionalDerivative? result = null;
            if (length > 0 && double.IsFinite(length))
            {
                TensorPrimitives.Divide(direction, length, direction);
                result = derivative.Along(direction, step);
            }

            done += PairsOfDerivative;
            progress?.Invoke(done / pairs);
            return result;
        }
    }

    private static (IActorGradients Gradients, GradientMoments Moments) Sampled(
        IActorGradients gradients, int size, int batches, RandomStream random, CancellationToken cancellation)
    {
        float[][] vectors = [.. gradients.Names.Select(_ => new float[size])];
        var moments = new GradientMoments(vectors.Length, size);
        RandomStream drawing = random.Split("batches");
        for (int i = 0; i < batches; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            gradients.Compute(drawing, vectors);
            moments.Add(vectors);
        }

        return (gradients, moments);
    }

    private static int DefaultHorizon(double discount, Func<IEnvironment> create)
    {
        if (discount < 1)
        {
            return discount > 0 ? (int)Math.Ceiling(Math.Log(Negligible) / Math.Log(discount)) : 1;
        }

        using IEnvironment environment = create();
        return EnvironmentWrapper.Find<TimeLimit>(environment)?.Limit
            ?? throw new UserError("gamma is 1 and the task has no time limit: give a horizon");
    }
}
