using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Diagnostics;

/// <summary>
/// s' = A s + B a with reward -(s^2 + a^2) from s uniform on [-1, 1], and a Gaussian policy a = k s + b + exp(l) xi: J and its
/// derivatives are known from recursions of the first two moments. It may terminate after a number of steps.
/// </summary>
internal sealed class LinearQuadraticTask(int length = int.MaxValue) : IEnvironment
{
    private const double A = 0.9, B = 0.5;

    private RandomStream _random = new(0);
    private double _state;
    private int _steps;

    public Space ObservationSpace { get; } = Box.Uniform(1, -100, 100);

    public Space ActionSpace { get; } = Box.Uniform(1, -100, 100);

    public void Reset(Span<double> observation, long? seed = null)
    {
        _random = seed is long s ? new RandomStream(s) : _random;
        observation[0] = _state = _random.Uniform(-1, 1);
        _steps = 0;
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double reward = -((_state * _state) + (action[0] * action[0]));
        observation[0] = _state = (A * _state) + (B * action[0]);
        return new StepResult(reward, Terminated: ++_steps >= length, Truncated: false);
    }

    public void Serialize(StateArchive archive)
    {
        archive.Value("state", ref _state);
        archive.Value("steps", ref _steps);
        _random.Serialize(archive);
    }

    public void Dispose()
    {
    }

    /// <summary>J of (k, b, l), where starts are not limited to those drawn.</summary>
    public static double Objective(ReadOnlySpan<double> theta, int horizon, double discount)
    {
        (double k, double b, double variance) = (theta[0], theta[1], Math.Exp(2 * theta[2]));
        double mean = 0, square = 1.0 / 3, weight = 1, sum = 0, c = A + (B * k);
        for (int t = 0; t < horizon; t++)
        {
            sum -= weight * (square + (k * k * square) + (2 * k * b * mean) + (b * b) + variance);
            square = (c * c * square) + (2 * c * B * b * mean) + (B * B * ((b * b) + variance));
            mean = (c * mean) + (B * b);
            weight *= discount;
        }

        return sum;
    }

    /// <summary>The gradient of J.</summary>
    public static double[] Gradient(double[] theta, int horizon, double discount) => [.. theta.Select((_, i) =>
    {
        const double E = 1e-6;
        double[] up = [.. theta], down = [.. theta];
        up[i] += E;
        down[i] -= E;
        return (Objective(up, horizon, discount) - Objective(down, horizon, discount)) / (2 * E);
    })];
}

/// <summary>Its policy.</summary>
internal sealed class LinearPolicy
{
    private readonly Parameter<float> _gain;
    private readonly Parameter<float> _bias;
    private readonly Parameter<float> _logDeviation;

    public LinearPolicy(params double[] theta)
    {
        _gain = Parameters.Add("gain", 1, 1);
        _bias = Parameters.Add("bias", 1, 1);
        _logDeviation = Parameters.Add("log deviation", 1, 1);
        for (int i = 0; i < theta.Length; i++)
        {
            Parameters.Values[i] = (float)theta[i];
        }
    }

    public Parameters<float> Parameters { get; } = new("actor");

    public ExploringPolicy On(int rows)
    {
        Input<float> s = new("s", rows, 1), xi = new("xi", rows, 1);
        return new ExploringPolicy(s, xi, new((_gain * s) + _bias + (Exp<float>(_logDeviation) * xi)));
    }
}
