using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Diagnostics;

/// <summary>How a critic's parameters move after a step of a leading actor, against how the actor foresees it.</summary>
/// <param name="FollowerSteps">m, steps of the critic after the leader's.</param>
/// <param name="AnswerCosine">Cosine between the foreseen answer and the part of the critic's change that the leader's step causes: with it less without it, all else the same.</param>
/// <param name="AnswerRatio">Length of that part in units of the foreseen answer.</param>
/// <param name="ChangeCosine">Cosine between the foreseen answer and the whole change of the critic.</param>
/// <param name="ChangeRatio">Length of the whole change in units of the foreseen answer.</param>
public readonly record struct FollowerChange(int FollowerSteps, double AnswerCosine, double AnswerRatio, double ChangeCosine, double ChangeRatio);

/// <summary>
/// Does the critic answer as the leading actor foresees? Foreseen is dw = -(D22 f2 + lambda I)^-1 D21 f2 dtheta
/// (<see cref="FollowerResponse{T}"/>) for the step dtheta of the leader's next update, with the rule's curvature and damping, solved
/// well; what follows are m steps of the critic by its own optimiser on batches or episodes of its own. All lengths and cosines are
/// those of expectations, by products of different draws only, and NaN where a squared length comes out as not positive.
/// </summary>
/// <param name="StepNorm">|dtheta|.</param>
/// <param name="ForeseenNorm">|E dw|, NaN where it drowns in noise.</param>
/// <param name="Changes">For each number of steps.</param>
public sealed record Foresight(double StepNorm, double ForeseenNorm, IReadOnlyList<FollowerChange> Changes)
{
    private const int Iterations = 200;
    private const double Tolerance = 1e-4;

    /// <summary>Measures an off-policy agent whose actor leads; it is left as it was.</summary>
    /// <param name="agent">The agent, with experience.</param>
    /// <param name="followerSteps">Numbers of the critic's steps, rising.</param>
    /// <param name="draws">Independent draws, at least 2.</param>
    /// <param name="random">Draws batches.</param>
    public static Foresight Of(GameAgent agent, int[] followerSteps, int draws, RandomStream random)
    {
        byte[] state = StateArchive.Save(agent.Serialize);
        float[] theta = agent.Policy.Values.ToArray(), w = agent.Critic.Values.ToArray();
        agent.Update();
        float[] step = Less(agent.Policy.Values, theta);
        Restore();

        var leading = new LeaderOnBatch(agent, Player.Actor, agent.BatchSize, corrected: true, random.Split("solver"));
        leading.Draw(random.Split("leader"));
        leading.Directions.Actor.Compute();
        double damping = leading.Directions.Leading.Total.UsedDamping;
        var response = new FollowerResponse<float>(leading.Combined, new ConjugateGradient<float>(w.Length, Iterations, Tolerance));
        return Measure(step, w.Length, followerSteps, draws, (draw, foreseen, with, without) =>
        {
            leading.Draw(random.Split($"foreseen-{draw}"));
            step.CopyTo(response.Step);
            response.Compute(damping);
            response.Answer.CopyTo(foreseen);
            Follow(without);
            TensorPrimitives.Add(agent.Policy.Values, step, agent.Policy.Values);
            Follow(with);

            void Follow(float[][] changes)
            {
                RandomStream batches = random.Split($"followed-{draw}");
                for (int i = 0, done = 0; i < followerSteps.Length; done = followerSteps[i++])
                {
                    agent.MoveCritic(followerSteps[i] - done, batches);
                    Less(agent.Critic.Values, w).CopyTo(changes[i], 0);
                }

                Restore();
            }
        });

        void Restore() => StateArchive.Load(state, agent.Serialize);
    }

    /// <summary>Measures an on-policy agent whose actor leads, on episodes played for it; it is left as it was.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="create">Makes its environment.</param>
    /// <param name="followerSteps">Numbers of the critic's steps, rising.</param>
    /// <param name="draws">Independent epochs, at least 2.</param>
    /// <param name="random">Draws episodes.</param>
    public static Foresight Of(EpochAgent agent, Func<IEnvironment> create, int[] followerSteps, int draws, RandomStream random)
    {
        using var batch = new EpochBatch(agent, create);
        EpochAgent copy = batch.Copy;
        EpisodeDirection leading = batch.Leading(agent.Options.EpisodeForm, random.Split("solver"));
        float[] theta = agent.Policy.Values.ToArray(), w = agent.Critic.Values.ToArray();
        batch.Restore(leading);
        batch.Draw(random.Split("leader"));
        leading.Compute();
        copy.MoveActor(leading.Values);
        float[] step = Less(copy.Policy.Values, theta);
        double damping = leading.Leader.Total.UsedDamping;
        FollowerResponse<float>? response = null;
        Game<float>? game = null;
        return Measure(step, w.Length, followerSteps, draws, (draw, foreseen, with, without) =>
        {
            // The critic learns from the episodes of the next epoch, whose actor has moved.
            batch.Draw(random.Split($"epoch-{draw}"));
            leading.Compute();
            if (!ReferenceEquals(game, leading.Leader.Combined))
            {
                game = leading.Leader.Combined;
                response = new FollowerResponse<float>(game, new ConjugateGradient<float>(w.Length, Iterations, Tolerance));
            }

            step.CopyTo(response!.Step);
            response.Compute(damping);
            response.Answer.CopyTo(foreseen);
            Follow(without);
            batch.Draw(random.Split($"epoch-{draw}"), step);
            Follow(with);

            void Follow(float[][] changes)
            {
                for (int i = 0, done = 0; i < followerSteps.Length; done = followerSteps[i++])
                {
                    copy.MoveCritic(followerSteps[i] - done);
                    Less(copy.Critic.Values, w).CopyTo(changes[i], 0);
                }
            }
        });
    }

    private static Foresight Measure(
        float[] step, int size, int[] followerSteps, int draws, Action<int, float[], float[][], float[][]> draw)
    {
        // Foreseen; then of each number of steps what the leader's step causes, and the whole change.
        int count = followerSteps.Length;
        var moments = new GradientMoments(1 + (2 * count), size);
        float[] foreseen = new float[size];
        float[][] with = [.. followerSteps.Select(_ => new float[size])], without = [.. followerSteps.Select(_ => new float[size])];
        for (int i = 0; i < draws; i++)
        {
            draw(i, foreseen, with, without);
            moments.Add([foreseen, .. with.Zip(without, (a, b) => Less(a, b)), .. with]);
        }

        double length = moments.Inner(0, 0);
        return new Foresight(
            TensorPrimitives.Norm<float>(step), Math.Sqrt(length),
            [.. followerSteps.Select((m, i) => new FollowerChange(
                m, moments.Cosine(0, 1 + i), Ratio(1 + i), moments.Cosine(0, 1 + count + i), Ratio(1 + count + i)))]);

        double Ratio(int vector) => length > 0 ? Math.Sqrt(moments.Inner(vector, vector) / length) : double.NaN;
    }

    private static float[] Less(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float[] result = new float[a.Length];
        TensorPrimitives.Subtract(a, b, result);
        return result;
    }
}
