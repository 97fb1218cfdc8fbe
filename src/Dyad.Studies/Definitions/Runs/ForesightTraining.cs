using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Studies.Definitions.Runs;

/// <summary>
/// Training of a leading actor whose foresight is held against its critic's answer (<see cref="Foresight"/>), by the same random numbers
/// in all rows. Metrics, m being the critic's steps: <c>foresight/answer_cosine_m</c>, <c>foresight/answer_ratio_m</c>,
/// <c>foresight/change_cosine_m</c>, <c>foresight/change_ratio_m</c>; and <c>foresight/step</c>, <c>foresight/foreseen</c>, the lengths of
/// the leader's step and of the answer that it foresees.
/// </summary>
internal sealed class ForesightTraining(
    AgentTraining training, Func<IEnvironment> create, int[] followerSteps, int draws, long from, RandomStream random)
    : MeasuredTraining(training, from)
{
    protected override void MeasureAgent(IMetrics metrics, CancellationToken cancellation)
    {
        Foresight foresight = Training.Agent is EpochAgent onPolicy
            ? Foresight.Of(onPolicy, create, followerSteps, draws, random.Split("row"))
            : Foresight.Of((GameAgent)Training.Agent, followerSteps, draws, random.Split("row"));
        metrics.Record("foresight/step", foresight.StepNorm);
        metrics.Record("foresight/foreseen", foresight.ForeseenNorm);
        foreach (FollowerChange change in foresight.Changes)
        {
            metrics.Record($"foresight/answer_cosine_{change.FollowerSteps}", change.AnswerCosine);
            metrics.Record($"foresight/answer_ratio_{change.FollowerSteps}", change.AnswerRatio);
            metrics.Record($"foresight/change_cosine_{change.FollowerSteps}", change.ChangeCosine);
            metrics.Record($"foresight/change_ratio_{change.FollowerSteps}", change.ChangeRatio);
        }
    }
}
