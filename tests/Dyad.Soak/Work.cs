using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.MuJoCo;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Soak;

/// <summary>What goes on at once, each in a thread of its own, until it is stopped: what a server does that trains and acts.</summary>
/// <param name="folder">Where runs are.</param>
internal sealed class Work(string folder)
{
    private const int Steps = 1500;

    // Methods that turns are taken among: off-policy with a leader and a correction, on-policy, discrete.
    private static readonly (string Method, string Task, (string, string)[] Changes)[] Runs =
    [
        ("sac", "Pendulum-v1", [("random_steps", "100"), ("update_after", "100"), ("batch_size", "32"), ("replay_capacity", "5000")]),
        ("stsac-al", "Pendulum-v1", [("random_steps", "100"), ("update_after", "100"), ("update_every", "5"), ("batch_size", "16"), ("replay_capacity", "5000")]),
        ("res-td3", "Pendulum-v1", [("random_steps", "100"), ("update_after", "100"), ("update_every", "2"), ("batch_size", "32"), ("replay_capacity", "5000")]),
        ("dqn", "CartPole-v1", [("update_after", "100"), ("batch_size", "32"), ("replay_capacity", "5000")]),
        ("ac", "CartPole-v1", [("steps_per_epoch", "500"), ("environments", "2")]),
    ];

    private Policy? _policy;
    private long _trainings, _resumed, _evaluations, _actions, _episodes;

    /// <summary>How often each was done.</summary>
    public IReadOnlyList<(string Name, long Count)> Counts =>
    [
        ("trainings", Interlocked.Read(ref _trainings)), ("resumed", Interlocked.Read(ref _resumed)), ("evaluations", Interlocked.Read(ref _evaluations)),
        ("actions", Interlocked.Read(ref _actions)), ("mujoco_episodes", Interlocked.Read(ref _episodes)),
    ];

    /// <summary>The loops, one a thread.</summary>
    public IReadOnlyList<Action<CancellationToken>> Loops => [Train, Evaluate, Act, Act, .. MujocoInstallation.TryFind() is null ? [] : (Action<CancellationToken>[])[Simulate]];

    // Run after run, each stopped once and gone on with; the folder of the one before last goes.
    private void Train(CancellationToken stop)
    {
        var loop = new RunLoop(TimeProvider.System, BuildIdentity.Of(), "soak", TimeSpan.FromSeconds(1));
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            (string name, string task, (string, string)[] changes) = Runs[i % Runs.Length];
            var method = MethodCatalog.Agent(name).With([("hidden_width", "16"), .. changes]);
            IEnvironment Create()
            {
                IEnvironment made = EnvironmentRegistry.Create(task);
                return made.ActionSpace is Box ? new RescaleAction(made) : made;
            }

            AgentTask spaces;
            using (IEnvironment once = Create())
            {
                spaces = AgentTask.Of(once);
            }

            var config = new RunConfig(MethodConfig.Of(method.Id, method.Options), new TaskConfig(task), new TrainingConfig(i), new MeasuringConfig(500, 1));
            var run = new Run(
                config, () => new AgentTraining(method.Create(spaces, new RandomStream(i).Split("agent")), Create, Create(), evaluationEpisodes: 1, seed: i), Steps,
                (learner, path) => ((AgentTraining)learner).SavePolicies(path));
            string path = Path.Combine(folder, $"run-{i}");
            using (var halfway = CancellationTokenSource.CreateLinkedTokenSource(stop))
            {
                try
                {
                    loop.Execute(new RunDirectory(path), run, progress =>
                    {
                        if (progress.Step >= Steps / 2)
                        {
                            halfway.Cancel();
                        }
                    }, _ => { }, halfway.Token);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref _resumed);
                }
            }

            try
            {
                loop.Execute(new RunDirectory(path), run, _ => { }, _ => { }, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (spaces.ActionCount == 0)
            {
                Volatile.Write(ref _policy, Policy.Load(Path.Combine(path, "policy-best.safetensors")));
            }

            Interlocked.Increment(ref _trainings);
            string old = Path.Combine(folder, $"run-{i - 1}");
            if (Directory.Exists(old))
            {
                Directory.Delete(old, recursive: true);
            }
        }
    }

    private void Evaluate(CancellationToken stop)
    {
        for (long seed = 0; !stop.IsCancellationRequested; seed++)
        {
            if (Volatile.Read(ref _policy) is not { } policy)
            {
                Thread.Sleep(20);
                continue;
            }

            using IEnvironment task = EnvironmentRegistry.Create("Pendulum-v1");
            Evaluation.Play(task, policy, episodes: 1, seed, CancellationToken.None);
            Interlocked.Increment(ref _evaluations);
        }
    }

    // Requests as they come to a server, some of them wrong.
    private void Act(CancellationToken stop)
    {
        double[] observation = [1, 0, 0], action = new double[1];
        var stream = new RandomStream(Environment.CurrentManagedThreadId);
        while (!stop.IsCancellationRequested)
        {
            Thread.Sleep(1);
            if (Volatile.Read(ref _policy) is { } policy)
            {
                for (int i = 0; i < 20; i++)
                {
                    observation[0] = stream.Uniform(-1, 1);
                    policy.Act(observation, action);
                    policy.Sample(observation, action, stream);
                }

                try
                {
                    policy.Act(observation.AsSpan(0, 2), action);
                }
                catch (UserError)
                {
                }

                Interlocked.Add(ref _actions, 40);
            }
        }
    }

    // Models are compiled and freed, as where a task is made for each request.
    private void Simulate(CancellationToken stop)
    {
        double[] motors = new double[6];
        var stream = new RandomStream(3);
        while (!stop.IsCancellationRequested)
        {
            using IEnvironment cheetah = EnvironmentRegistry.Create("HalfCheetah-v4");
            double[] observation = new double[cheetah.ObservationSpace.Size];
            cheetah.Reset(observation, seed: 0);
            for (int i = 0; i < 50; i++)
            {
                cheetah.ActionSpace.Sample(stream, motors);
                cheetah.Step(motors, observation);
            }

            Interlocked.Increment(ref _episodes);
            Thread.Sleep(5);
        }
    }
}
