using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dyad.Peers;
using static TorchSharp.torch;

// Serves samples as updates.py does: a line that says what this is, then for each line "NAME SECONDS" the mean microseconds of a
// run over that time, or "none".
string library = $"TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}";
try
{
    // Here, because the message names what is missing; TorchSharp's own does not.
    NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "LibTorchSharp.dll" : "libLibTorchSharp.so"));
    set_num_threads(1);
    set_num_interop_threads(1);
}
catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or TypeInitializationException or NotSupportedException)
{
    Match old = Regex.Match(e.ToString(), @"GLIBC(XX)?_[\d.]+");
    string why = old.Success ? $"its native library needs {old.Value}, and this system's C++ library is older (benchmarks/peers/TorchSharp/older-system.py may let it do without)" : e.Message.Split('\n')[0];
    Console.WriteLine("ready " + JsonSerializer.Serialize(new { refused = $"{library} does not load here: {why}." }));
    return;
}


// libtorch is built with MKL for x64; what it is built with, TorchSharp has no call for.
string blas = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "MKL of libtorch" : "BLAS of libtorch";
Console.WriteLine("ready " + JsonSerializer.Serialize(new { library = "torchsharp", version = library[11..], threads = get_num_threads(), blas }));
var cases = new Dictionary<string, Action?>();
while (Console.ReadLine() is { } line)
{
    string[] words = line.Split(' ');
    if (!cases.TryGetValue(words[0], out Action? run))
    {
        cases[words[0]] = run = Cases.Create(words[0]);
        if (run is not null)
        {
            Time(run, 0.5);
        }
    }

    Console.WriteLine(run is null ? "none" : Time(run, double.Parse(words[1], CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture));
}

static double Time(Action run, double seconds)
{
    long start = Stopwatch.GetTimestamp();
    run();
    int repeats = Math.Max(1, (int)(seconds / Stopwatch.GetElapsedTime(start).TotalSeconds));
    start = Stopwatch.GetTimestamp();
    for (int i = 0; i < repeats; i++)
    {
        run();
    }

    return Stopwatch.GetElapsedTime(start).TotalMicroseconds / repeats;
}
