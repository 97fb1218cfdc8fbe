using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.MuJoCo;
using Dyad.Environments.Recording;
using Dyad.Numerics;

namespace Dyad.Tests.Unit.Environments.MuJoCo;

[Trait("Category", "unit")]
public sealed class MujocoEnvironmentTests
{
    private const int Steps = 50;

    public static IReadOnlyList<TheoryDataRow<string>> Tasks => [.. MujocoTasks.All.Select(task => new TheoryDataRow<string>(task.Name))];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Two_instances_with_one_seed_agree(string name)
    {
        using MujocoEnvironment one = MujocoTasks.Create(name), other = MujocoTasks.Create(name);
        Assert.Equal(Rollout(one, seed: 3, Steps), Rollout(other, seed: 3, Steps));
        Assert.NotEqual(Rollout(one, seed: 3, Steps), Rollout(other, seed: 4, Steps));
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void A_snapshot_continues_to_the_same_bits_in_another_instance(string name)
    {
        using MujocoEnvironment one = MujocoTasks.Create(name), other = MujocoTasks.Create(name);
        RandomStream actions = new RandomStream(8).Split("actions");
        var rows = new List<double>();
        double[] observation = new double[one.ObservationSpace.Size];
        one.Reset(observation, 5);
        Run(one, actions, 13, rows);
        byte[] environmentState = StateArchive.Save(one.Serialize), actionState = StateArchive.Save(actions.Serialize);
        double[] expected = Continue(one);

        // The other instance comes from another episode, and the first one from its own future.
        other.Reset(observation, 77);
        Run(other, actions, 4, []);
        foreach (MujocoEnvironment environment in new[] { other, one })
        {
            StateArchive.Load(environmentState, environment.Serialize);
            StateArchive.Load(actionState, actions.Serialize);
            Assert.Equal(expected, Continue(environment));
        }

        double[] Continue(MujocoEnvironment environment)
        {
            var future = new List<double>();
            Run(environment, actions, 20, future);

            // The random stream of resets is part of the state too.
            environment.Reset(observation);
            future.AddRange(observation);
            return [.. future];
        }
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void A_step_allocates_nothing(string name)
    {
        using MujocoEnvironment environment = MujocoTasks.Create(name);
        double[] observation = new double[environment.ObservationSpace.Size], action = new double[environment.ActionSpace.Size];
        double[] poses = new double[GeomShape.PoseSize * environment.Geoms.Count];
        environment.Reset(observation, 1);
        void Advance()
        {
            for (int i = 0; i < 20; i++)
            {
                environment.Step(action, observation);
                environment.GeomPoses(poses);
            }

            environment.Reset(observation);
        }

        Advance();
        Assert.Equal(0, Allocations.Of(Advance));
    }

    [Theory]
    [InlineData("HalfCheetah-v4")]
    [InlineData("Hopper-v4")]
    [InlineData("Humanoid-v5")]
    public void Two_threads_give_the_serial_results(string name)
    {
        const int Count = 4;
        double[][] serial = new double[Count][], parallel = new double[Count][];
        MujocoEnvironment[] environments = [.. Enumerable.Range(0, Count).Select(_ => MujocoTasks.Create(name))];
        for (int i = 0; i < Count; i++)
        {
            serial[i] = Rollout(environments[i], seed: i, 4 * Steps);
        }

        Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => parallel[i] = Rollout(environments[i], seed: i, 4 * Steps));
        Assert.Equal(serial, parallel);
        Array.ForEach(environments, environment => environment.Dispose());
    }

    [Fact]
    public void Models_compile_on_two_threads()
    {
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => MujocoTasks.All[i].Create().Dispose());
    }

    [Fact]
    public void A_wrong_action_names_the_task_and_the_value()
    {
        using MujocoEnvironment environment = MujocoTasks.Create("Hopper-v4");
        double[] observation = new double[environment.ObservationSpace.Size];
        environment.Reset(observation, 1);
        UserError size = Assert.Throws<UserError>(() => environment.Step([0, 0], observation));
        Assert.Equal("Hopper-v4: the action has 2 numbers; it must have 3", size.Message);
        UserError value = Assert.Throws<UserError>(() => environment.Step([0, double.NaN, 0], observation));
        Assert.Equal("Hopper-v4: component 1 of the action is NaN; it must be finite", value.Message);
        Assert.Throws<UserError>(() => environment.Step([0, double.PositiveInfinity, 0], observation));
        Assert.Throws<UserError>(() => environment.Step([0, 0, 0], new double[3]));
        Assert.Throws<UserError>(() => environment.Reset(new double[3]));
        Assert.False(environment.Step([0, 0, 0], observation).Failed);
    }

    /// <summary>MuJoCo resets a state beyond 1e10 by itself: in the first step of an episode, when time cannot go back, too.</summary>
    [Theory]
    [InlineData("HalfCheetah-v4", 0, 1e12)]
    [InlineData("HalfCheetah-v4", 3, double.NaN)]
    [InlineData("Humanoid-v4", 0, double.NaN)]
    [InlineData("Pusher-v5", 2, 1e12)]
    [InlineData("InvertedPendulum-v4", 1, double.NegativeInfinity)]
    public void A_state_that_the_simulator_resets_fails_the_episode(string name, int soundSteps, double velocity)
    {
        using MujocoEnvironment environment = MujocoTasks.Create(name);
        double[] observation = new double[environment.ObservationSpace.Size], action = new double[environment.ActionSpace.Size];
        environment.Reset(observation, 1);
        for (int i = 0; i < soundSteps; i++)
        {
            environment.Step(action, observation);
        }

        double[] sound = [.. observation];
        long warnings = MujocoErrors.Warnings;
        environment.Simulation.Velocities[0] = velocity;
        StepResult result = environment.Step(action, observation);
        Assert.Equal(new StepResult(Reward: 0, Terminated: false, Truncated: true, Failed: true), result);
        Assert.Equal(sound, observation);
        Assert.Equal(1, environment.Failures);
        Assert.True(MujocoErrors.Warnings > warnings);

        // Whoever goes on without a reset is told again; after a reset all is well.
        Assert.True(environment.Step(action, observation).Failed);
        environment.Reset(observation);
        Assert.False(environment.Step(action, observation).Failed);
        Assert.False(File.Exists("MUJOCO_LOG.TXT"));
    }

    [Theory]
    [InlineData("<motor name='elbow' joint='b'/>", "the motor 'elbow' of the MuJoCo model")]
    [InlineData("<motor joint='b'/>", "the motor 1, which has no name, of the MuJoCo model")]
    public void A_motor_without_a_control_range_is_named(string motor, string sentence)
    {
        using var folder = new TempFolder();
        string file = folder.PathOf("arm.xml");
        string Model(string second) => "<mujoco><worldbody><body><joint name='a'/><joint name='b' axis='1 0 0'/><geom size='0.1'/></body></worldbody>"
            + $"<actuator><motor name='shoulder' joint='a' ctrllimited='true' ctrlrange='-1 2'/>{second}</actuator></mujoco>";
        File.WriteAllText(file, Model(motor));
        string told = Assert.Throws<UserError>(() => new Arm(file)).Message;
        Assert.Contains($"{sentence} '{file}' has no control range", told, StringComparison.Ordinal);

        File.WriteAllText(file, Model("<motor joint='b' ctrllimited='false' ctrlrange='-3 3'/>"));
        using var arm = new Arm(file);
        var box = (Box)arm.ActionSpace;
        Assert.Equal([-1, -3], box.Low);
        Assert.Equal([2, 3], box.High);
    }

    private sealed class Arm(string file) : MujocoEnvironment("Arm", file, 1, simulation => simulation.Positions.Length)
    {
        protected override void AddNoise(Span<double> positions, Span<double> velocities, RandomStream stream)
        {
        }

        protected override void Observe(Span<double> observation) => Simulation.Positions.CopyTo(observation);

        protected override (double Reward, bool Terminated) Judge(ReadOnlySpan<double> action) => (0, false);
    }

    [Fact]
    public void Every_geom_has_a_shape_and_a_pose()
    {
        using MujocoEnvironment environment = MujocoTasks.Create("Reacher-v4");
        environment.ResetTo([0, 0, 0.05, -0.15], [0, 0, 0, 0], new double[11]);
        int target = environment.Geoms.ToList().FindIndex(geom => geom.Name == "target");
        double[] poses = new double[GeomShape.PoseSize * environment.Geoms.Count];
        environment.GeomPoses(poses);
        ReadOnlySpan<double> pose = poses.AsSpan(GeomShape.PoseSize * target, GeomShape.PoseSize);
        Assert.Equal("sphere", environment.Geoms[target].Kind);
        Assert.Equal(0.009f, environment.Geoms[target].Size[0]);
        Assert.Equal([0.05, -0.15, 0.01, 1, 0, 0, 0], pose.ToArray().Select(x => Math.Round(x, 12)));
        Assert.Equal(["plane", "capsule"], environment.Geoms.Take(2).Select(geom => geom.Kind));
        Assert.Throws<UserError>(() => environment.GeomPoses(new double[5]));
    }

    [Fact]
    public void An_episode_can_be_recorded()
    {
        using var recorder = new EpisodeRecorder(MujocoTasks.Create("Ant-v4"), "Ant-v4");
        double[] observation = new double[27];
        recorder.Reset(observation, 1);
        recorder.Step(new double[8], observation);
        Assert.Equal(2, recorder.Recording.Rows);
        Assert.Equal(14 * GeomShape.PoseSize, recorder.Recording.Row(1).Length);
        Assert.Equal(["ground x", "ground y"], recorder.Recording.Columns.Take(2));
        Assert.StartsWith("{\"geoms\":[{\"name\":\"ground\",\"kind\":\"plane\",", recorder.Recording.Scene, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_no_model_is_named()
    {
        Assert.StartsWith("there is no MuJoCo model", Assert.Throws<UserError>(() => MujocoModel.Load("/nowhere.xml")).Message, StringComparison.Ordinal);
        string file = Path.Combine(Directory.CreateTempSubdirectory("dyad").FullName, "bad.xml");
        File.WriteAllText(file, "<mujoco><worldbody><geom size='-1'/></worldbody></mujoco>");
        UserError error = Assert.Throws<UserError>(() => MujocoModel.Load(file));
        Assert.StartsWith($"MuJoCo does not accept the model '{file}': ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void An_unknown_task_is_named() =>
        Assert.StartsWith("there is no MuJoCo task 'Ant-v9'", Assert.Throws<UserError>(() => MujocoTasks.Create("Ant-v9")).Message, StringComparison.Ordinal);

    // Observations and rewards under random actions, with resets where episodes end.
    private static double[] Rollout(MujocoEnvironment environment, int seed, int steps)
    {
        var rows = new List<double>();
        double[] observation = new double[environment.ObservationSpace.Size];
        environment.Reset(observation, seed);
        rows.AddRange(observation);
        Run(environment, new RandomStream(seed).Split("actions"), steps, rows);
        return [.. rows];
    }

    private static void Run(MujocoEnvironment environment, RandomStream stream, int steps, List<double> rows)
    {
        var box = (Box)environment.ActionSpace;
        double[] observation = new double[environment.ObservationSpace.Size], action = new double[box.Size];
        for (int i = 0; i < steps; i++)
        {
            for (int k = 0; k < action.Length; k++)
            {
                action[k] = stream.Uniform(box.Low[k], box.High[k]);
            }

            StepResult result = environment.Step(action, observation);
            rows.AddRange(observation);
            rows.Add(result.Reward);
            rows.Add(result.Terminated ? 1 : 0);
            if (result.Done)
            {
                environment.Reset(observation);
            }
        }
    }

    [Theory]
    [InlineData("pusher.xml")]
    [InlineData("pusher_v5.xml")]
    public void Weights_of_sliders_are_restored_to_what_2_2_2_computes(string file)
    {
        using var model = MujocoModel.Load(Path.Combine(MujocoTasks.ModelFolder, file));
        Assert.SkipUnless(model.Library.Version < 300, "newer releases compute something else");
        int[] bodies = [model.Body("object"), model.Body("goal")];
        double[] sliders = model.Array<double>("dof_invweight0", model.VelocitySize).ToArray(), means = model.Array<double>("body_invweight0", 2 * model.BodyCount).ToArray();
        model.Writable<double>("dof_invweight0", model.VelocitySize)[^4..].Fill(7.6e7);
        foreach (int body in bodies)
        {
            model.Writable<double>("body_invweight0", 2 * model.BodyCount)[2 * body] = 7.6e7;
        }

        SliderWeights.Write(model, bodies);
        Assert.Equal(sliders, model.Array<double>("dof_invweight0", model.VelocitySize).ToArray(), (a, b) => Math.Abs(a - b) <= 1e-12 * a);
        Assert.Equal(means, model.Array<double>("body_invweight0", 2 * model.BodyCount).ToArray(), (a, b) => Math.Abs(a - b) <= 1e-12 * a);
    }

    [Theory]
    [InlineData("Pusher-v2")]
    [InlineData("Pusher-v4")]
    [InlineData("Pusher-v5")]
    public void A_push_moves_the_object(string name)
    {
        using IEnvironment task = EnvironmentRegistry.Create(name);
        double[] observation = new double[23], action = [0.85, 0.91, 0.09, 1.8, -1.71, -1.96, 0.48];
        task.Reset(observation, 1);
        (double x, double y) = (observation[17], observation[18]);
        double farthest = 0;
        for (int step = 0; step < 100; step++)
        {
            task.Step(action, observation);
            farthest = Math.Max(farthest, Math.Sqrt(Math.Pow(observation[17] - x, 2) + Math.Pow(observation[18] - y, 2)));
        }

        Assert.True(farthest > 0.3, $"{farthest} m");
    }

    [Fact]
    public void A_snapshot_of_another_MuJoCo_is_refused_by_name()
    {
        using IEnvironment task = EnvironmentRegistry.Create("Swimmer-v4");
        byte[] state = StateArchive.Save(task.Serialize);
        int own = MujocoLibrary.Shared.Version, at = state.AsSpan().IndexOf("mujoco_version"u8) + "mujoco_version".Length;
        Assert.Equal(own, BitConverter.ToInt32(state, at));
        BitConverter.TryWriteBytes(state.AsSpan(at), 3012000);
        string sentence = Assert.Throws<UserError>(() => StateArchive.Load(state, task.Serialize)).Message;
        Assert.StartsWith($"Swimmer-v4: this was computed by MuJoCo 3.12.0, and here is {MujocoVersion.Text(own)}", sentence, StringComparison.Ordinal);
        Assert.Equal($"MuJoCo {MujocoVersion.Text(own)}", Dyad.Environments.Wrappers.EnvironmentWrapper.Find<ISimulated>(task)!.Software);
    }
}
