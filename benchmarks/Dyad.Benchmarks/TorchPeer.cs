using System.Diagnostics;
using System.Globalization;

namespace Dyad.Benchmarks;

/// <summary>PyTorch in a process of its own, on the same core, asked for one sample at a time.</summary>
public sealed class TorchPeer : IDisposable
{
    private readonly Process _process;
    private readonly HashSet<string> _lacking = [];

    private TorchPeer(Process process, string name)
    {
        _process = process;
        Name = name;
    }

    /// <summary>Name with version.</summary>
    public string Name { get; }

    /// <summary>Starts the peer; null where Python with PyTorch or the script is not there.</summary>
    public static TorchPeer? Start()
    {
        string script = Path.Combine(Suite.RepositoryRoot, "benchmarks", "peers", "updates.py");
        if (!File.Exists("/usr/bin/python3") || !File.Exists(script))
        {
            return null;
        }

        var start = new ProcessStartInfo("/usr/bin/python3", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("OPENBLAS_CORETYPE");
        start.Environment.Remove("OPENBLAS_L2_SIZE");
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        Process process = Process.Start(start)!;
        string? ready = process.StandardOutput.ReadLine();
        if (ready is null || !ready.StartsWith("ready ", StringComparison.Ordinal))
        {
            process.Dispose();
            return null;
        }

        return new TorchPeer(process, $"pytorch-{ready[6..]}");
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
