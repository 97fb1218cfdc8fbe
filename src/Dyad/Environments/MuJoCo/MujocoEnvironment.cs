using Dyad.Core;
using Dyad.Environments.Recording;
using Dyad.Numerics;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A task on MuJoCo: what all of them share. Reset puts the simulation into its initial state, adds the task's noise and
/// computes derived quantities once; a step hands the action to the actuators as it is, and simulates
/// <see cref="FrameSkip"/> substeps. A task says what it observes, what it pays and when it ends.
/// </summary>
/// <remarks>
/// Derived quantities (body positions and all that follows) are not brought up to date after a step: Gymnasium reads them
/// so, one substep late.
/// </remarks>
public abstract class MujocoEnvironment : IEnvironment, IRecordable, ISimulated
{
    private readonly double[] _observation;
    private RandomStream _stream;
    private long _failures;

    /// <summary>Loads a task's model.</summary>
    /// <param name="name">The task's name, for messages.</param>
    /// <param name="model">An MJCF file; a bare name is one of Dyad's own in <see cref="MujocoTasks.ModelFolder"/>.</param>
    /// <param name="frameSkip">Simulator steps a step.</param>
    /// <param name="observationSize">Numbers in an observation, given the simulation.</param>
    /// <exception cref="UserError">There is no MuJoCo, it does not accept the model, or a motor of it has no control range.</exception>
    protected MujocoEnvironment(string name, string model, int frameSkip, Func<MujocoSimulation, int> observationSize)
    {
        Name = name;
        FrameSkip = frameSkip;
        Simulation = new MujocoSimulation(MujocoModel.Load(Path.Combine(MujocoTasks.ModelFolder, model)));
        StepSeconds = Simulation.Model.Timestep * frameSkip;
        _stream = new RandomStream(0);
        _observation = new double[observationSize(Simulation)];
        ObservationSpace = Box.Uniform(_observation.Length, double.NegativeInfinity, double.PositiveInfinity);

        ActionSpace = Actions(Simulation.Model);
    }

    /// <summary>The task's name.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public Space ObservationSpace { get; }

    /// <summary>The actuators' control ranges. MuJoCo clamps to them inside a step; what an action costs is not clamped.</summary>
    public Space ActionSpace { get; }

    /// <summary>Simulator steps a step.</summary>
    public int FrameSkip { get; }

    /// <summary>Simulated seconds a step: gym's <c>dt</c>.</summary>
    public double StepSeconds { get; }

    /// <summary>Episodes that MuJoCo gave up on: it warned, or reset a state that was not finite or beyond 1e10.</summary>
    public long Failures => _failures;

    /// <summary>The simulator's state and all that it derives from it.</summary>
    public MujocoSimulation Simulation { get; }

    /// <summary>Geoms of the model in their order: shapes that a replay needs beside the poses.</summary>
    public IReadOnlyList<GeomShape> Geoms => field ??= GeomShape.Of(Simulation.Model);

    /// <summary>The numbers of <see cref="GeomPoses"/>, by geom.</summary>
    public IReadOnlyList<string> Columns => field ??= GeomShape.Columns(Geoms);

    /// <inheritdoc/>
    public double TimeStep => StepSeconds;

    /// <inheritdoc/>
    public string Software => $"MuJoCo {MujocoVersion.Text(MujocoLibrary.Shared.Version)}";

    /// <summary>The geoms' shapes as JSON: name, kind, size, color and body of each, as in <see cref="GeomShape"/>.</summary>
    public string Scene => field ??= GeomShape.ToJson(Geoms);

    /// <inheritdoc/>
    public void CopyRow(Span<double> row) => GeomPoses(row);

    /// <inheritdoc/>
    public void Reset(Span<double> observation, long? seed = null)
    {
        CheckSize(observation.Length, _observation.Length, "observation");
        if (seed is long number)
        {
            _stream = new RandomStream(number).Split("reset");
        }

        DrawState();
        Simulation.Forward();
        Observe(_observation);
        _observation.CopyTo(observation);
    }

    /// <summary>Starts an episode in a given state instead of a random one.</summary>
    /// <param name="positions">qpos; a quaternion that is not of unit length is normalised by MuJoCo.</param>
    /// <param name="velocities">qvel.</param>
    /// <param name="observation">Receives the first observation.</param>
    /// <exception cref="UserError">A span has another size than the model's.</exception>
    public void ResetTo(ReadOnlySpan<double> positions, ReadOnlySpan<double> velocities, Span<double> observation)
    {
        CheckSize(positions.Length, Simulation.Positions.Length, "qpos");
        CheckSize(velocities.Length, Simulation.Velocities.Length, "qvel");
        CheckSize(observation.Length, _observation.Length, "observation");
        Simulation.Reset();
        positions.CopyTo(Simulation.Positions);
        velocities.CopyTo(Simulation.Velocities);
        Simulation.Forward();
        Observe(_observation);
        _observation.CopyTo(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        ActionCheck.Box(Name, action, Simulation.Controls.Length);
        CheckSize(observation.Length, _observation.Length, "observation");
        MujocoSimulation simulation = Simulation;
        BeforeStep();
        double start = simulation.Time;
        action.CopyTo(simulation.Controls);
        simulation.Step(FrameSkip);

        // After a reset by the simulator the time has gone back, or a warning stands.
        if (simulation.Time <= start || simulation.HasWarning)
        {
            _failures++;
            _observation.CopyTo(observation);
            return new StepResult(Reward: 0, Terminated: false, Truncated: true, Failed: true);
        }

        if (ReadsContactForces)
        {
            simulation.UpdateContactForces();
        }

        Observe(_observation);
        _observation.CopyTo(observation);
        (double reward, bool terminated) = Judge(action);
        return new StepResult(reward, terminated, Truncated: false);
    }

    /// <summary>
    /// Writes where each geom is, for a replay: 7 numbers a geom, position in metres (3), then rotation as a quaternion
    /// w, x, y, z (4). After a step they are those of the last substep's start.
    /// </summary>
    /// <param name="poses">Receives 7 x <see cref="Geoms"/> numbers.</param>
    /// <exception cref="UserError">The span has another size.</exception>
    public void GeomPoses(Span<double> poses)
    {
        int count = Simulation.Model.GeomCount;
        CheckSize(poses.Length, GeomShape.PoseSize * count, "poses");
        for (int geom = 0; geom < count; geom++)
        {
            Simulation.CopyGeomPose(geom, poses.Slice(GeomShape.PoseSize * geom, GeomShape.PoseSize));
        }
    }

    /// <inheritdoc/>
    public void Serialize(StateArchive archive)
    {
        int own = MujocoLibrary.Shared.Version, version = own;
        archive.Value("mujoco_version", ref version);
        if (version != own)
        {
            throw new UserError(
                $"{Name}: this was computed by MuJoCo {MujocoVersion.Text(version)}, and here is {MujocoVersion.Text(own)}, whose steps differ: let {MujocoInstallation.RootVariable} name that release, or begin anew");
        }

        Simulation.Serialize(archive);
        archive.Array("observation", _observation.AsSpan());
        archive.Value("failures", ref _failures);
        _stream.Serialize(archive);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Simulation.Dispose();
        Simulation.Model.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether observation or reward read <see cref="MujocoSimulation.ContactForces"/>, which cost extra time.</summary>
    protected virtual bool ReadsContactForces => false;

    /// <summary>Changes the initial state (qpos0, zero) into a random one.</summary>
    protected abstract void AddNoise(Span<double> positions, Span<double> velocities, RandomStream stream);

    /// <summary>Writes the observation of the present state.</summary>
    protected abstract void Observe(Span<double> observation);

    /// <summary>Keeps what the reward needs from before the step.</summary>
    protected virtual void BeforeStep()
    {
    }

    /// <summary>The reward of the step just made, and whether the episode ended by the task's rule.</summary>
    /// <param name="action">The action as it was given.</param>
    protected abstract (double Reward, bool Terminated) Judge(ReadOnlySpan<double> action);

    // As in gym, a range counts whether or not MuJoCo clamps to it (ctrllimited); where none was given, it is [0, 0].
    private static Box Actions(MujocoModel model)
    {
        int controls = model.ControlSize;
        ReadOnlySpan<double> ranges = model.Array<double>("actuator_ctrlrange", 2 * controls);
        var actions = new Box(new double[controls], new double[controls]);
        for (int i = 0; i < controls; i++)
        {
            (actions.Low[i], actions.High[i]) = (ranges[2 * i], ranges[(2 * i) + 1]);
            if (!(actions.Low[i] < actions.High[i]))
            {
                string name = model.ActuatorName(i);
                throw new UserError($"the {(name.Length > 0 ? $"motor '{name}'" : $"motor {i}, which has no name,")} of the MuJoCo model "
                    + $"'{model.File}' has no control range, of which an action is: give it one, like ctrlrange=\"-1 1\"");
            }
        }

        return actions;
    }

    // A random initial state, before MuJoCo normalises quaternions.
    internal void DrawState()
    {
        Simulation.Reset();
        AddNoise(Simulation.Positions, Simulation.Velocities, _stream);
    }

    private void CheckSize(int length, int expected, string what)
    {
        if (length != expected)
        {
            throw new UserError($"the span of the {what} for '{Name}' has {length} numbers; it must have {expected}");
        }
    }
}
