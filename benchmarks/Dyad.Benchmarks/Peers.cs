using System.Diagnostics;
using System.Text;
using Dyad.Core;

namespace Dyad.Benchmarks;

/// <summary>
/// The other libraries that benchmarks stand beside: PyTorch as Debian or <c>pip</c> brings it, and TorchSharp, which a .NET user would
/// take instead. One that is not there, or that would be measured with the reference BLAS, is named in a sentence and left out.
/// </summary>
public static class Peers
{
    private static string TorchSharpProject => Path.Combine(Suite.RepositoryRoot, "benchmarks", "peers", "TorchSharp");

    private static string TorchSharpFolder => Path.Combine(Suite.RepositoryRoot, "artifacts", "peers", "TorchSharp");

    /// <summary>Starts all that are there.</summary>
    /// <param name="tell">Told in a sentence what is left out, and why.</param>
    public static IReadOnlyList<PeerProcess> Start(Action<string> tell)
    {
        var peers = new List<PeerProcess>();
        string script = Path.Combine(Suite.RepositoryRoot, "benchmarks", "peers", "updates.py");
        if (File.Exists("/usr/bin/python3") && File.Exists(script))
        {
            Add("PyTorch", new ProcessStartInfo("/usr/bin/python3", [script]));
        }

        string program = Path.Combine(TorchSharpFolder, "TorchSharpPeer.dll");
        if (File.Exists(program))
        {
            Add("TorchSharp", new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", [program]));
        }
        else
        {
            tell("TorchSharp is left out: it is not built ('dyad bench --fetch-peers' restores and builds it, about 200 MB).");
        }

        return peers;

        void Add(string library, ProcessStartInfo start)
        {
            (PeerProcess? peer, string? refused) = PeerProcess.Start(start);
            if (peer is not null)
            {
                peers.Add(peer);
            }
            else
            {
                tell($"{library} is left out: {refused}");
            }
        }
    }

    /// <summary>Restores and builds TorchSharp's peer; what the build says goes to standard error.</summary>
    /// <exception cref="UserError">There is no SDK, or the build failed.</exception>
    public static void FetchTorchSharp()
    {
        var start = new ProcessStartInfo("dotnet", ["build", TorchSharpProject, "-c", "Release", "-o", TorchSharpFolder, "-v", "quiet"])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start) ?? throw new UserError("'dotnet build' cannot be started");
        var messages = new StringBuilder();
        process.OutputDataReceived += (_, line) => messages.AppendLine(line.Data);
        process.BeginOutputReadLine();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new UserError($"TorchSharp's peer cannot be built: {messages.ToString().Split('\n').FirstOrDefault(x => x.Contains("error", StringComparison.Ordinal))?.Trim()}");
        }
    }
}
