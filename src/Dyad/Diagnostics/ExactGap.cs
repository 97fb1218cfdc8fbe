using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Diagnostics;

/// <summary>A direction of an actor, held against the exact gradient of J.</summary>
/// <param name="Name">As in <see cref="ActorGradients"/> where it is estimated on batches; with <c>-visited</c> where it is exact.</param>
/// <param name="NormSquared">|E g|^2, unbiased where it is estimated.</param>
/// <param name="Variance">E |g - E g|^2 of one batch; 0 where it is exact.</param>
/// <param name="Cosine">Between E g and grad J, with the jackknife's interval over batches.</param>
/// <param name="Projection">(E g)'grad J / |grad J|^2: how long E g is along grad J, in lengths of it.</param>
/// <param name="Distance">|E g - grad J| / |grad J|, unbiased under the root where it is estimated.</param>
/// <param name="CriticError">Of an exact direction, the root mean square of q - q_pi over the policy's visits; null otherwise.</param>
public sealed record ExactEstimatorGap(
    string Name, double NormSquared, double Variance, Estimate Cosine, Estimate Projection, double Distance, double? CriticError)
{
    /// <summary>|E g|^2 over the variance of one batch; infinite where it is exact.</summary>
    public double SignalToNoise => NormSquared / Variance;

    /// <summary>Whether nothing is estimated.</summary>
    public bool IsExact => CriticError is not null;
}

/// <summary>
/// The gap between actor-critic and policy gradient of a neural agent on a finite MDP (Wen et al. 2021, section 4), with the gradient of J
/// in the network's parameters exact: what an actor follows on batches, and what it would follow over its own policy's visits.
/// </summary>
/// <param name="Estimators">Those on batches first.</param>
/// <param name="Objective">J without the factor 1 - gamma: the expected sum of gamma^t (r_t + alpha H(pi(.|s_t))) over all steps.</param>
/// <param name="GradientNorm">|grad J|, of J with the factor 1 - gamma, a mean over states as the estimators are.</param>
/// <param name="Discount">gamma.</param>
/// <param name="EntropyWeight">alpha; 0 where J has no entropy.</param>
/// <param name="Mdp">The process.</param>
/// <param name="Parameters">Numbers in theta.</param>
/// <param name="ParameterNorm">|theta|.</param>
/// <param name="BatchSize">Transitions or steps in a batch; 0 where nothing is estimated.</param>
/// <param name="Batches">Batches of each estimator.</param>
/// <param name="IsOwnRule">Whether the total derivative is that of the agent's rule; otherwise of default options.</param>
public sealed record ExactGap(
    IReadOnlyList<ExactEstimatorGap> Estimators, double Objective, double GradientNorm, double Discount, double EntropyWeight, Mdp Mdp,
    int Parameters, double ParameterNorm, int BatchSize, int Batches, bool IsOwnRule)
{
    /// <summary>Batches of an estimator at least: the jackknife leaves one out.</summary>
    public const int FewestBatches = 3;

    /// <summary>Whether an agent's exact gradient is known: its policy is a softmax over finitely many actions, and it learns from rewards as they are.</summary>
    public static bool Knows(IAgent agent) => IsSoftmax(agent) && agent.Rewards is null;

    /// <summary>Holds an agent against the exact gradient; the agent is left as it was.</summary>
    /// <param name="agent">An agent whose policy is a softmax.</param>
    /// <param name="create">Makes its environment, which shows the states of the MDP.</param>
    /// <param name="mdp">The process; gamma is the agent's.</param>
    /// <param name="options">Batches, their size, and whether J counts the entropy; the rest is for rollouts.</param>
    /// <param name="random">Draws batches.</param>
    /// <param name="progress">Told the fraction that is done.</param>
    /// <param name="cancellation">Stops the measurement.</param>
    /// <exception cref="UserError">The policy is no softmax, its rewards are normalised, the task does not show the MDP's states, or there are fewer than three batches.</exception>
    public static ExactGap Of(IAgent agent, Func<IEnvironment> create, Mdp mdp, GapOptions options, RandomStream random,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        if (!IsSoftmax(agent))
        {
            throw new UserError("the exact gradient is known of policies that are a softmax over finitely many actions, and this is none");
        }

        // Clipped rewards are known step by step, and an MDP has their means.
        if (agent.Rewards is not null)
        {
            throw new UserError("the agent learns from normalised rewards, and the exact gradient is of the task's own: take the gradient from rollouts");
        }

        if (options.Batches < FewestBatches)
        {
            throw new UserError($"there are {options.Batches} batches; it takes {FewestBatches} for an interval");
        }

        double? entropyWeight = (agent as GameAgent)?.EntropyWeight;
        if (options.Entropy == true && entropyWeight is null)
        {
            throw new UserError("the method has no entropy to count in J: leave it out");
        }

        double temperature = options.Entropy == false ? 0 : entropyWeight ?? 0;
        mdp = mdp.WithDiscount(DiscountOf(agent));
        float[] seen = Seen(agent, create, mdp);
        var objective = new ExactObjective(
            mdp, StateTables.ToDouble(seen), StateTables.SizesOf(agent.Policy), agent.Head!.Activation, temperature);
        StateTables.ToDouble(agent.Policy.Values).CopyTo(objective.Theta.Values);
        objective.Evaluate();
        double[] truth = objective.Gradient();

        var rows = new List<ExactEstimatorGap>();
        int batchSize = BatchSizeOf(agent, options);
        bool isOwnRule = false;
        if (batchSize > 0)
        {
            IActorGradients gradients = agent is EpochAgent onPolicy
                ? new EpisodeGradients(onPolicy, create, batchSize, random.Split("solver"))
                : new ActorGradients((GameAgent)agent, batchSize, random.Split("solver"));
            using var owned = gradients as IDisposable;
            isOwnRule = gradients.IsOwnRule;
            rows.AddRange(Estimated(gradients, truth, options.Batches, random.Split("batches"), progress, cancellation));
        }

        rows.AddRange(new StateTables(agent, mdp, seen).Critics().Select(
            critic => Exact($"{critic.Name}-visited", objective.ActorG(critic.Values), truth, objective.CriticError(critic.Values))));
        return new ExactGap(
            rows, objective.Value / mdp.Normalizer, TensorPrimitives.Norm<double>(truth), mdp.Discount, temperature, mdp, truth.Length,
            TensorPrimitives.Norm<double>(objective.Theta.Values), batchSize, batchSize > 0 ? options.Batches : 0, isOwnRule);
    }

    private static bool IsSoftmax(IAgent agent) =>
        agent is GameAgent or EpochAgent or Reinforce or OneStepActorCritic && agent.Head?.Kind == PolicyKind.Categorical;

    private static double DiscountOf(IAgent agent) => agent switch
    {
        GameAgent game => game.Discount,
        EpochAgent epochs => epochs.Options.Discount,
        Reinforce reinforce => reinforce.Discount,
        _ => ((OneStepActorCritic)agent).Discount,
    };

    // A replay may hold nothing yet; methods that update after each step or episode have no batches.
    private static int BatchSizeOf(IAgent agent, GapOptions options) => agent switch
    {
        GameAgent { Transitions: > 0 } game => options.BatchSize ?? game.BatchSize,
        EpochAgent epochs => options.BatchSize ?? epochs.Options.StepsPerEpoch,
        _ => 0,
    };

    private static float[] Seen(IAgent agent, Func<IEnvironment> create, Mdp mdp)
    {
        using IEnvironment task = create();
        agent.Task.Require(task);
        double[] observations = StateObservations.Of(task, mdp.States);
        float[] seen = new float[observations.Length];
        int size = agent.Task.ObservationSize;
        for (int at = 0; at < seen.Length; at += size)
        {
            SeenObservation.Write(observations.AsSpan(at, size), agent.Scaler, seen.AsSpan(at, size));
        }

        return seen;
    }

    private static IEnumerable<ExactEstimatorGap> Estimated(IActorGradients gradients, double[] truth, int batches, RandomStream random,
        Action<double>? progress, CancellationToken cancellation)
    {
        float[][] vectors = [.. gradients.Names.Select(_ => new float[truth.Length])];
        double[][][] samples = [.. gradients.Names.Select(_ => new double[batches][])];
        for (int i = 0; i < batches; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            gradients.Compute(random, vectors);
            for (int k = 0; k < vectors.Length; k++)
            {
                samples[k][i] = StateTables.ToDouble(vectors[k]);
            }

            progress?.Invoke((i + 1.0) / batches);
        }

        return gradients.Names.Zip(samples, (name, own) => Estimated(name, own, truth));
    }

    private static ExactEstimatorGap Estimated(string name, double[][] samples, double[] truth)
    {
        var gradient = new SampledGradient(samples);
        double squared = TensorPrimitives.SumOfSquares<double>(truth), normSquared = gradient.NormSquared;
        Estimate projection = Estimate.Of([.. samples.Select(sample => TensorPrimitives.Dot<double>(sample, truth) / squared)]);
        return new ExactEstimatorGap(
            name, normSquared, samples.Average(sample => TensorPrimitives.SumOfSquares<double>(sample)) - normSquared,
            gradient.Cosine(truth, squared), projection, Math.Sqrt(Math.Max(0, (normSquared / squared) - (2 * projection.Mean) + 1)), CriticError: null);
    }

    private static ExactEstimatorGap Exact(string name, double[] direction, double[] truth, double criticError)
    {
        double norm = TensorPrimitives.Norm<double>(direction), length = TensorPrimitives.Norm<double>(truth);
        double inner = TensorPrimitives.Dot<double>(direction, truth);
        return new ExactEstimatorGap(
            name, norm * norm, Variance: 0, new Estimate(norm > 0 && length > 0 ? inner / (norm * length) : double.NaN, 0),
            new Estimate(inner / (length * length), 0), TensorPrimitives.Distance<double>(direction, truth) / length, criticError);
    }
}
