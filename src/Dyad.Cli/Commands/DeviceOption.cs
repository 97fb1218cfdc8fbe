using System.CommandLine;
using System.Runtime.CompilerServices;
using Dyad.Core;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>--device</c>: what computes the updates of many runs.</summary>
internal static class DeviceOption
{
    /// <summary>For tests on machines without a GPU: its kernels run on the processor where this is <c>processor</c>.</summary>
    public const string AcceleratorVariable = "DYAD_GPU_ACCELERATOR";

    public static Option<string?> Create() => new("--device")
    {
        Description = "What computes the updates: processor, by default, or gpu, all seeds at once (sac, ddpg and td3 with a leader or a correction).",
        HelpName = "processor|gpu",
    };

    /// <summary>Opens the device that was asked for; null for the processor.</summary>
    /// <param name="name">The option's value; null where it is not given.</param>
    /// <exception cref="UserError">There is none of that name, or it cannot be used.</exception>
    public static ITrainingDevice? Open(string? name) => name switch
    {
        null or "processor" => null,
        "gpu" => OpenGpu(),
        _ => throw new UserError($"--device is '{name}'; it must be processor or gpu"),
    };

    /// <summary>Holds runs that are given to a cluster to the processor.</summary>
    /// <param name="name">What was asked for; null for nothing.</param>
    /// <exception cref="UserError">Something else was.</exception>
    public static void RequireProcessor(string? name)
    {
        if (name is not (null or "processor"))
        {
            throw new UserError($"--device is '{name}', and on Slurm updates are computed on the processor: give --device processor, or leave out --on slurm");
        }
    }

    // Apart, so that nothing of a GPU is loaded where none is asked for.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Gpu.GpuTraining OpenGpu() => new(Environment.GetEnvironmentVariable(AcceleratorVariable) == "processor");
}
