using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>Training whose agent is looked at in each row from some step on, in ways that training does not notice.</summary>
/// <param name="training">The training; owned by this object from now on.</param>
/// <param name="from">The first step at which the agent is looked at.</param>
internal abstract class MeasuredTraining(AgentTraining training, long from) : IIterative, IAppendOnlyState, IDisposable
{
    /// <summary>What is measured.</summary>
    public AgentTraining Training { get; } = training;

    public long Step => Training.Step;

    public void Advance() => Training.Advance();

    public void Measure(IMetrics metrics) => Measure(metrics, CancellationToken.None);

    public void Measure(IMetrics metrics, CancellationToken cancellation)
    {
        Training.Measure(metrics, cancellation);
        if (Step >= from)
        {
            MeasureAgent(metrics, cancellation);
        }
    }

    public void Serialize(StateArchive archive) => Training.Serialize(archive);

    public void SaveRows(string folder) => Training.SaveRows(folder);

    public void LoadRows(string folder) => Training.LoadRows(folder);

    public void Dispose() => Training.Dispose();

    /// <summary>A variant whose runs are measured; what it leaves in their folders is as without.</summary>
    /// <param name="variant">Of a neural method.</param>
    /// <param name="gap">How they are measured, as it stands in <c>config.json</c>.</param>
    /// <param name="measured">Makes the measured training of one, with the stream of its seed.</param>
    public static Variant Of(Variant variant, JsonObject gap, Func<AgentTraining, RandomStream, MeasuredTraining> measured) => variant with
    {
        Gap = gap,
        Create = seed => measured((AgentTraining)variant.Create(seed), new RandomStream(seed)),
        Export = (learner, folder) => variant.Export!(((MeasuredTraining)learner).Training, folder),
    };

    /// <summary>Looks at the agent.</summary>
    protected abstract void MeasureAgent(IMetrics metrics, CancellationToken cancellation);
}
