using Dyad.Autodiff;
using Dyad.Numerics;

namespace Dyad.Studies.Definitions.Problems;

/// <summary>A policy, what it is rewarded for, the exact gradient of that, and estimators of the gradient from samples.</summary>
/// <param name="actor">The policy's parameters.</param>
/// <param name="samples">Independent samples in a batch.</param>
internal abstract class GradientProblem(Parameters<double> actor, int samples)
{
    /// <summary>The policy's parameters, theta.</summary>
    public Parameters<double> Actor { get; } = actor;

    /// <summary>Independent samples in a batch: actions of one step, or episodes.</summary>
    public int Samples { get; } = samples;

    /// <summary>grad_theta J, from the problem's definition.</summary>
    public abstract double[] ExactGradient { get; }

    /// <summary>Estimators by name, as objectives whose mean over rows has the estimate as its derivative; rows x 1.</summary>
    public abstract IReadOnlyList<(string Name, Expression<double> Objective)> Estimators { get; }

    /// <summary>Draws a batch.</summary>
    public abstract void Draw(RandomStream random);

    /// <summary>The value and the derivatives that expressions have now; for what is computed once.</summary>
    protected static double[][] Evaluate(params IReadOnlyList<Expression<double>>[] expressions)
    {
        var builder = new ProgramBuilder<double>();
        Output<double>[] outputs = [.. expressions.Select(builder.Output)];
        builder.Build().Run();
        return [.. outputs.Select(output => output.Values.ToArray())];
    }
}
