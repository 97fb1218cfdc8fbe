using Dyad.Core;
using Dyad.Environments.MuJoCo;

namespace Dyad.Tests.Unit.Environments.MuJoCo;

[Trait("Category", "unit")]
public sealed class LayoutTests
{
    /// <summary>The folders of releases for other systems, as their archives have them.</summary>
    [Theory]
    [InlineData("bin/mujoco.dll", "include/mujoco/mujoco.h")]
    [InlineData("lib/libmujoco.3.2.0.dylib", "include/mujoco/mujoco.h")]
    [InlineData("mujoco.framework/Versions/A/libmujoco.3.2.0.dylib", "mujoco.framework/Versions/A/Headers/mujoco.h")]
    [InlineData("lib/libmujoco.so.3.2.0", "include/mujoco/mujoco.h")]
    public void Releases_for_every_system_are_found(string library, string header)
    {
        using var release = new TempFolder();
        foreach (string file in new[] { library, header })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(release.PathOf(file))!);
            File.WriteAllText(release.PathOf(file), "");
        }

        Assert.Equal(
            new MujocoInstallation(Path.GetFullPath(release.PathOf(library)), Path.GetDirectoryName(release.PathOf(header))),
            MujocoInstallation.FromRoot(release.FullPath));
    }

    private static MujocoInstallation Debian => new("/usr/lib/libmujoco.so", "/usr/include/mujoco");

    [Fact]
    public void Offsets_follow_natural_alignment()
    {
        var parser = new HeaderParser(
        [
            """
            #define mjTWO 2         // a constant
            #define mjFOUR (mjTWO*2)
            typedef unsigned char mjtByte;
            typedef int64_t mjtSize;
            typedef enum mjtKind_ { mjA = 3, mjB, mjCOUNT } mjtKind;
            struct mjPart_ {              // a part
              mjtByte flag;               // one byte
              double weight[mjTWO];
            };
            typedef struct mjPart_ mjPart;
            """,
            """
            struct mjAll_ {
              // sizes
              int n; mjtSize size;        // two fields on a line
              char name[3];
              float rgb[mjFOUR][mjCOUNT];
              struct {                    // a struct without a type name
                int inner;
              } nested;
              /* a comment; with a semicolon
                 over two lines */
              mjPart part;
              mjtKind kind;
              unsigned int count;
              double*   values;           // their values   (n x mjTWO)
              const char *text;
              mjPart parts[2];
            };
            """,
        ]);
        StructLayout layout = parser.Struct("mjAll_");
        Assert.Equal(0, layout["n"].Offset);
        Assert.Equal(8, layout["size"].Offset);
        Assert.Equal(16, layout["name"].Offset);
        Assert.Equal(20, layout["rgb"].Offset);
        Assert.Equal(20, layout["rgb"].Count);
        Assert.Equal(100, layout["nested.inner"].Offset);
        Assert.Equal(112, layout["part.weight"].Offset);
        Assert.Equal(128, layout["kind"].Offset);
        Assert.Equal(132, layout["count"].Offset);
        Assert.Equal(136, layout["values"].Offset);
        Assert.Equal("n x mjTWO", layout["values"].Shape);
        Assert.True(layout["text"].IsPointer);
        Assert.Equal(152, layout["parts"].Offset);
        Assert.Equal(200, layout.Size);
    }

    /// <summary>What newer releases write: a struct and its name in one typedef, 64-bit sizes, products as lengths.</summary>
    [Fact]
    public void Newer_headers_are_understood()
    {
        var parser = new HeaderParser(
        [
            """
            #ifndef mjUSESINGLE
              typedef double mjtNum;
            #else
              typedef float mjtNum;
            #endif
            #define mjNISLAND 20        // islands {with statistics}
            #define mjNSOLVER 200
            typedef _Bool mjtBool;
            typedef int64_t mjtSize;
            typedef enum mjtWarning {     // without an underscore
              mjWARN_A = 1<<2,            // comment, with a comma
              mjNWARNING
            } mjtWarning;
            typedef struct mjStat_ {
              mjtNum  x;
              int     number;
            } mjStat;
            typedef struct mjData_ {
              mjtSize narena;             // size
              size_t  pstack;
              uintptr_t threadpool;
              mjtBool threadlock;
              mjStat  solver[mjNISLAND*mjNSOLVER];
              mjStat  warning[mjNWARNING];
              mjtNum  time;
              mjtBool* eq_active;         // active      (neq x 1)
              uintptr_t* plugin_data;     // plugin data (nplugin x 1)
            } mjData;
            """,
        ]);
        StructLayout layout = parser.Struct("mjData_");
        Assert.Equal(32, layout["solver"].Offset);
        Assert.Equal(4000, layout["solver"].Count);
        Assert.Equal(32 + (4000 * 16), layout["warning"].Offset);
        Assert.Equal(5, layout["warning"].Count);
        Assert.Equal(64112, layout["time"].Offset);
        Assert.Equal("neq x 1", layout["eq_active"].Shape);
        Assert.Equal(64128, layout["plugin_data"].Offset);
    }

    [Fact]
    public void The_embedded_table_is_what_the_headers_of_2_2_2_say()
    {
        Assert.SkipUnless(Directory.Exists(Debian.Headers), "no headers of Debian's MuJoCo");
        MujocoLayout read = MujocoLayout.Read(Debian.Headers!), known = MujocoLayout.Version222;
        Assert.SkipUnless(read.Version == 222, "Debian's MuJoCo is another version");
        foreach ((StructLayout expected, StructLayout actual) in new[] { (read.Model, known.Model), (read.Data, known.Data) })
        {
            Assert.All(actual.Fields, field => Assert.Equal(expected[field.Name], field));
        }

        // A C compiler's sizeof.
        Assert.Equal((3280, 41176), (read.Model.Size, read.Data.Size));
    }

    [Fact]
    public void Library_and_headers_must_be_of_one_release()
    {
        UserError missing = Assert.Throws<UserError>(() => MujocoLibrary.LayoutOf(new MujocoInstallation("/opt/libmujoco.so", null), 311));
        Assert.Contains("headers are missing", missing.Message, StringComparison.Ordinal);
        Assert.Equal(222, MujocoLibrary.LayoutOf(new MujocoInstallation("/opt/libmujoco.so", null), 222).Version);

        Assert.SkipUnless(Directory.Exists(Debian.Headers), "no headers of Debian's MuJoCo");
        UserError other = Assert.Throws<UserError>(() => MujocoLibrary.LayoutOf(Debian, 311));
        Assert.Contains("of version 3.1.1 and the headers in '/usr/include/mujoco' are of version 2.2.2", other.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(222, "2.2.2")]
    [InlineData(337, "3.3.7")]
    [InlineData(3005000, "3.5.0")]
    [InlineData(3012000, "3.12.0")]
    public void Both_forms_of_a_version_are_read(int version, string text) => Assert.Equal(text, MujocoVersion.Text(version));

    [Theory]
    [InlineData(null, "3.12.0")]
    [InlineData(3005000, "3.5.0")]
    [InlineData(337, "3.3.7")]
    [InlineData(222, "3.12.0")]
    public void Of_several_libraries_that_of_the_headers_is_taken_or_else_the_newest(int? headers, string expected)
    {
        using var root = new TempFolder();
        Directory.CreateDirectory(root.PathOf("lib"));
        foreach (string version in new[] { "3.12.0", "3.5.0", "3.3.7" })
        {
            File.WriteAllText(root.PathOf("lib", $"libmujoco.so.{version}"), "");
        }

        if (headers is not null)
        {
            Directory.CreateDirectory(root.PathOf("include"));
            File.WriteAllText(root.PathOf("include", "mujoco.h"), $"// header\n#define mjVERSION_HEADER  {headers} // version\n");
        }

        Assert.Equal(root.PathOf("lib", $"libmujoco.so.{expected}"), MujocoInstallation.FromRoot(root.FullPath).Library);
    }

    [Theory]
    [InlineData("lib", "include/mujoco")]
    [InlineData("bin", "include")]
    public void An_unpacked_release_is_found(string libraries, string headers)
    {
        string root = Directory.CreateTempSubdirectory("dyad").FullName;
        string library = Path.Combine(Directory.CreateDirectory(Path.Combine(root, libraries)).FullName, "libmujoco.so.3.1.6");
        string folder = Directory.CreateDirectory(Path.Combine(root, headers)).FullName;
        File.WriteAllText(library, "");
        Assert.Equal(new MujocoInstallation(library, null), MujocoInstallation.FromRoot(root));
        File.WriteAllText(Path.Combine(folder, "mujoco.h"), "");
        Assert.Equal(new MujocoInstallation(library, folder), MujocoInstallation.FromRoot(root));

        // Headers that say nothing are an error of one sentence too.
        Assert.Contains("names no version", Assert.Throws<UserError>(() => MujocoLayout.Read(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_without_MuJoCo_is_named()
    {
        UserError error = Assert.Throws<UserError>(() => MujocoInstallation.FromRoot("/nowhere"));
        Assert.StartsWith("DYAD_MUJOCO is '/nowhere'", error.Message, StringComparison.Ordinal);
    }
}
