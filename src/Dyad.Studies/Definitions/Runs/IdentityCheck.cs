using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>Holds both sides of identities against each other, on one random problem a step. Metrics: <c>error/IDENTITY</c>.</summary>
internal abstract class IdentityCheck : IIterative
{
    private readonly (string Metric, string Statement)[] _identities;
    private readonly RandomStream _stream;
    private readonly double[] _errors;
    private long _step;

    /// <summary>A check of identities.</summary>
    /// <param name="seed">Seed of the problems.</param>
    /// <param name="identities">Their metrics, with what each holds against what.</param>
    protected IdentityCheck(int seed, (string Metric, string Statement)[] identities)
    {
        _identities = identities;
        _stream = new RandomStream(seed).Split("theorems");
        _errors = new double[identities.Length];
        Array.Fill(_errors, double.NaN);
    }

    public long Step => _step;

    public void Advance()
    {
        CheckProblem(_stream);
        _step++;
    }

    public void Measure(IMetrics metrics)
    {
        for (int i = 0; i < _errors.Length; i++)
        {
            metrics.Record($"error/{_identities[i].Metric}", _errors[i]);
        }
    }

    public void Serialize(StateArchive archive)
    {
        archive.Value("step", ref _step);
        _stream.Serialize(archive);

        // A checkpoint may lie between a step and its measurement.
        archive.Array("errors", _errors.AsSpan());
    }

    /// <summary>Draws a problem and records the error of each identity on it.</summary>
    protected abstract void CheckProblem(RandomStream stream);

    /// <summary>Records the error of an identity, relative to the size of its reference side.</summary>
    protected void Record(string metric, double error, double scale) =>
        _errors[Array.FindIndex(_identities, identity => identity.Metric == metric)] = error / Math.Max(scale, 1e-300);
}
