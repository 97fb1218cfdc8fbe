using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Gpu.Kernels;

namespace Dyad.Gpu;

/// <summary>The kernels.</summary>
internal enum KernelKind
{
    Tiles,
    Row,
    Dots,
    Across,
    Unary,
    Binary,
    CopyColumns,
    GatherRows,
    ScatterRows,
    GatherColumns,
    ScatterColumns,
    Largest,
    LogSoftmax,
    Sum,
    SumColumns,
    Spread,
    Fill,
    Adam,
    Average,
    Inner,
    Begin,
    Move,
    Turn,
    Norms,
    Combine,
    Decide,
}

/// <summary>A kernel with its arguments: what all agents of a group do at once.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Arguments">The same for all agents.</param>
internal readonly record struct Launch(KernelKind Kernel, KernelArguments Arguments);

/// <summary>A compiled program as a list of kernels over offsets into an agent's block.</summary>
internal sealed class DeviceProgram
{
    // Wider products go by tiles.
    private const int FewColumns = 16;

    private DeviceProgram(Launch[] launches) => Launches = launches;

    /// <summary>What it does, in order.</summary>
    public Launch[] Launches { get; }

    /// <summary>Translates a program.</summary>
    /// <param name="program">The program of one of the agents.</param>
    /// <param name="layout">Where its numbers lie.</param>
    /// <param name="mask">Offset of a number that is 0 where an agent has nothing to do; -1 for none.</param>
    /// <exception cref="UserError">It has a function that only the processor has.</exception>
    public static DeviceProgram Of(CompiledProgram program, BlockLayout layout, int mask = -1)
    {
        var launches = new List<Launch>();
        foreach (Operation<float> operation in program.Operations<float>())
        {
            Translate(operation, layout, launches);
        }

        for (int i = 0; i < launches.Count; i++)
        {
            launches[i] = launches[i] with { Arguments = launches[i].Arguments with { Pitch = layout.Length, Mask = mask } };
        }

        return new DeviceProgram([.. launches]);
    }

    private static void Translate(Operation<float> operation, BlockLayout layout, List<Launch> launches)
    {
        Matrix<float> y = operation.Result;
        Matrix<float>[] operands = operation.Operands;
        int At(int operand) => layout.OffsetOf(operands[operand]);
        KernelArguments k = new()
        {
            Y = layout.OffsetOf(y),
            A = operands.Length > 0 ? At(0) : -1,
            B = operation.Indices is { } indices ? layout[indices].Offset : operands.Length > 1 ? At(1) : -1,
            Rows = y.Rows,
            Columns = y.Columns,
            Count = y.Rows * y.Columns,
            Start = -1,
            Gate = -1,
            Kind = (int)operation.Element.Kind,
            First = (float)operation.Element.First,
            Second = (float)operation.Element.Second,
        };
        switch (operation.Kind)
        {
            case OperationKind.Product:
                launches.Add(Product(operation, layout, k));
                break;
            case OperationKind.Unary or OperationKind.Binary when operation.Element.Kind == ElementKind.ProcessorOnly:
                throw new UserError($"the function '{operation.Name}' runs on the processor alone: leave out --device gpu");
            case OperationKind.Unary:
                launches.Add(new(KernelKind.Unary, k));
                break;
            case OperationKind.Binary:
                launches.Add(new(KernelKind.Binary, k));
                break;
            case OperationKind.CopyColumns:
                (int from, int to, int count) = operation.Columns;
                launches.Add(new(KernelKind.CopyColumns, k with { ARow = operands[0].Columns, From = from, To = to, Inner = count, Kind = 1 }));
                break;
            case OperationKind.Concatenate:
                int column = 0;
                for (int i = 0; i < operands.Length; i++)
                {
                    int width = operands[i].Columns;
                    launches.Add(new(KernelKind.CopyColumns, k with { A = At(i), ARow = width, To = column, Inner = width, Count = y.Rows * width, Kind = 0 }));
                    column += width;
                }

                break;
            case OperationKind.GatherRows:
                launches.Add(new(KernelKind.GatherRows, k));
                break;
            case OperationKind.ScatterRows:
                launches.Add(new(KernelKind.ScatterRows, k with { Inner = operands[0].Rows }));
                break;
            case OperationKind.GatherColumns:
                launches.Add(new(KernelKind.GatherColumns, k with { ARow = operands[0].Columns }));
                break;
            case OperationKind.ScatterColumns:
                launches.Add(new(KernelKind.ScatterColumns, k));
                break;
            case OperationKind.Largest:
                launches.Add(new(KernelKind.Largest, k));
                break;
            case OperationKind.LogSoftmax:
                launches.Add(new(KernelKind.LogSoftmax, k));
                break;
            case OperationKind.Sum:
                launches.Add(SumOf(operation, k));
                break;
            case OperationKind.Broadcast:
                launches.Add(new(KernelKind.Spread, k with
                {
                    ARow = operands[0].Rows == 1 ? 0 : operands[0].Columns,
                    AColumn = operands[0].Columns == 1 ? 0 : 1,
                }));
                break;
            case OperationKind.Fill:
                launches.Add(new(KernelKind.Fill, k with { First = operation.Number }));
                break;
            case OperationKind.Copy:
                launches.Add(new(KernelKind.Unary, k with { Kind = (int)ElementKind.ProcessorOnly }));
                break;
            default:
                throw new InvalidOperationException($"{operation.Kind} has no kernel");
        }
    }

    private static Launch Product(Operation<float> operation, BlockLayout layout, KernelArguments k)
    {
        Matrix<float> a = operation.Operands[0], b = operation.Operands[1];
        (bool transposeA, bool transposeB) = operation.Flags;
        k.Inner = transposeA ? a.Rows : a.Columns;
        (k.ARow, k.AColumn) = transposeA ? (1, a.Columns) : (a.Columns, 1);
        (k.BRow, k.BColumn) = transposeB ? (1, b.Columns) : (b.Columns, 1);
        k.B += operation.Columns.From * k.BColumn;
        k.Kind = operation.Rectify ? 1 : 0;
        if (operation.Start is { } start)
        {
            k.Start = layout.OffsetOf(start);
            k.StartRow = start.Rows == 1 ? 0 : k.Columns;
        }

        k.Gate = operation.Gate is { } gate ? layout.OffsetOf(gate) : -1;
        k.Vector = (k.Columns | k.Y | (k.Start < 0 ? 0 : k.Start | k.StartRow) | (k.Gate < 0 ? 0 : k.Gate)) % 4 == 0 ? 1 : 0;
        return new(
            k.Rows == 1 ? KernelKind.Row : k.Columns > FewColumns ? KernelKind.Tiles : k.AColumn == 1 ? KernelKind.Dots : KernelKind.Across, k);
    }

    private static Launch SumOf(Operation<float> operation, KernelArguments k)
    {
        Matrix<float> x = operation.Operands[0];
        (bool overRows, bool overColumns) = operation.Flags;
        return (overRows, overColumns) switch
        {
            (true, true) => new(KernelKind.Sum, k with { Count = x.Rows * x.Columns }),
            (true, false) => new(KernelKind.Row, k with { A = -1, B = k.A, BRow = x.Columns, BColumn = 1, Inner = x.Rows, Kind = 0 }),
            _ => new(KernelKind.SumColumns, k with { Columns = x.Columns }),
        };
    }
}
