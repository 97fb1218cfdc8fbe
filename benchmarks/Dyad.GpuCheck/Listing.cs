using Dyad.Algorithms;
using Dyad.Gpu;

namespace Dyad.GpuCheck;

/// <summary>The kernels of a method's programs, in order.</summary>
internal static class Listing
{
    public static int Run(string method)
    {
        GameAgent agent = Samples.Agent(method, 1, 256, 100);
        foreach (Launch[] launches in GpuHost.Launches(agent))
        {
            Console.WriteLine($"-- {launches.Length}");
            foreach (Launch launch in launches)
            {
                Gpu.Kernels.KernelArguments k = launch.Arguments;
                Console.WriteLine($"{launch.Kernel} {k.Rows}x{k.Columns} count {k.Count} kind {k.Kind}: {k.Y} <- {k.A} {k.B}");
            }
        }

        return 0;
    }
}
