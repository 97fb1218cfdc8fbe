using System.Runtime.InteropServices;

namespace Dyad.Core;

/// <summary>The processor that this runs on, as measurements name it.</summary>
internal static class Processor
{
    /// <summary>Model, as Linux tells it, and architecture: "Intel(R) Xeon(R) Processor (X64)"; elsewhere the architecture alone.</summary>
    public static string Name
    {
        get
        {
            const string cpuInfo = "/proc/cpuinfo";
            string? model = File.Exists(cpuInfo)
                ? File.ReadLines(cpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                : null;
            string name = model?[(model.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "";
            return name.Length > 0 ? $"{name} ({RuntimeInformation.ProcessArchitecture})" : $"{RuntimeInformation.ProcessArchitecture}";
        }
    }
}
