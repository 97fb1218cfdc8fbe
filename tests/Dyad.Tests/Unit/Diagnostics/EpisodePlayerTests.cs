using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Environments.Recording;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Diagnostics;

[Trait("Category", "unit")]
public sealed class EpisodePlayerTests
{
    private static readonly SacOptions Small = new()
    {
        HiddenWidth = 8,
        BatchSize = 16,
        RandomSteps = 40,
        UpdateAfter = 40,
        Correction = new ResidualOptions { Residual = true, ResidualStart = ResidualStart.Random },
    };

    [Fact]
    public void Episodes_are_those_of_an_evaluation()
    {
        using IEnvironment task = Pendulum();
        GameAgent agent = Trained();
        IReadOnlyList<PlayedEpisode> played = EpisodePlayer.Play(task, "Pendulum-v1", new AgentPolicy(agent), agent, 2, seed: 7, TestContext.Current.CancellationToken);
        EvaluationResult evaluated = Evaluation.Play(task, agent, 2, seed: 7, TestContext.Current.CancellationToken);
        Assert.Equal([7L, 8L], played.Select(episode => episode.Seed));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(evaluated.Returns[i], played[i].Recording.Return, 1e-3);
            Assert.Equal(evaluated.Lengths[i], played[i].Actions.Count);
            Assert.Equal(evaluated.Lengths[i] + 1, played[i].Recording.Rows);
            Assert.Equal(RecordingEnd.Truncated, played[i].Recording.End);
        }
    }

    [Fact]
    public void Values_are_those_of_the_state_and_the_action_that_was_taken_there()
    {
        using IEnvironment task = Pendulum();
        GameAgent agent = Trained();
        PlayedEpisode played = EpisodePlayer.Play(task, "Pendulum-v1", new AgentPolicy(agent), agent, 1, seed: 0, TestContext.Current.CancellationToken)[0];
        Assert.Equal(["q", "w", "q + w", "entropy bonus"], played.Values.Select(value => value.Name));
        Assert.All(played.Values, value => Assert.Equal(played.Actions.Count, value.Values.Length));

        // A state and its action by hand, through a program of one row.
        const int Step = 3;
        (double theta, double speed) = (played.Recording.Row(Step)[0], played.Recording.Row(Step)[1]);
        Input<float> observation = new("s", 1, 3), action = new("a", 1, 1), noise = new("xi", 1, 1);
        new[] { (float)Math.Cos(theta), (float)Math.Sin(theta), (float)speed }.CopyTo(observation.Values);
        action.Values[0] = (float)played.Actions[Step][0];
        var builder = new ProgramBuilder<float>();
        Output<float>[] outputs = [.. agent.Values(observation, action, noise).Select(value => builder.Output(value.Value))];
        builder.Build().Run();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(outputs[i].Value, played.Values[i].Values[Step], 1e-4);
        }

        Assert.Equal(outputs[2].Value, outputs[0].Value + outputs[1].Value, 1e-5);
        Assert.NotEqual(0, outputs[1].Value);
    }

    [Fact]
    public void Playing_changes_nothing_in_the_agent()
    {
        using IEnvironment task = Pendulum();
        GameAgent agent = Trained();
        byte[] before = StateArchive.Save(agent.Serialize);
        EpisodePlayer.Play(task, "Pendulum-v1", new AgentPolicy(agent), agent, 1, seed: 0, TestContext.Current.CancellationToken);
        Assert.Equal(before, StateArchive.Save(agent.Serialize));
    }

    [Fact]
    public void An_on_policy_agent_shows_V_and_its_entropy_and_dqn_its_best_q()
    {
        LocatedTask located = TaskLocator.FindForAgents("CartPole-v1");
        using IEnvironment task = located.CreateForAgents();
        var epochs = new EpochAgent(AgentTask.Of(task), new ActorCriticOptions { HiddenWidth = 8 }, new RandomStream(1));
        PlayedEpisode played = EpisodePlayer.Play(task, "CartPole-v1", new AgentPolicy(epochs), epochs, 1, seed: 0, TestContext.Current.CancellationToken)[0];
        Assert.Equal(["V", "entropy"], played.Values.Select(value => value.Name));
        Assert.All(played.Values[1].Values, entropy => Assert.InRange(entropy, 0, (float)Math.Log(2) + 1e-5f));
        Assert.Equal(RecordingEnd.Terminated, played.Recording.End);

        var dqn = new Dqn(4, 2, new DqnOptions { HiddenWidth = 8 }, new RandomStream(1));
        Assert.Equal(["q"], EpisodePlayer.Play(task, "CartPole-v1", new AgentPolicy(dqn), dqn, 1, seed: 0, TestContext.Current.CancellationToken)[0].Values.Select(value => value.Name));
    }

    private static IEnvironment Pendulum() => TaskLocator.FindForAgents("Pendulum-v1").CreateForAgents();

    private static GameAgent Trained()
    {
        GameAgent agent = Sac.Agent(3, 1, Small, new RandomStream(3));
        using var training = new AgentTraining(agent, Pendulum, Pendulum(), evaluationEpisodes: 1, seed: 0);
        while (training.Step < 80)
        {
            training.Advance();
        }

        return agent;
    }
}
