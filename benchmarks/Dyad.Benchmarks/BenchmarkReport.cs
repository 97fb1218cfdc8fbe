namespace Dyad.Benchmarks;

/// <summary>What <c>bench --json</c> writes.</summary>
/// <param name="Machine">Where it was measured.</param>
/// <param name="Rows">The figures.</param>
public sealed record BenchmarkReport(BenchmarkMachine Machine, IReadOnlyList<BenchmarkRow> Rows);

/// <summary>The machine of a report.</summary>
/// <param name="Processor">Its name.</param>
/// <param name="Cores">That the process sees.</param>
/// <param name="VectorBits">Width of its vectors.</param>
/// <param name="PeakGflops">What one core reaches from registers alone, in float.</param>
/// <param name="Runtime">Version of .NET.</param>
/// <param name="System">Operating system.</param>
public sealed record BenchmarkMachine(string Processor, int Cores, int VectorBits, double PeakGflops, string Runtime, string System);
