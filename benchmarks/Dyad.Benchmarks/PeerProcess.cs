using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Dyad.Benchmarks;

/// <summary>What stands behind a peer's figures.</summary>
/// <param name="Version">Of the library.</param>
/// <param name="Threads">It computes with.</param>
/// <param name="Blas">What multiplies its matrices, with version where it says so.</param>
public sealed record PeerDetails(string Version, int Threads, string Blas)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Version}, {Threads} {(Threads == 1 ? "thread" : "threads")}, {Blas}";
}

/// <summary>Another library in a process of its own, on the same core, asked for one sample at a time.</summary>
public sealed class PeerProcess : IDisposable
{
    private readonly Process _process;
    private readonly HashSet<string> _lacking = [];

    private PeerProcess(Process process, string library, PeerDetails details)
    {
        _process = process;
        Name = $"{library}-{details.Version}";
        Details = details;
    }

    /// <summary>Name with version.</summary>
    public string Name { get; }

    /// <summary>Version, threads, BLAS.</summary>
    public PeerDetails Details { get; }

    /// <summary>
    /// Starts a peer, which writes "ready" and what it is as JSON (library, version, threads, blas), or as "refused" why it is not to
    /// be measured.
    /// </summary>
    public static (PeerProcess? Peer, string? Refused) Start(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;

        // Some environments set these, which halves OpenBLAS on machines with AVX-512.
        start.Environment.Remove("OPENBLAS_CORETYPE");
        start.Environment.Remove("OPENBLAS_L2_SIZE");
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = start.Environment["MKL_NUM_THREADS"] = "1";
        Process process = Process.Start(start)!;
        string? last = null;
        process.ErrorDataReceived += (_, line) => last = line.Data ?? last;
        process.BeginErrorReadLine();
        string? ready = process.StandardOutput.ReadLine();
        if (ready?.StartsWith("ready ", StringComparison.Ordinal) != true)
        {
            process.WaitForExit(2000);
            process.Dispose();
            return (null, last ?? "it does not start.");
        }

        using JsonDocument said = JsonDocument.Parse(ready["ready ".Length..]);
        if (said.RootElement.TryGetProperty("refused", out JsonElement refused))
        {
            process.Dispose();
            return (null, refused.GetString());
        }

        string Text(string key) => said.RootElement.GetProperty(key).GetString()!;
        return (new PeerProcess(process, Text("library"), new PeerDetails(Text("version"), said.RootElement.GetProperty("threads").GetInt32(), Text("blas"))), null);
    }

    /// <summary>Microseconds of a run, or null where the peer has no such case.</summary>
    public double? Sample(string name, double seconds)
    {
        if (_lacking.Contains(name))
        {
            return null;
        }

        _process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {seconds}"));
        _process.StandardInput.Flush();
        if (double.TryParse(_process.StandardOutput.ReadLine(), CultureInfo.InvariantCulture, out double microseconds))
        {
            return microseconds;
        }

        _lacking.Add(name);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit(2000);
        _process.Dispose();
    }
}
