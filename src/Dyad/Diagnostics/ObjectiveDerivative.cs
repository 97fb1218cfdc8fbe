using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Numerics;

namespace Dyad.Diagnostics;

/// <summary>Whether a difference quotient is a derivative.</summary>
public enum Linearity
{
    /// <summary>The quotients at e and e/2 differ by at most a fifth, interval included.</summary>
    Linear,

    /// <summary>Their difference may or may not be larger than a fifth: more rollouts would tell.</summary>
    Unclear,

    /// <summary>They differ by more than a fifth, interval included: the step is too large, or J too rough.</summary>
    NotLinear,
}

/// <summary>The derivative of J along a unit direction, as difference quotients over rollouts with common random numbers.</summary>
/// <param name="Full">At the step e.</param>
/// <param name="Half">At e/2: nearer to the derivative, and noisier where J is rough.</param>
/// <param name="Change">The first minus the second, paired.</param>
/// <param name="Samples">The quotient at e of each rollout, to be paired with those of other directions.</param>
public sealed record DirectionalDerivative(Estimate Full, Estimate Half, Estimate Change, IReadOnlyList<double> Samples)
{
    private const double Tolerance = 0.2;

    /// <summary>Whether the quotient at e is in its linear range.</summary>
    public Linearity Linearity
    {
        get
        {
            double change = Math.Abs(Change.Mean), allowed = Tolerance * Math.Abs(Full.Mean);
            return change + Change.HalfWidth <= allowed ? Linearity.Linear
                : change - Change.HalfWidth > allowed ? Linearity.NotLinear
                : Linearity.Unclear;
        }
    }
}

/// <summary>
/// Derivatives of J(theta) = E over starts and noise of a rollout's sum, by central differences in which both branches have the
/// same starts, the same noise and the same random stream of the environment.
/// </summary>
/// <param name="rollouts">Plays the policy.</param>
/// <param name="policy">theta; changed while something is computed, and put back.</param>
/// <param name="starts">One rollout starts from each.</param>
/// <param name="objective">What a rollout sums.</param>
/// <param name="noise">Noise of the actions, the same for all derivatives.</param>
internal sealed class ObjectiveDerivative(
    PolicyRollouts rollouts, Parameters<float> policy, IReadOnlyList<StartState> starts, RolloutObjective objective, RandomStream noise)
{
    private readonly float[] _theta = new float[policy.Count];
    private readonly double[] _down = new double[starts.Count];

    /// <summary>J at theta.</summary>
    public Estimate Value()
    {
        double[] returns = new double[starts.Count];
        rollouts.Play(starts, objective, noise, returns);
        return Estimate.Of(returns);
    }

    /// <summary>(J(theta + e v) - J(theta - e v)) / 2e of each rollout.</summary>
    /// <param name="direction">v, of any length.</param>
    /// <param name="step">e.</param>
    public double[] Quotients(ReadOnlySpan<double> direction, double step)
    {
        double[] up = new double[starts.Count];
        policy.Values.CopyTo(_theta);
        try
        {
            Move(direction, step);
            rollouts.Play(starts, objective, noise, up);
            Move(direction, -step);
            rollouts.Play(starts, objective, noise, _down);
        }
        finally
        {
            _theta.CopyTo(policy.Values);
        }

        TensorPrimitives.Subtract(up, _down, up);
        TensorPrimitives.Divide(up, 2 * step, up);
        return up;
    }

    /// <summary>The derivative along a direction, at e and at e/2.</summary>
    /// <param name="direction">v, a unit vector.</param>
    /// <param name="step">e.</param>
    public DirectionalDerivative Along(ReadOnlySpan<double> direction, double step)
    {
        double[] full = Quotients(direction, step), half = Quotients(direction, step / 2);
        return new DirectionalDerivative(Estimate.Of(full), Estimate.Of(half), Estimate.OfDifferences(full, half), full);
    }

    /// <summary>The gradient of J, coordinate by coordinate; only sensible for few parameters.</summary>
    /// <param name="step">e.</param>
    /// <param name="progress">Told the fraction that is done.</param>
    public SampledGradient Gradient(double step, Action<double> progress)
    {
        double[][] gradients = [.. starts.Select(_ => new double[policy.Count])];
        double[] unit = new double[policy.Count];
        for (int j = 0; j < unit.Length; j++)
        {
            unit[j] = 1;
            double[] quotients = Quotients(unit, step);
            unit[j] = 0;
            for (int i = 0; i < quotients.Length; i++)
            {
                gradients[i][j] = quotients[i];
            }

            progress((j + 1.0) / unit.Length);
        }

        return new SampledGradient(gradients);
    }

    private void Move(ReadOnlySpan<double> direction, double step)
    {
        Span<float> values = policy.Values;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(_theta[i] + (step * direction[i]));
        }
    }
}
