namespace Dyad.Tabular;

/// <summary>The |S| x |S| system I - gamma P_pi of one policy after the other, with P_pi = Pi P.</summary>
internal abstract class PolicySystem
{
    /// <summary>Prepares the system of a policy.</summary>
    public abstract void Prepare(TabularPolicy policy);

    /// <summary>Solves (I - gamma P_pi) x = b in place.</summary>
    public abstract void Solve(Span<double> b);

    /// <summary>Solves (I - gamma P_pi') x = b in place.</summary>
    public abstract void SolveTransposed(Span<double> b);
}
