using Dyad.Core;

namespace Dyad.Environments.MuJoCo;

/// <summary>
/// Where the fields of mjModel and mjData are. They move between releases, so they are read from MuJoCo's own headers; for
/// 2.2.2, Debian's version, the few that the tasks use are known without them.
/// </summary>
/// <param name="Version">MuJoCo's version as its headers write it: 222 is 2.2.2.</param>
/// <param name="Model">Layout of mjModel.</param>
/// <param name="Data">Layout of mjData.</param>
internal sealed record MujocoLayout(int Version, StructLayout Model, StructLayout Data)
{
    // Headers that build on each other, as far as a release has them.
    private static readonly string[] Headers = ["mjtnum.h", "mjtype.h", "mjmodel.h", "mjthread.h", "mjdata.h", "mujoco.h"];

    /// <summary>Reads the layout from a folder with MuJoCo's headers.</summary>
    /// <exception cref="UserError">A header is missing or not understood.</exception>
    public static MujocoLayout Read(string folder)
    {
        try
        {
            HeaderParser parser = Parse(folder);
            return new MujocoLayout(
                parser.Constant("mjVERSION_HEADER") ?? throw new FormatException("mujoco.h names no version"),
                parser.Struct("mjModel_"),
                parser.Struct("mjData_"));
        }
        catch (FormatException e)
        {
            throw new UserError($"MuJoCo's headers in '{folder}' are not understood: {e.Message}", e);
        }
    }

    /// <summary>The version that a folder's headers name; null where they name none.</summary>
    public static int? VersionOf(string folder)
    {
        const string Name = "mjVERSION_HEADER";
        string text = File.ReadAllText(Path.Combine(folder, "mujoco.h"));
        int at = text.IndexOf(Name, StringComparison.Ordinal);
        string[] words = at < 0 ? [] : text[(at + Name.Length)..].Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0 && int.TryParse(words[0], out int version) ? version : null;
    }

    /// <summary>Reads the headers of a folder.</summary>
    internal static HeaderParser Parse(string folder) =>
        new(Headers.Select(name => Path.Combine(folder, name)).Where(File.Exists).Select(File.ReadAllText));

    /// <summary>The fields in use, at their places in MuJoCo 2.2.2 on a 64-bit machine.</summary>
    public static MujocoLayout Version222 { get; } = new(222, Table(ModelFields), Table(DataFields));

    private static StructLayout Table(string text) => new(
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Field)], size: 0, alignment: 8);

    // "type name offset [shape]"; a shape makes it a pointer, "[n]" an array inside the struct.
    private static StructField Field(string line)
    {
        string[] parts = line.Split(' ', 4);
        string? shape = parts.Length > 3 ? parts[3] : null;
        int count = shape is not null && shape.StartsWith('[') ? int.Parse(shape.AsSpan(1, shape.Length - 2)) : 1;
        bool isPointer = shape is not null && !shape.StartsWith('[');
        return new StructField(parts[1], parts[0], isPointer, int.Parse(parts[2]), count, isPointer ? shape : null);
    }

    private const string ModelFields =
        """
        int nq 0
        int nv 4
        int nu 8
        int na 12
        int nbody 16
        int njnt 20
        int ngeom 24
        int nsite 28
        mjtNum opt.timestep 232
        mjtNum qpos0 1096 nq x 1
        mjtNum body_mass 1240 nbody x 1
        mjtNum body_invweight0 1264 nbody x 2
        int dof_bodyid 1392 nv x 1
        mjtNum dof_armature 1456 nv x 1
        mjtNum dof_invweight0 1472 nv x 1
        int geom_type 1488 ngeom x 1
        int geom_bodyid 1520 ngeom x 1
        mjtNum geom_size 1592 ngeom x 3
        float geom_rgba 1664 ngeom x 4
        mjtNum actuator_ctrlrange 2792 nu x 2
        """;

    private const string DataFields =
        """
        mjWarningStat warning 24 [8]
        mjtNum time 40336
        mjtNum qpos 40376 nq x 1
        mjtNum qvel 40384 nv x 1
        mjtNum act 40392 na x 1
        mjtNum qacc_warmstart 40400 nv x 1
        mjtNum ctrl 40408 nu x 1
        mjtNum qacc 40448 nv x 1
        mjtNum xpos 40480 nbody x 3
        mjtNum xquat 40488 nbody x 4
        mjtNum xipos 40504 nbody x 3
        mjtNum geom_xpos 40536 ngeom x 3
        mjtNum geom_xmat 40544 ngeom x 9
        mjtNum site_xpos 40552 nsite x 3
        mjtNum cinert 40616 nbody x 10
        mjtNum cvel 40960 nbody x 6
        mjtNum qfrc_actuator 41088 nv x 1
        mjtNum qfrc_constraint 41136 nv x 1
        mjtNum cfrc_ext 41168 nbody x 6
        """;
}
