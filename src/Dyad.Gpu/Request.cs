using Dyad.Gpu.Kernels;

namespace Dyad.Gpu;

/// <summary>What an agent asks a device for.</summary>
internal enum RequestKind
{
    /// <summary>Numbers of the processor into the block.</summary>
    Write,

    /// <summary>Numbers of the block to the processor.</summary>
    Read,

    /// <summary>A program, by its number.</summary>
    Program,

    /// <summary>A single kernel.</summary>
    Kernel,
}

/// <summary>One thing of a list that an agent asks for.</summary>
/// <param name="Kind">What.</param>
/// <param name="Kernel">Which kernel, or which program.</param>
/// <param name="Arguments">Of a kernel, and of what is copied.</param>
internal readonly record struct Request(RequestKind Kind, int Kernel, KernelArguments Arguments);
