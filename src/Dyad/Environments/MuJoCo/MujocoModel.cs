using System.Runtime.InteropServices;
using System.Text;
using Dyad.Core;

namespace Dyad.Environments.MuJoCo;

/// <summary>A compiled model (mjModel): what MuJoCo made of an MJCF file. Not changed by simulating it.</summary>
public sealed unsafe class MujocoModel : IDisposable
{
    private const int MessageLength = 1000;

    // mjtObj: what a name belongs to.
    private const int BodyKind = 1;
    private const int GeomKind = 5;
    private const int SiteKind = 6;

    // Release 3.0.0 brought a kind before it.
    private const int ActuatorKind = 18, ActuatorKindSince300 = 19;

    // The compiler of MJCF is not made for several threads.
    private static readonly Lock Compiling = new();

    private byte* _model;

    private MujocoModel(MujocoLibrary library, byte* model, string file)
    {
        Library = library;
        _model = model;
        File = file;
    }

    /// <summary>Frees a model that was not disposed of.</summary>
    ~MujocoModel() => Free();

    /// <summary>The file it was compiled from.</summary>
    public string File { get; }

    /// <summary>Size of qpos.</summary>
    public int PositionSize => Integer("nq");

    /// <summary>Degrees of freedom: the size of qvel.</summary>
    public int VelocitySize => Integer("nv");

    /// <summary>Size of ctrl.</summary>
    public int ControlSize => Integer("nu");

    /// <summary>Number of bodies, the world included.</summary>
    public int BodyCount => Integer("nbody");

    /// <summary>Number of geoms.</summary>
    public int GeomCount => Integer("ngeom");

    /// <summary>Seconds of one simulator step.</summary>
    public double Timestep => *(double*)(_model + Library.Layout.Model["opt.timestep"].Offset);

    internal MujocoLibrary Library { get; }

    internal void* Address => _model;

    /// <summary>Compiles an MJCF file.</summary>
    /// <exception cref="UserError">There is no MuJoCo, no such file, or MuJoCo does not accept it.</exception>
    public static MujocoModel Load(string file)
    {
        MujocoLibrary library = MujocoLibrary.Shared;
        if (!System.IO.File.Exists(file))
        {
            throw new UserError($"there is no MuJoCo model '{file}'");
        }

        byte[] message = new byte[MessageLength];
        byte* model;
        fixed (byte* text = message, path = Encoding.UTF8.GetBytes(file + '\0'))
        {
            lock (Compiling)
            {
                model = (byte*)library.LoadXml(path, null, text, MessageLength);
            }
        }

        return model is not null ? new MujocoModel(library, model, file) : throw new UserError(
            $"MuJoCo does not accept the model '{file}': {Encoding.UTF8.GetString(message).TrimEnd('\0').ReplaceLineEndings(" ").Trim()}");
    }

    /// <summary>Number of a body.</summary>
    /// <exception cref="UserError">There is none of this name.</exception>
    public int Body(string name) => IdOf(BodyKind, name, "body");

    /// <summary>Number of a site.</summary>
    /// <exception cref="UserError">There is none of this name.</exception>
    public int Site(string name) => IdOf(SiteKind, name, "site");

    /// <summary>Name of a geom, empty where it has none.</summary>
    public string GeomName(int geom) => Marshal.PtrToStringUTF8((nint)Library.IdToName(_model, GeomKind, geom)) ?? "";

    /// <summary>Name of a body, empty where it has none.</summary>
    public string BodyName(int body) => Marshal.PtrToStringUTF8((nint)Library.IdToName(_model, BodyKind, body)) ?? "";

    /// <summary>Name of an actuator, empty where it has none.</summary>
    public string ActuatorName(int actuator) =>
        Marshal.PtrToStringUTF8((nint)Library.IdToName(_model, Library.Layout.Version >= 300 ? ActuatorKindSince300 : ActuatorKind, actuator)) ?? "";

    /// <summary>An array of numbers of the model, by its name in mjModel.</summary>
    internal ReadOnlySpan<T> Array<T>(string name, int length)
        where T : unmanaged => Writable<T>(name, length);

    /// <summary>The same, to be corrected before the first step.</summary>
    internal Span<T> Writable<T>(string name, int length)
        where T : unmanaged => new(*(void**)(_model + Library.Layout.Model[name].Offset), length);

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    internal int Integer(string name) => *(int*)(_model + Library.Layout.Model[name].Offset);

    private int IdOf(int kind, string name, string what)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            int id = Library.NameToId(_model, kind, text);
            return id >= 0 ? id : throw new UserError($"the MuJoCo model '{File}' has no {what} '{name}'");
        }
    }

    private void Free()
    {
        if (_model is not null)
        {
            Library.DeleteModel(_model);
            _model = null;
        }
    }
}
