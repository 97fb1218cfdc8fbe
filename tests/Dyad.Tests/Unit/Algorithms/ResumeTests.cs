using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>Every tabular learner goes on from its saved state to the bits of one that was never stopped.</summary>
[Trait("Category", "unit")]
public sealed class ResumeTests
{
    private static readonly Mdp Task = new GridMap("S..\n.#.\n..G").ToMdp(0.9, GoalRule.Restart);

    private static readonly Dictionary<string, Func<IIterative>> Sampled = new()
    {
        ["actor-o"] = () => new ActorOCritic(Task, new() { EpisodeLength = 20, BatchSize = 10 }, Stream),
        ["actor-g"] = () => new ActorGCritic(Task, new() { EpisodeLength = 20 }, Stream),
        ["actor-g over actions"] = () => new ActorGCritic(Task, new() { EpisodeLength = 20, SumOverActions = true }, Stream),
        ["stack-ac"] = () => new StackelbergActorCritic(Task, new() { EpisodeLength = 20, BatchSize = 10 }, Stream),
        ["res-ac"] = () => new ResidualActorCritic(Task, new() { EpisodeLength = 20, ResCriticSteps = 2 }, Stream),
        ["q-learning"] = () => new QLearning(Task, new() { EpisodeLength = 20 }, Stream),
        ["reinforce"] = () => new TabularReinforce(Task, new() { EpisodeLength = 20 }, Stream),
        ["one-step-ac"] = () => new TabularOneStepActorCritic(Task, new() { EpisodeLength = 20 }, Stream),
    };

    private static readonly Dictionary<string, Func<IIterative>> Learners = new(
    [
        .. Sampled,
        .. from actor in Enum.GetValues<ActorUpdate>()
           from critic in Enum.GetValues<CriticUpdate>()
           select KeyValuePair.Create<string, Func<IIterative>>(
               $"{actor} {critic}", () => new ExactActorCritic(Task, new() { Actor = actor, Critic = critic })),
    ]);

    public static TheoryData<string> Names => [.. Learners.Keys];

    private static RandomStream Stream => new(7);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_learner_goes_on_to_the_same_bits_from_wherever_it_was_stopped(string name)
    {
        var random = new RandomStream(1).Split(name);
        IIterative whole = Learners[name]();
        int done = 0;
        for (int stop = 0; stop < 4; stop++)
        {
            byte[] state = StateArchive.Save(whole.Serialize);
            IIterative resumed = Learners[name]();
            int detour = random.Index(3);
            for (int i = 0; i < detour; i++)
            {
                // Whatever it did before must not matter.
                resumed.Advance();
            }

            StateArchive.Load(state, resumed.Serialize);
            Assert.Equal(state, StateArchive.Save(resumed.Serialize));
            int steps = random.Index(6);
            for (int i = 0; i < steps; i++)
            {
                whole.Advance();
                // Looking must not touch.
                Row(resumed);
                resumed.Advance();
                done++;
                Assert.Equal(whole.Step, resumed.Step);
                Assert.Equal(Row(whole), Row(resumed));
            }

            Assert.Equal(StateArchive.Save(whole.Serialize), StateArchive.Save(resumed.Serialize));
        }

        Assert.NotEqual(0, done);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Measuring_changes_nothing(string name)
    {
        IIterative measured = Learners[name]();
        IIterative left = Learners[name]();
        for (int i = 0; i < 3; i++)
        {
            Row(measured);
            measured.Advance();
            left.Advance();
        }

        Assert.Equal(StateArchive.Save(left.Serialize), StateArchive.Save(measured.Serialize));
    }

    // Names and bits, so that a missing value equals a missing value.
    private static List<(string Name, long Bits)> Row(IIterative learner)
    {
        Recorder row = Recorder.Of(learner);
        Assert.NotEmpty(row.Values);
        return [.. row.Values.Select(entry => (entry.Name, BitConverter.DoubleToInt64Bits(entry.Value)))];
    }
}
