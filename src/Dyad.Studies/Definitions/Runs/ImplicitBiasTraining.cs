using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>
/// Training of a leading actor whose implicit part is estimated at each row from some step on, from batches of several sizes n; the
/// largest size stands for the truth g. Metrics, each in units of |E g|^2: <c>implicit/squared_bias_n</c> |E g_n - E g|^2, unbiased,
/// so that it may be negative by chance, and <c>implicit/variance_n</c> E |g_n - E g_n|^2 of one batch; and
/// <c>implicit/squared_norm</c> |E g|^2 itself.
/// </summary>
/// <param name="training">The training; owned by this object from now on.</param>
/// <param name="sizes">Sizes of batches, the largest last.</param>
/// <param name="batches">Independent batches of each size.</param>
/// <param name="from">The first step at which there is a measurement.</param>
/// <param name="random">Draws batches; the same numbers in all rows.</param>
internal sealed class ImplicitBiasTraining(AgentTraining training, int[] sizes, int batches, long from, RandomStream random)
    : MeasuredTraining(training, from)
{
    protected override void MeasureAgent(IMetrics metrics, CancellationToken cancellation)
    {
        var agent = (GameAgent)Training.Agent;
        if (agent.Transitions == 0)
        {
            return;
        }

        RandomStream row = random.Split("row");
        int parameters = agent.Policy.Count, last = sizes.Length - 1;
        ActorGradients[] gradients = [.. sizes.Select(size => new ActorGradients(agent, size, row.Split("solver")))];
        float[][] estimates = [.. gradients[0].Names.Select(_ => new float[parameters])];
        float[][] parts = [.. sizes.Select(_ => new float[parameters])];
        int plain = Named("plain"), led = Named("stackelberg");
        var moments = new GradientMoments(sizes.Length, parameters);
        for (int i = 0; i < batches; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int n = 0; n < sizes.Length; n++)
            {
                // What the leader adds to the plain ascent direction on the same batch.
                gradients[n].Compute(row, estimates);
                for (int k = 0; k < parameters; k++)
                {
                    parts[n][k] = estimates[led][k] - estimates[plain][k];
                }
            }

            moments.Add(parts);
        }

        double truth = moments.Inner(last, last);
        metrics.Record("implicit/squared_norm", truth);
        for (int n = 0; n < sizes.Length; n++)
        {
            metrics.Record($"implicit/variance_{sizes[n]}", moments.Variance(n) / truth);
            if (n < last)
            {
                metrics.Record($"implicit/squared_bias_{sizes[n]}", (moments.Inner(n, n) - (2 * moments.Inner(n, last)) + truth) / truth);
            }
        }

        int Named(string name) => gradients[0].Names.ToList().IndexOf(name);
    }
}
