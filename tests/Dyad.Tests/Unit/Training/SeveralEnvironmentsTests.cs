using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Tests.Unit.Algorithms;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>Methods with a replay in several environments, with returns of several steps, clips and schedules.</summary>
[Trait("Category", "unit")]
public sealed class SeveralEnvironmentsTests
{
    public static TheoryData<string> Methods => ["sac", "ddpg", "td3", "sac-v", "dqn", "stsac-al", "res-sac"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_identity_is_learned_in_four_environments(string method)
    {
        using AgentTraining training = SmallTasks.Train(
            method, SmallTasks.IdentityOf(method), changes: [.. SmallTasks.SmallOf(method), ("environments", "4"), ("n_steps", "2")]);
        while (training.Step < 3000)
        {
            training.Advance();
        }

        Assert.Equal(3000, training.Step);
        Recorder row = Recorder.Of(training);

        // Ten steps an episode, in four environments.
        Assert.Equal(300, row["train/episodes"]);
        Assert.InRange(row["eval/return"], -0.5, 0);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_step_allocates_nothing(string method)
    {
        using AgentTraining training = SmallTasks.Train(
            method, SmallTasks.ClassicOf(method), changes:
            [
                .. SmallTasks.SmallOf(method), ("environments", "3"), ("n_steps", "4"), ("gradient_clip", "0.1"), ("rate_schedule", "linear"),
                ("schedule_steps", "2000"), ("update_every", "3"),
            ]);
        Advance(training, 400);
        Assert.Equal(0, Allocations.Of(() => Advance(training, 150)));
    }

    [Fact]
    public void Each_environment_has_episodes_of_its_own()
    {
        var starts = new List<double>();
        using AgentTraining training = SmallTasks.Train("sac", () => new Watched(starts), changes: [.. SmallTasks.Small, ("environments", "5")]);

        // Of those in training; the evaluation's is reset later.
        Assert.Equal(5, starts.Distinct().Count());
    }

    [Theory]
    [InlineData("td3", "Hopper-v4")]
    [InlineData("sac", "InvertedPendulum-v4")]
    public async Task MuJoCo_is_learned_to_the_same_bits_on_any_thread_and_after_a_stop(string method, string task)
    {
        byte[] whole = Policy(Train(300)), stopped = Policy(Resumed());
        byte[][] together = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Policy(Train(300)), TestContext.Current.CancellationToken)));
        Assert.Equal(whole, stopped);
        Assert.All(together, policy => Assert.Equal(whole, policy));

        AgentTraining Create() => SmallTasks.Train(
            method, () => new RescaleAction(EnvironmentRegistry.Create(task)), seed: 2, episodes: 1,
            [("hidden_width", "16"), ("batch_size", "16"), ("random_steps", "30"), ("update_after", "40"), ("environments", "3"), ("n_steps", "3")]);

        AgentTraining Train(int steps)
        {
            AgentTraining training = Create();
            while (training.Step < steps)
            {
                training.Advance();
            }

            return training;
        }

        AgentTraining Resumed()
        {
            using AgentTraining first = Train(141);
            using var folder = new TempFolder();
            first.SaveRows(folder.FullPath);
            AgentTraining second = Create();
            StateArchive.Load(StateArchive.Save(first.Serialize), second.Serialize);
            second.LoadRows(folder.FullPath);
            while (second.Step < 300)
            {
                second.Advance();
            }

            return second;
        }

        static byte[] Policy(AgentTraining training)
        {
            using (training)
            {
                return System.Runtime.InteropServices.MemoryMarshal.AsBytes(training.Agent.Policy.Values).ToArray();
            }
        }
    }

    private static void Advance(AgentTraining training, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            training.Advance();
        }
    }

    // Writes down where episodes that have a seed begin.
    private sealed class Watched(List<double> starts) : EnvironmentWrapper(SmallTasks.Identity())
    {
        public override void Reset(Span<double> observation, long? seed = null)
        {
            base.Reset(observation, seed);
            if (seed is not null)
            {
                starts.Add(observation[0]);
            }
        }

        public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation) => Inner.Step(action, observation);
    }
}
