using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Games;
using Dyad.Gpu.Kernels;
using static Dyad.Gpu.Kernels.SolverKernels;

namespace Dyad.Gpu;

/// <summary>
/// A leader's total derivative on a device: the program, a solve by conjugate gradient whose stopping rules are numbers of each agent, and what
/// becomes of the implicit part.
/// </summary>
internal sealed class LeaderSolve
{
    private readonly TotalDerivative<float> _total;
    private readonly SolvedTerm<float> _term;
    private readonly ConjugateGradient<float> _solver;

    /// <summary>A leader's.</summary>
    /// <exception cref="UserError">Its solver runs on the processor alone.</exception>
    public LeaderSolve(TotalDerivative<float> total)
    {
        _total = total;
        _term = total.Term as SolvedTerm<float> ?? throw Unknown();
        _solver = _term.Solver as ConjugateGradient<float> ?? throw Unknown();
        static UserError Unknown() => new("the option 'solver' names one that runs on the processor alone: give solver=conjugate-gradient, or leave out --device gpu");
    }

    /// <summary>What the device decides.</summary>
    public PinnedMemory<float> Numbers { get; } = new(SolverKernels.Length);

    /// <summary>The programs in the order of their numbers.</summary>
    public IReadOnlyList<CompiledProgram> Programs => [_total.Before, _term.Curvature, _term.Couple];

    /// <summary>Whether a solve begins at the solution before.</summary>
    public bool IsWarm => _term.IsWarm;

    /// <summary>The solution.</summary>
    public float[] Solution => _term.Solution;

    /// <summary>Adds what it needs beside its programs.</summary>
    public void AddTo(BlockLayout layout)
    {
        layout.Add(Numbers);
        layout.Add(_total.Memory);
        layout.Add(_term.Solution, _term.Solution.Length, () => _term.Solution);
        layout.Add(this, _term.Solution.Length, null);
    }

    /// <summary>Offset of the number that is 0 where an agent's solve has ended.</summary>
    public int Mask(BlockLayout layout) => layout[Numbers].Offset + GoesOn;

    /// <summary>Notes all of a computation; the damping stands in the numbers.</summary>
    public void Note(BlockLayout layout, Action<CompiledProgram> run, Action<KernelKind, KernelArguments> note)
    {
        int d = layout[Numbers].Offset, x = layout[_term.Solution].Offset, r = layout[this].Offset, p = layout[_term.Direction].Offset;
        int b = layout[_term.Right].Offset, product = layout[_term.Product].Offset, size = _term.Solution.Length;
        double relative = Math.Max(_solver.Tolerance, float.BitIncrement(1f) - 1f);
        run(_total.Before);
        if (IsWarm)
        {
            Do(KernelKind.Inner, new() { A = x, B = x, C = -1, Count = size });
            Decide(Decision.Start);
            Do(KernelKind.Unary, new() { Y = p, A = x, Count = size, Kind = (int)ElementKind.ProcessorOnly }, masked: true);
            run(_term.Curvature);
            Do(KernelKind.Inner, new() { A = b, B = product, C = p, Count = size }, masked: true);
            Decide(Decision.Scale, masked: true);
        }
        else
        {
            Decide(Decision.Cold);
        }

        Do(KernelKind.Begin, new() { Y = x, A = b, B = product, C = r, Start = p, Count = size });
        Decide(Decision.Begin);
        for (int step = 0; step < _solver.Iterations; step++)
        {
            run(_term.Curvature);
            Do(KernelKind.Inner, new() { A = p, B = product, C = -1, Count = size }, masked: true);
            Decide(Decision.Along, masked: true);
            Do(KernelKind.Move, new() { Y = x, A = p, B = product, C = r, Count = size }, masked: true);
            Decide(Decision.Turn, masked: true);
            Do(KernelKind.Turn, new() { Y = p, A = r, Count = size }, masked: true);
        }

        Do(KernelKind.Unary, new() { Y = p, A = x, Count = size, Kind = (int)ElementKind.ProcessorOnly });
        run(_term.Couple);
        int direct = layout[_total.DirectMemory].Offset, mixed = layout[_term.Mixed].Offset, leader = _total.Memory.Length;
        Do(KernelKind.Norms, new() { A = direct, B = mixed, Count = leader });
        Decide(Decision.Total);
        Do(KernelKind.Combine, new() { Y = layout[_total.Memory].Offset, A = direct, B = mixed, Count = leader });

        void Do(KernelKind kernel, KernelArguments arguments, bool masked = false) => note(kernel, arguments with { D = d, Mask = masked ? d + GoesOn : -1 });

        void Decide(Decision decision, bool masked = false) => Do(KernelKind.Decide, new()
        {
            Kind = (int)decision,
            Rows = MostParts,
            Inner = _solver.Iterations,
            Columns = _solver.StopsAtNegativeCurvature ? 1 : 0,
            First = (float)(relative * relative),
            Second = (float)_total.Bound,
        }, masked);
    }

    /// <summary>Clears a solution from which no solve begins, as the processor does.</summary>
    public void Forget()
    {
        if (Numbers.Values[Event] == 2)
        {
            Array.Clear(Solution);
        }
    }

    /// <summary>Takes in what the device has decided.</summary>
    public void Take()
    {
        Span<float> n = Numbers.Values;
        _total.Take(
            new SolveReport((int)n[Steps], n[Residual], n[Lowest], n[Negative] != 0), n[Shift], n[Direct], n[Implicit], n[Dot], n[Factor], n[Event] == 2, n[Event] == 1);
    }
}
