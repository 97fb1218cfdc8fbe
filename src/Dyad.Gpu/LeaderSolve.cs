using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Games;
using Dyad.Gpu.Kernels;
using static Dyad.Gpu.Kernels.SolverKernels;

namespace Dyad.Gpu;

/// <summary>
/// A leader's total derivative on a device: the program, a solve by conjugate gradient whose stopping rules are numbers of each agent, and what
/// becomes of the implicit part. A system in the space of samples is small: the processor solves it between two lists of requests.
/// </summary>
internal sealed class LeaderSolve
{
    private readonly TotalDerivative<float> _total;
    private readonly SampleSpaceTerm<float>? _samples;
    private readonly SolvedTerm<float>? _solved;
    private readonly ConjugateGradient<float>? _iterative;
    private readonly IReadOnlyList<PinnedMemory<float>> _system = [];
    private readonly IReadOnlyList<PinnedMemory<float>> _weights = [];
    private readonly IReadOnlyList<PinnedMemory<float>> _decided;
    private readonly Action _solve;
    private readonly Action _take;
    private SolveReport _report;

    /// <summary>A leader's.</summary>
    /// <exception cref="UserError">Its solver runs on the processor alone.</exception>
    public LeaderSolve(TotalDerivative<float> total)
    {
        _total = total;
        _decided = [Numbers];
        (_solve, _take) = (() => _report = _samples!.Solve(_total.Damping), Take);
        if (total.Term is SampleSpaceTerm<float> samples)
        {
            _samples = samples;
            (_system, _weights) = (samples.System, samples.Weights);
            return;
        }

        _solved = total.Term as SolvedTerm<float>;
        _iterative = _solved?.Solver as ConjugateGradient<float> ?? throw new UserError(
            "the option 'solver' names one that runs on the processor alone: give solver=conjugate-gradient or solver=sample-space, or leave out --device gpu");
    }

    private SolvedTerm<float> Term => _solved!;

    private ConjugateGradient<float> Solver => _iterative!;

    /// <summary>What the device decides.</summary>
    public PinnedMemory<float> Numbers { get; } = new(SolverKernels.Length);

    /// <summary>The programs in the order of their numbers.</summary>
    public IReadOnlyList<CompiledProgram> Programs => _samples is null ? [_total.Before, Term.Couple, Term.Curvature] : [_total.Before, _samples.Couple];

    /// <summary>The one that stops where an agent's solve has ended; null where there is none.</summary>
    public CompiledProgram? Masked => _solved?.Curvature;

    /// <summary>How much the processor reads for a solve.</summary>
    public int Read => _system.Sum(memory => memory.Length);

    /// <summary>Whether a solve begins at the solution before.</summary>
    public bool IsWarm => _solved?.IsWarm == true;

    /// <summary>The solution.</summary>
    public float[] Solution => Term.Solution;

    /// <summary>Adds what it needs beside its programs.</summary>
    public void AddTo(BlockLayout layout)
    {
        layout.Add(Numbers);
        layout.Add(_total.Memory);
        if (_solved is not null)
        {
            layout.Add(Solution, Solution.Length, () => Solution);
            layout.Add(this, Solution.Length, null);
        }
    }

    /// <summary>Offset of the number that is 0 where an agent's solve has ended.</summary>
    public int Mask(BlockLayout layout) => layout[Numbers].Offset + GoesOn;

    /// <summary>Asks for all of a computation.</summary>
    /// <param name="seat">What is asked.</param>
    /// <param name="layout">Where the agent's numbers lie.</param>
    public void Ask(AgentSeat seat, BlockLayout layout)
    {
        int d = layout[Numbers].Offset;
        seat.Write(d + Shift, [(float)_total.Damping]);
        if (_samples is null)
        {
            Solve(seat, layout);
        }
        else
        {
            seat.Run(_total.Before);
            seat.Then(_system, _solve);
            seat.Finish();
            foreach (PinnedMemory<float> weights in _weights)
            {
                seat.Write(weights);
            }

            seat.Write(d + Squared, [(float)(_report.Residual * _report.Residual), 1f]);
            seat.Run(_samples.Couple);
        }

        int direct = layout[_total.DirectMemory].Offset, mixed = layout[_samples?.Term ?? Term.Mixed].Offset, leader = _total.Memory.Length;
        Do(seat, d, KernelKind.Norms, new() { A = direct, B = mixed, Count = leader });
        Decide(seat, d, Decision.Total);
        Do(seat, d, KernelKind.Combine, new() { Y = layout[_total.Memory].Offset, A = direct, B = mixed, Count = leader });
        seat.Then(_decided, _take);
    }

    private void Solve(AgentSeat seat, BlockLayout layout)
    {
        int d = layout[Numbers].Offset, x = layout[Term.Solution].Offset, r = layout[this].Offset, p = layout[Term.Direction].Offset;
        int b = layout[Term.Right].Offset, product = layout[Term.Product].Offset, size = Term.Solution.Length;
        seat.Run(_total.Before);
        if (IsWarm)
        {
            Do(seat, d, KernelKind.Inner, new() { A = x, B = x, C = -1, Count = size });
            Decide(seat, d, Decision.Start);
            Do(seat, d, KernelKind.Unary, new() { Y = p, A = x, Count = size, Kind = (int)ElementKind.ProcessorOnly }, masked: true);
            seat.Run(Term.Curvature);
            Do(seat, d, KernelKind.Inner, new() { A = b, B = product, C = p, Count = size }, masked: true);
            Decide(seat, d, Decision.Scale, masked: true);
        }
        else
        {
            Decide(seat, d, Decision.Cold);
        }

        Do(seat, d, KernelKind.Begin, new() { Y = x, A = b, B = product, C = r, Start = p, Count = size });
        Decide(seat, d, Decision.Begin);
        for (int step = 0; step < Solver.Iterations; step++)
        {
            seat.Run(Term.Curvature);
            Do(seat, d, KernelKind.Inner, new() { A = p, B = product, C = -1, Count = size }, masked: true);
            Decide(seat, d, Decision.Along, masked: true);
            Do(seat, d, KernelKind.Move, new() { Y = x, A = p, B = product, C = r, Count = size }, masked: true);
            Decide(seat, d, Decision.Turn, masked: true);
            Do(seat, d, KernelKind.Turn, new() { Y = p, A = r, Count = size }, masked: true);
        }

        Do(seat, d, KernelKind.Unary, new() { Y = p, A = x, Count = size, Kind = (int)ElementKind.ProcessorOnly });
        seat.Run(Term.Couple);
    }

    private static void Do(AgentSeat seat, int d, KernelKind kernel, KernelArguments arguments, bool masked = false) =>
        seat.Do(kernel, arguments with { D = d, Mask = masked ? d + GoesOn : -1 });

    private void Decide(AgentSeat seat, int d, Decision decision, bool masked = false)
    {
        double relative = Math.Max(_iterative?.Tolerance ?? 0, float.BitIncrement(1f) - 1f);
        Do(seat, d, KernelKind.Decide, new()
        {
            Kind = (int)decision,
            Rows = MostParts,
            Inner = _iterative?.Iterations ?? 0,
            Columns = _iterative?.StopsAtNegativeCurvature == true ? 1 : 0,
            First = (float)(relative * relative),
            Second = (float)_total.Bound,
        }, masked);
    }

    /// <summary>Clears a solution from which no solve begins, as the processor does.</summary>
    public void Forget()
    {
        if (_solved is not null && Numbers.Values[Event] == 2)
        {
            Array.Clear(Solution);
        }
    }

    /// <summary>Takes in what the device has decided.</summary>
    private void Take()
    {
        Span<float> n = Numbers.Values;
        _total.Take(
            _samples is null ? new SolveReport((int)n[Steps], n[Residual], n[Lowest], n[Negative] != 0) : _report, n[Shift], n[Direct], n[Implicit], n[Dot], n[Factor], n[Event] == 2, n[Event] == 1);
    }
}
