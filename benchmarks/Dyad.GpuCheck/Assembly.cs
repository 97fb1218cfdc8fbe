using System.Reflection;
using Dyad.Gpu;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace Dyad.GpuCheck;

/// <summary>Writes what the GPU's driver gets of each kernel, without a GPU.</summary>
internal static class Assembly
{
    public static int Write(string folder)
    {
        Directory.CreateDirectory(folder);
        using Context context = Context.Create(builder => builder.CPU());
        using var backend = new PTXBackend(context, CudaArchitecture.SM_90, CudaInstructionSet.ISA_80, null!);
        foreach (MethodInfo method in GpuDevice.Kernels)
        {
            var kernel = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), default(KernelSpecialization));
            File.WriteAllText(Path.Combine(folder, method.Name + ".ptx"), kernel.PTXAssembly);
            Console.WriteLine(method.Name);
        }

        return 0;
    }
}
