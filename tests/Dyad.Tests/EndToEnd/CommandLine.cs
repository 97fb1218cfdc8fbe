using System.Diagnostics;
using System.Text;

namespace Dyad.Tests.EndToEnd;

/// <summary>The built command line, called as <c>./dyad</c> does, in a fresh folder of its own.</summary>
public sealed class CommandLine : IDisposable
{
    private static readonly string Assembly = Repository.PathOf("artifacts", "dyad", "Dyad.Cli.dll");

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>The working directory of every call.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("dyad-e2e-").FullName;

    /// <summary>Set for every call.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>A path in the folder.</summary>
    public string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>Writes a file for a call to read; returns its name.</summary>
    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
        return name;
    }

    /// <summary>A call, from start to end.</summary>
    public Task<Outcome> RunAsync(params string[] arguments) => EndAsync(Start(arguments), arguments);

    /// <summary>A call that must be refused as bad input and leave the folder as it was; returns its sentence.</summary>
    public async Task<string> RefuseAsync(params string[] arguments)
    {
        var before = Contents.Of(Folder);
        string sentence = (await RunAsync(arguments)).Refused();
        Assert.Equal(before, Contents.Of(Folder));
        return sentence;
    }

    /// <summary>A program of the repository or the system, from start to end.</summary>
    public Task<Outcome> RunProgramAsync(string program, params string[] arguments) => RunProgramAsync(Patience, program, arguments);

    /// <summary>The same, of one that may take longer: a build.</summary>
    public Task<Outcome> RunProgramAsync(TimeSpan patience, string program, params string[] arguments) =>
        EndAsync(StartProgram(program, arguments), patience, [program, .. arguments]);

    /// <summary>A call to be ended by <see cref="EndAsync(Process, string[])"/>, or before it by a signal.</summary>
    public Process Start(params string[] arguments)
    {
        if (!File.Exists(Assembly))
        {
            throw new InvalidOperationException($"{Assembly} is missing: './test e2e' builds it before the tests run.");
        }

        // A test run in the background of a shell ignores SIGINT, and so would its children.
        return StartProgram("env", ["--default-signal", "dotnet", Assembly, .. arguments]);
    }

    /// <summary>Waits for a call to end.</summary>
    public static Task<Outcome> EndAsync(Process process, params string[] arguments) => EndAsync(process, Patience, arguments);

    private static async Task<Outcome> EndAsync(Process process, TimeSpan limit, string[] arguments)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            using var patience = new CancellationTokenSource(limit);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"'{string.Join(' ', arguments)}' did not end within {limit.TotalSeconds} s; it wrote: "
                    + $"{await output}{await error}");
            }

            return new Outcome(string.Join(' ', arguments), process.ExitCode, await output, await error);
        }
    }

    private Process StartProgram(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach ((string name, string value) in Variables)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
