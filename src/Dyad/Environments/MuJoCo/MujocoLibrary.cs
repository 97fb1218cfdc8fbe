using System.Runtime.InteropServices;
using Dyad.Core;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// MuJoCo's functions, loaded at run time, and the layout of its structs. One library serves the whole process.
/// </summary>
internal sealed unsafe class MujocoLibrary
{
    // Errors of loading are not kept: a package may be installed in between.
    private static readonly Lock Loading = new();
    private static MujocoLibrary? _shared;

    public readonly delegate* unmanaged[Cdecl]<byte*, void*, byte*, int, void*> LoadXml;
    public readonly delegate* unmanaged[Cdecl]<void*, void> DeleteModel;
    public readonly delegate* unmanaged[Cdecl]<void*, void*> MakeData;
    public readonly delegate* unmanaged[Cdecl]<void*, void> DeleteData;
    public readonly delegate* unmanaged[Cdecl]<void*, void*, void> ResetData;
    public readonly delegate* unmanaged[Cdecl]<void*, void*, void> Forward;
    public readonly delegate* unmanaged[Cdecl]<void*, void*, void> Step;
    public readonly delegate* unmanaged[Cdecl]<void*, void*, void> RnePostConstraint;
    public readonly delegate* unmanaged[Cdecl]<double*, double*, void> MatrixToQuaternion;
    public readonly delegate* unmanaged[Cdecl]<void*, int, byte*, int> NameToId;
    public readonly delegate* unmanaged[Cdecl]<void*, int, int, byte*> IdToName;

    private MujocoLibrary(MujocoInstallation installation)
    {
        nint library = NativeLibrary.TryLoad(installation.Library, out nint handle)
            ? handle
            : throw new UserError($"MuJoCo's library '{installation.Library}' cannot be loaded on this machine");
        nint Export(string name) => NativeLibrary.TryGetExport(library, name, out nint address)
            ? address
            : throw new UserError($"MuJoCo's library '{installation.Library}' has no function '{name}'");

        Installation = installation;
        Version = ((delegate* unmanaged[Cdecl]<int>)Export("mj_version"))();
        Layout = LayoutOf(installation, Version);
        MujocoErrors.Install(library);
        LoadXml = (delegate* unmanaged[Cdecl]<byte*, void*, byte*, int, void*>)Export("mj_loadXML");
        DeleteModel = (delegate* unmanaged[Cdecl]<void*, void>)Export("mj_deleteModel");
        MakeData = (delegate* unmanaged[Cdecl]<void*, void*>)Export("mj_makeData");
        DeleteData = (delegate* unmanaged[Cdecl]<void*, void>)Export("mj_deleteData");
        ResetData = (delegate* unmanaged[Cdecl]<void*, void*, void>)Export("mj_resetData");
        Forward = (delegate* unmanaged[Cdecl]<void*, void*, void>)Export("mj_forward");
        Step = (delegate* unmanaged[Cdecl]<void*, void*, void>)Export("mj_step");
        RnePostConstraint = (delegate* unmanaged[Cdecl]<void*, void*, void>)Export("mj_rnePostConstraint");
        MatrixToQuaternion = (delegate* unmanaged[Cdecl]<double*, double*, void>)Export("mju_mat2Quat");
        NameToId = (delegate* unmanaged[Cdecl]<void*, int, byte*, int>)Export("mj_name2id");
        IdToName = (delegate* unmanaged[Cdecl]<void*, int, int, byte*>)Export("mj_id2name");
    }

    /// <summary>The library of this process, loaded when first asked for.</summary>
    /// <exception cref="UserError">There is no MuJoCo, or its library and headers do not fit together.</exception>
    public static MujocoLibrary Shared
    {
        get
        {
            lock (Loading)
            {
                return _shared ??= new MujocoLibrary(MujocoInstallation.Find());
            }
        }
    }

    /// <summary>Where it came from.</summary>
    public MujocoInstallation Installation { get; }

    /// <summary>Its version as MuJoCo writes it: 222 is 2.2.2.</summary>
    public int Version { get; }

    /// <summary>Layout of its structs.</summary>
    public MujocoLayout Layout { get; }

    /// <summary>The layout that fits a library's version.</summary>
    /// <exception cref="UserError">The headers are of another version, or there are none for a version other than 2.2.2.</exception>
    internal static MujocoLayout LayoutOf(MujocoInstallation installation, int version)
    {
        MujocoLayout layout = installation.Headers is string folder ? MujocoLayout.Read(folder) : MujocoLayout.Version222;
        return layout.Version == version ? layout : throw new UserError(installation.Headers is null
            ? $"MuJoCo's library '{installation.Library}' is of version {MujocoVersion.Text(version)}, and its headers are missing; without them only 2.2.2 can be used"
            : $"MuJoCo's library '{installation.Library}' is of version {MujocoVersion.Text(version)} and the headers in '{installation.Headers}' are of version {MujocoVersion.Text(layout.Version)}; they must be of one release");
    }
}
