using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Tabular;

/// <summary>The system factorised: exact to rounding, with |S|^2 numbers and 2/3 |S|^3 operations a policy.</summary>
internal sealed class FactorizedSystem : PolicySystem
{
    // An array's index is an int.
    private const int Largest = 46_340;

    // Below this nobody runs out of memory.
    private const long Small = 1L << 26;

    private readonly Mdp _mdp;
    private readonly LuFactorization _factorization;

    public FactorizedSystem(Mdp mdp)
    {
        long bytes = Bytes(mdp.States);
        if (mdp.States > Largest || (bytes > Small && bytes > FreeBytes() / 2))
        {
            string limit = mdp.States > Largest ? $"such a matrix has at most {Largest} rows"
                : FormattableString.Invariant($"at most half of the {FreeBytes() / 1e9:0.0} GB that are free is taken");
            throw new UserError(FormattableString.Invariant(
                $"the exact quantities of {mdp.States} states need {bytes / 1e9:0.0} GB of memory, for a matrix with a row for each, and {limit}"));
        }

        _mdp = mdp;
        _factorization = new LuFactorization(mdp.States);
    }

    /// <summary>Is told how much of a factorisation is done, from 0 to 1.</summary>
    public Action<double>? Progress { get; set; }

    /// <summary>Bytes of a system.</summary>
    public static long Bytes(int states) => sizeof(double) * (long)states * states;

    public override void Prepare(TabularPolicy policy)
    {
        int states = _mdp.States;
        Span<double> system = _factorization.Matrix;
        system.Clear();
        for (int s = 0; s < states; s++)
        {
            Span<double> row = system.Slice(s * states, states);
            row[s] = 1;
            ReadOnlySpan<double> pi = policy.At(s);
            for (int a = 0; a < pi.Length; a++)
            {
                double weight = _mdp.Discount * pi[a];
                if (weight == 0)
                {
                    continue;
                }

                ReadOnlySpan<int> next = _mdp.NextStates((s * pi.Length) + a);
                ReadOnlySpan<double> probability = _mdp.NextProbabilities((s * pi.Length) + a);
                for (int k = 0; k < next.Length; k++)
                {
                    row[next[k]] -= weight * probability[k];
                }
            }
        }

        _factorization.Factor(Progress);
    }

    public override void Solve(Span<double> b) => _factorization.Solve(b);

    public override void SolveTransposed(Span<double> b) => _factorization.SolveTransposed(b);

    // A collection brings the numbers up to date.
    private static long FreeBytes()
    {
        GC.Collect();
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        return memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes;
    }
}
