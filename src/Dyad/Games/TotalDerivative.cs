using System.Numerics;
using System.Numerics.Tensors;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Games;

/// <summary>
/// The leader's total derivative (Zheng et al. 2021, eq. 15 and 16; algorithm 2):
/// D1 f1 - (D12 f2)' (D22 f2 + lambda I)^-1 D2 f1, with a bound on the second part and a fall-back to the first, each counted.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TotalDerivative<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IImplicitTerm<T> _term;
    private readonly Damping _damping;
    private readonly double _bound;
    private readonly Output<T> _cost;
    private readonly Output<T> _direct;
    private readonly CompiledProgram _before;
    private readonly PinnedMemory<T> _total;
    private long _negativeCurvatures;
    private long _boundHits;
    private long _fallbacks;

    /// <summary>Compiles what is needed, and whatever was asked of the builder before.</summary>
    /// <param name="builder">The program.</param>
    /// <param name="game">The game.</param>
    /// <param name="term">The implicit term, made with the same builder and game.</param>
    /// <param name="damping">lambda.</param>
    /// <param name="bound">Largest |implicit| / |direct|; 0 for none.</param>
    public TotalDerivative(ProgramBuilder<T> builder, Game<T> game, IImplicitTerm<T> term, Damping damping, double bound = 0)
    {
        _term = term;
        _damping = damping;
        _bound = bound;
        _cost = builder.Output(game.LeaderCost);
        _direct = builder.Output(Derivatives.Gradient(game.LeaderCost, game.Leader));
        _before = builder.Without(term.Changing);
        builder.Build();
        _total = new PinnedMemory<T>(game.Leader.Count);
    }

    /// <summary>f1 at the last computation.</summary>
    public T Cost => _cost.Value;

    /// <summary>D1 f1, the individual gradient, of the last computation.</summary>
    public ReadOnlySpan<T> Direct => _direct.Values;

    /// <summary>The part that is subtracted, of the last computation, before bound and fall-back.</summary>
    public ReadOnlySpan<T> Implicit => _term.Values;

    /// <summary>What the implicit part was multiplied by before it was subtracted: 1, less at the bound, 0 at a fall-back.</summary>
    public double ImplicitFactor { get; private set; }

    /// <summary>The total derivative of the last computation.</summary>
    public ReadOnlySpan<T> Total => _total.Values;

    /// <summary>Where it lies, and where the cost does, for a device.</summary>
    internal PinnedMemory<T> Memory => _total;

    internal PinnedMemory<T> CostMemory => _cost.Memory;

    internal PinnedMemory<T> DirectMemory => _direct.Memory;

    internal CompiledProgram Before => _before;

    internal IImplicitTerm<T> Term => _term;

    internal double Bound => _bound;

    internal double Damping => _damping.Value;

    /// <summary>What the last solve did.</summary>
    public SolveReport Report { get; private set; }

    /// <summary>lambda of the last computation.</summary>
    public double UsedDamping { get; private set; }

    /// <summary>|D1 f1| at the last computation.</summary>
    public double DirectNorm { get; private set; }

    /// <summary>Norm of the implicit part at the last computation, before the bound.</summary>
    public double ImplicitNorm { get; private set; }

    /// <summary>Cosine between D1 f1 and what the implicit part adds to it, which is its negative; 0 where one of them is 0.</summary>
    public double Cosine { get; private set; }

    /// <summary>Float operations of the matrix products of the last computation.</summary>
    public double ProductFlop => _before.ProductFlop + _term.ProductFlop;

    /// <summary>Solves so far in which conjugate gradient met negative curvature.</summary>
    public long NegativeCurvatures => _negativeCurvatures;

    /// <summary>Computations so far in which the implicit part was shortened to the bound.</summary>
    public long BoundHits => _boundHits;

    /// <summary>Computations so far in which something was not finite and the individual gradient was taken.</summary>
    public long Fallbacks => _fallbacks;

    /// <summary>Computes everything at the parameters and inputs of this moment.</summary>
    public void Compute()
    {
        _before.Run();
        UsedDamping = _damping.Value;
        Report = _term.Compute(UsedDamping);
        _damping.Advance(Report);
        _negativeCurvatures += Report.NegativeCurvature ? 1 : 0;

        ReadOnlySpan<T> direct = _direct.Values, subtracted = _term.Values;
        DirectNorm = InDouble.Norm<T>(direct);
        ImplicitNorm = InDouble.Norm<T>(subtracted);
        double product = DirectNorm * ImplicitNorm;
        Cosine = product > 0 ? -double.CreateChecked(TensorPrimitives.Dot(direct, subtracted)) / product : 0;
        ImplicitFactor = 1;
        if (!double.IsFinite(ImplicitNorm) || !double.IsFinite(Report.Residual))
        {
            _fallbacks++;
            _term.Reset();
            ImplicitFactor = 0;
            direct.CopyTo(_total.Values);
        }
        else if (_bound > 0 && ImplicitNorm > _bound * DirectNorm)
        {
            _boundHits++;
            ImplicitFactor = _bound * DirectNorm / ImplicitNorm;
            TensorPrimitives.MultiplyAdd(subtracted, T.CreateChecked(-ImplicitFactor), direct, _total.Values);
        }
        else
        {
            TensorPrimitives.Subtract(direct, subtracted, _total.Values);
        }
    }

    /// <summary>Takes in a computation that a device has done.</summary>
    internal void Take(in SolveReport report, double damping, double direct, double subtracted, double dot, double factor, bool fallsBack, bool isBound)
    {
        UsedDamping = damping;
        Report = report;
        _damping.Advance(report);
        _negativeCurvatures += report.NegativeCurvature ? 1 : 0;
        _fallbacks += fallsBack ? 1 : 0;
        _boundHits += isBound ? 1 : 0;
        DirectNorm = direct;
        ImplicitNorm = subtracted;
        Cosine = direct * subtracted > 0 ? -dot / (direct * subtracted) : 0;
        ImplicitFactor = factor;
    }

    /// <summary>Saves or loads what later computations depend on.</summary>
    public void Serialize(StateArchive archive)
    {
        _term.Serialize(archive);
        _damping.Serialize(archive);
        archive.Value("negative_curvatures", ref _negativeCurvatures);
        archive.Value("bound_hits", ref _boundHits);
        archive.Value("fallbacks", ref _fallbacks);
    }
}
