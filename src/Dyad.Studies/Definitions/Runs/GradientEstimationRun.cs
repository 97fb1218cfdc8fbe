using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Studies.Definitions.Problems;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>
/// Estimates one gradient again and again, by all estimators from the same samples, and holds mean and variance against the
/// exact gradient g. Steps count samples.
/// </summary>
internal sealed class GradientEstimationRun : IIterative
{
    // Differences below this share of |g| are rounding.
    private const double Rounding = 1e-10;

    private readonly GradientProblem _problem;
    private readonly RandomStream _random;
    private readonly double[] _exact;
    private readonly double _exactNorm;
    private readonly Output<double>[] _estimates;
    private readonly CompiledProgram _program;
    private readonly RunningMoments[] _moments;
    private readonly double[] _row;
    private long _step;

    public GradientEstimationRun(GradientProblem problem, int seed)
    {
        _problem = problem;
        _random = new RandomStream(seed).Split("samples");
        _exact = problem.ExactGradient;
        _exactNorm = TensorPrimitives.Norm<double>(_exact);
        var builder = new ProgramBuilder<double>();
        _estimates = [.. problem.Estimators.Select(x => builder.Output(Derivatives.Gradient(Operations.Mean(x.Objective), problem.Actor)))];
        _program = builder.Build();

        // The coordinates of an estimate, and its length along g in units of |g|.
        _row = new double[_exact.Length + 1];
        _moments = [.. _estimates.Select(_ => new RunningMoments(_row.Length))];
    }

    public long Step => _step;

    public void Advance()
    {
        _problem.Draw(_random);
        _program.Run();
        for (int i = 0; i < _estimates.Length; i++)
        {
            _estimates[i].Values.CopyTo(_row);
            _row[^1] = TensorPrimitives.Dot<double>(_estimates[i].Values, _exact) / (_exactNorm * _exactNorm);
            _moments[i].Add(_row);
        }

        _step += _problem.Samples;
    }

    public void Measure(IMetrics metrics)
    {
        double[] variances = [.. _moments.Select(Variance)];
        for (int i = 0; i < _moments.Length; i++)
        {
            RunningMoments moments = _moments[i];
            bool any = moments.Count > 1;
            string name = _problem.Estimators[i].Name;
            ReadOnlySpan<double> mean = moments.Mean[.._exact.Length];
            metrics.Record($"bias/{name}", any ? moments.Mean[^1] - 1 : double.NaN);
            metrics.Record($"error/{name}", any ? TensorPrimitives.Distance<double>(mean, _exact) / _exactNorm : double.NaN);
            metrics.Record($"z/{name}", any ? LargestZ(moments) : double.NaN);
            metrics.Record($"variance/{name}", variances[i]);
            metrics.Record($"ratio/{name}", variances[i] / variances[0]);
        }
    }

    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        _random.Serialize(archive);
        foreach (RunningMoments moments in _moments)
        {
            moments.Serialize(archive);
        }
    }

    // Of one sample, summed over the coordinates.
    private double Variance(RunningMoments moments) => moments.Count < 2
        ? double.NaN
        : _problem.Samples * Enumerable.Range(0, _exact.Length).Sum(moments.Variance);

    // The largest error of a coordinate in its standard errors.
    private double LargestZ(RunningMoments moments)
    {
        double largest = 0;
        for (int i = 0; i < _exact.Length; i++)
        {
            double error = Math.Abs(moments.Mean[i] - _exact[i]);
            if (error > Rounding * _exactNorm)
            {
                largest = Math.Max(largest, error / Math.Sqrt(moments.Variance(i) / moments.Count));
            }
        }

        return largest;
    }
}
