using Dyad.Core;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// A model in motion: MuJoCo's own arrays (mjData) as spans, by their names there. Belongs to one thread at a time.
/// After <see cref="Step"/>, what MuJoCo derives from the state (<see cref="BodyPositions"/> and all below it) is that of
/// the last substep's start, as in Gymnasium; only <see cref="Forward"/> brings it up to date.
/// </summary>
public sealed unsafe class MujocoSimulation : IDisposable
{
    private readonly MujocoLibrary _library;
    private readonly void* _model;
    private readonly byte* _warnings;
    private readonly int _warningKinds;
    private readonly double* _time;
    private readonly Vector[] _saved;
    private byte* _data;

    private readonly Vector _qpos, _qvel, _act, _warmStart, _ctrl, _xpos, _xquat, _xipos, _sites, _geomPositions,
        _geomRotations, _cinert, _cvel, _actuatorForces, _constraintForces, _contactForces;

    /// <summary>Makes the arrays of a model, in its initial state.</summary>
    /// <exception cref="UserError">The arrays are not where MuJoCo's headers put them.</exception>
    public MujocoSimulation(MujocoModel model)
    {
        Model = model;
        _library = model.Library;
        _model = model.Address;
        _data = (byte*)_library.MakeData(_model);
        StructLayout layout = _library.Layout.Data;
        _warnings = _data + layout["warning"].Offset;
        _warningKinds = layout["warning"].Count;
        _time = (double*)(_data + layout["time"].Offset);

        int bodies = model.BodyCount, velocities = model.VelocitySize;
        _qpos = Find("qpos", model.PositionSize);
        _qvel = Find("qvel", velocities);
        _act = Find("act", model.Integer("na"));
        _warmStart = Find("qacc_warmstart", velocities);
        _ctrl = Find("ctrl", model.ControlSize);
        _xpos = Find("xpos", bodies * 3);
        _xquat = Find("xquat", bodies * 4);
        _xipos = Find("xipos", bodies * 3);
        _sites = Find("site_xpos", model.Integer("nsite") * 3);
        _geomPositions = Find("geom_xpos", model.GeomCount * 3);
        _geomRotations = Find("geom_xmat", model.GeomCount * 9);
        _cinert = Find("cinert", bodies * 10);
        _cvel = Find("cvel", bodies * 6);
        _actuatorForces = Find("qfrc_actuator", velocities);
        _constraintForces = Find("qfrc_constraint", velocities);
        _contactForces = Find("cfrc_ext", bodies * 6);

        // The state proper, and the derived arrays that rewards and observations read one substep late.
        _saved =
        [
            _qpos, _qvel, _act, _warmStart, _ctrl, _xpos, _xquat, _xipos, _sites, _geomPositions, _geomRotations, _cinert, _cvel,
            _actuatorForces, _constraintForces, _contactForces,
        ];
        CheckItself();

        Vector Find(string name, int length) => new(*(double**)(_data + layout[name].Offset), length);
    }

    /// <summary>Frees a simulation that was not disposed of.</summary>
    ~MujocoSimulation() => Free();

    /// <summary>The model.</summary>
    public MujocoModel Model { get; }

    /// <summary>Simulated seconds since the last reset.</summary>
    public double Time => *_time;

    /// <summary>qpos: generalised positions.</summary>
    public Span<double> Positions => _qpos.Span;

    /// <summary>qvel: generalised velocities.</summary>
    public Span<double> Velocities => _qvel.Span;

    /// <summary>ctrl: what the actuators are told. MuJoCo clamps inside a step and leaves the numbers as they are.</summary>
    public Span<double> Controls => _ctrl.Span;

    /// <summary>xpos: position of each body's frame in metres, 3 numbers a body.</summary>
    public ReadOnlySpan<double> BodyPositions => _xpos.Span;

    /// <summary>xipos: position of each body's centre of mass in metres, 3 numbers a body.</summary>
    public ReadOnlySpan<double> BodyCentres => _xipos.Span;

    /// <summary>site_xpos: position of each site in metres, 3 numbers a site.</summary>
    public ReadOnlySpan<double> SitePositions => _sites.Span;

    /// <summary>cinert: inertia and mass of each body about the model's centre of mass, 10 numbers a body.</summary>
    public ReadOnlySpan<double> BodyInertias => _cinert.Span;

    /// <summary>cvel: rotational, then linear velocity of each body about the model's centre of mass, 6 numbers a body.</summary>
    public ReadOnlySpan<double> BodyVelocities => _cvel.Span;

    /// <summary>qfrc_actuator: forces of the actuators on each degree of freedom.</summary>
    public ReadOnlySpan<double> ActuatorForces => _actuatorForces.Span;

    /// <summary>qfrc_constraint: forces of constraints on each degree of freedom.</summary>
    public ReadOnlySpan<double> ConstraintForces => _constraintForces.Span;

    /// <summary>cfrc_ext: external torque and force on each body, 6 numbers a body; see <see cref="UpdateContactForces"/>.</summary>
    public ReadOnlySpan<double> ContactForces => _contactForces.Span;

    /// <summary>
    /// Whether MuJoCo complained since the last reset. Where a state is not finite or beyond 1e10 it has then reset itself.
    /// </summary>
    public bool HasWarning
    {
        get
        {
            // mjWarningStat is two integers: the last information, and how often.
            for (int kind = 0; kind < _warningKinds; kind++)
            {
                if (((int*)_warnings)[(2 * kind) + 1] != 0)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Back to the model's initial state (mj_resetData); derived quantities are not computed.</summary>
    public void Reset()
    {
        _library.ResetData(_model, _data);
        GC.KeepAlive(this);
    }

    /// <summary>Computes everything that derives from the state (mj_forward).</summary>
    public void Forward()
    {
        _library.Forward(_model, _data);
        GC.KeepAlive(this);
    }

    /// <summary>Advances by a number of simulator steps (mj_step).</summary>
    public void Step(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _library.Step(_model, _data);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Computes <see cref="ContactForces"/> (mj_rnePostConstraint).</summary>
    public void UpdateContactForces()
    {
        _library.RnePostConstraint(_model, _data);
        GC.KeepAlive(this);
    }

    /// <summary>Writes where a geom is: position in metres (3), rotation as a quaternion w, x, y, z (4).</summary>
    public void CopyGeomPose(int geom, Span<double> pose)
    {
        _geomPositions.Span.Slice(3 * geom, 3).CopyTo(pose);
        fixed (double* rotation = _geomRotations.Span.Slice(9 * geom, 9), quaternion = pose.Slice(3, 4))
        {
            _library.MatrixToQuaternion(quaternion, rotation);
        }

        GC.KeepAlive(this);
    }

    /// <summary>
    /// Saves or loads the state with the solver's warm start, the derived quantities and the warnings: a simulation goes on
    /// from it to the same bits.
    /// </summary>
    public void Serialize(StateArchive archive)
    {
        archive.Value("time", ref *_time);
        foreach (Vector vector in _saved)
        {
            archive.Array("mujoco", vector.Span);
        }

        archive.Array("warnings", new Span<int>(_warnings, 2 * _warningKinds));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    // A layout that does not fit the library would not survive this.
    private void CheckItself()
    {
        bool isSound = Model.Timestep is > 0 and < 1 && Model.PositionSize >= Model.VelocitySize && Model.ControlSize >= 0;
        if (isSound)
        {
            Reset();
            isSound = *_time == 0 && !HasWarning
                && _qpos.Span.SequenceEqual(Model.Array<double>("qpos0", Model.PositionSize))
                && !_qvel.Span.ContainsAnyExcept(0.0);
        }

        if (!isSound)
        {
            throw new UserError($"MuJoCo's library '{_library.Installation.Library}' does not keep its data where its headers say: "
                + "library and headers must be of one release");
        }
    }

    private void Free()
    {
        if (_data is not null)
        {
            _library.DeleteData(_data);
            _data = null;
        }
    }

    // An array of mjData: it stays where it is for the simulation's life.
    private readonly struct Vector(double* start, int length)
    {
        public Span<double> Span => new(start, length);
    }
}
