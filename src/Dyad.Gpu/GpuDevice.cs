using System.Reflection;
using Dyad.Core;
using Dyad.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace Dyad.Gpu;

/// <summary>A GPU with the kernels loaded, or the processor's accelerator that runs the same kernels.</summary>
internal sealed class GpuDevice : IDisposable
{
    private readonly Context _context;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, KernelArguments>[] _kernels;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, KernelArguments, ArrayView<float>> _unpack;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, KernelArguments, ArrayView<float>> _pack;
    private readonly bool _isGpu;

    private GpuDevice(Context context, Accelerator accelerator)
    {
        _context = context;
        Accelerator = accelerator;
        _isGpu = accelerator is CudaAccelerator;
        Accelerator a = accelerator;
        _kernels = new Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, KernelArguments>[Enum.GetValues<KernelKind>().Length];
        this[KernelKind.Tiles] = _isGpu
            ? a.LoadKernel<ArrayView<float>, ArrayView<int>, KernelArguments>(ProductKernels.Tiles<WideTile>)
            : a.LoadKernel<ArrayView<float>, ArrayView<int>, KernelArguments>(ProductKernels.Tiles<SmallTile>);
        this[KernelKind.Row] = Load(ProductKernels.Row);
        this[KernelKind.Dots] = Load(ProductKernels.Dots);
        this[KernelKind.Across] = Load(ProductKernels.Across);
        this[KernelKind.Unary] = Load(ElementKernels.Unary);
        this[KernelKind.Binary] = Load(ElementKernels.Binary);
        this[KernelKind.CopyColumns] = Load(ElementKernels.CopyColumns);
        this[KernelKind.GatherRows] = Load(ElementKernels.GatherRows);
        this[KernelKind.ScatterRows] = Load(ElementKernels.ScatterRows);
        this[KernelKind.GatherColumns] = Load(ElementKernels.GatherColumns);
        this[KernelKind.ScatterColumns] = Load(ElementKernels.ScatterColumns);
        this[KernelKind.Largest] = Load(ElementKernels.Largest);
        this[KernelKind.LogSoftmax] = Load(ElementKernels.LogSoftmax);
        this[KernelKind.Spread] = Load(ElementKernels.Spread);
        this[KernelKind.Fill] = Load(ElementKernels.Fill);
        this[KernelKind.Sum] = Load(ReductionKernels.Sum);
        this[KernelKind.SumColumns] = Load(ReductionKernels.SumColumns);
        this[KernelKind.Adam] = Load(StepKernels.Adam);
        this[KernelKind.Average] = Load(StepKernels.Average);
        this[KernelKind.Inner] = Load(SolverKernels.Inner);
        this[KernelKind.Begin] = Load(SolverKernels.Begin);
        this[KernelKind.Move] = Load(SolverKernels.Move);
        this[KernelKind.Turn] = Load(SolverKernels.Turn);
        this[KernelKind.Norms] = Load(SolverKernels.Norms);
        this[KernelKind.Combine] = Load(SolverKernels.Combine);
        this[KernelKind.Decide] = Load(SolverKernels.Decide);
        _unpack = a.LoadKernel<ArrayView<float>, ArrayView<int>, KernelArguments, ArrayView<float>>(StepKernels.Unpack);
        _pack = a.LoadKernel<ArrayView<float>, ArrayView<int>, KernelArguments, ArrayView<float>>(StepKernels.Pack);

        Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, KernelArguments> Load(Action<ArrayView<float>, ArrayView<int>, KernelArguments> kernel) =>
            a.LoadKernel(kernel);
    }

    /// <summary>What runs the kernels.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Its name.</summary>
    public string Name => Accelerator.Name;

    /// <summary>The kernels as a GPU has them.</summary>
    public static IEnumerable<MethodInfo> Kernels =>
        from type in new[] { typeof(ProductKernels), typeof(ElementKernels), typeof(ReductionKernels), typeof(StepKernels), typeof(SolverKernels) }
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
        where method.ReturnType == typeof(void)
        select method.IsGenericMethodDefinition ? method.MakeGenericMethod(typeof(WideTile)) : method;

    private Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, KernelArguments> this[KernelKind kind]
    {
        set => _kernels[(int)kind] = value;
    }

    /// <summary>The first GPU of this machine.</summary>
    /// <exception cref="UserError">There is none, or no driver.</exception>
    public static GpuDevice Open()
    {
        Context? context = null;
        try
        {
            context = Context.Create(builder => builder.Cuda());
            if (context.GetCudaDevices().Count > 0)
            {
                return new GpuDevice(context, context.CreateCudaAccelerator(0));
            }
        }
        catch (Exception e) when (e is CudaException or DllNotFoundException or NotSupportedException or EntryPointNotFoundException)
        {
            context?.Dispose();
            throw new UserError($"--device is gpu, and the GPU of this machine cannot be used: {OneLine.Of(e.Message)}; leave it out to train on the processor", e);
        }

        context.Dispose();
        throw new UserError("--device is gpu, and this machine has no NVIDIA GPU, or no driver for it: leave it out to train on the processor");
    }

    /// <summary>The processor's accelerator: the same kernels without a GPU, slowly.</summary>
    public static GpuDevice OfProcessor()
    {
        Context context = Context.Create(builder => builder.CPU(new CPUDevice(2, 2, 1)));
        return new GpuDevice(context, context.CreateCPUAccelerator(0));
    }

    /// <summary>Has some agents do something.</summary>
    /// <param name="stream">Where it waits for its turn.</param>
    /// <param name="memory">The blocks.</param>
    /// <param name="slots">Numbers of the blocks.</param>
    /// <param name="launch">What.</param>
    public void Do(AcceleratorStream stream, ArrayView<float> memory, ArrayView<int> slots, in Launch launch)
    {
        KernelArguments k = launch.Arguments;
        int agents = (int)slots.Length;
        KernelConfig config = launch.Kernel switch
        {
            KernelKind.Tiles when _isGpu => new(new Index3D(Parts(k.Rows, 64) * Parts(k.Columns, 64), agents, 1), new Index3D(16, 8, 1)),
            KernelKind.Tiles => new(new Index3D(Parts(k.Rows, 8) * Parts(k.Columns, 8), agents, 1), new Index3D(2, 1, 1)),
            KernelKind.Row => new(new Index3D(Parts(k.Columns, _isGpu ? 32 : 2), agents, 1), _isGpu ? new Index3D(32, 8, 1) : new Index3D(2, 2, 1)),
            KernelKind.Dots => new(new Index3D(Parts(k.Rows, _isGpu ? 32 : 8), agents, 1), _isGpu ? new Index3D(32, 8, 1) : new Index3D(2, 2, 1)),
            KernelKind.Sum => new(new Index3D(1, agents, 1), new Index3D(_isGpu ? 256 : 4, 1, 1)),
            KernelKind.Inner or KernelKind.Begin or KernelKind.Move or KernelKind.Norms => new(new Index3D(SolverKernels.MostParts, agents, 1), new Index3D(_isGpu ? 256 : 4, 1, 1)),
            KernelKind.Decide => new(new Index3D(1, agents, 1), new Index3D(_isGpu ? 32 : 2, 1, 1)),
            KernelKind.Largest or KernelKind.LogSoftmax or KernelKind.SumColumns => Line(k.Rows, 1, agents),
            KernelKind.Across => Line(k.Rows * Parts(k.Columns, 4), 1, agents),
            _ => Line(k.Count, 4, agents),
        };
        _kernels[(int)launch.Kernel](stream, config, memory, slots, k);
    }

    /// <summary>Numbers of a table, a row an agent, into the blocks.</summary>
    public void Unpack(AcceleratorStream stream, ArrayView<float> memory, ArrayView<int> slots, in KernelArguments arguments, ArrayView<float> table) =>
        _unpack(stream, Line(arguments.Count, 4, (int)slots.Length), memory, slots, arguments, table);

    /// <summary>Numbers of the blocks into a table.</summary>
    public void Pack(AcceleratorStream stream, ArrayView<float> memory, ArrayView<int> slots, in KernelArguments arguments, ArrayView<float> table) =>
        _pack(stream, Line(arguments.Count, 4, (int)slots.Length), memory, slots, arguments, table);

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }

    private KernelConfig Line(int count, int each, int agents)
    {
        int threads = _isGpu ? (count <= 64 ? 64 : 256) : 4;
        int groups = Math.Clamp(Parts(count, threads * each), 1, _isGpu ? 1024 : 1);
        return new(new Index3D(groups, agents, 1), new Index3D(threads, 1, 1));
    }

    private static int Parts(int count, int size) => (count + size - 1) / size;
}
