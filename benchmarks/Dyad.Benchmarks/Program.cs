using System.Globalization;
using Dyad.Benchmarks;

IReadOnlyList<BenchmarkCase> cases = (args.FirstOrDefault() ?? "kernels") == "kernels" ? KernelCases.Create() : UpdateCases.Create();
foreach (BenchmarkRow row in Harness.Measure(cases))
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{row.Name,-28} {row.Median,9:F2} {row.Unit}  floor {row.Floor,8:F2}  {row.Floor / row.Median,6:P0}"));
}
if (args.Contains("--programs"))
{
    var sac = new SacUpdate(256, 100);
    Console.WriteLine($"critic {sac.Programs.Critic.InstructionCount} instr {sac.Programs.Critic.ProductCount} prod; actor {sac.Programs.Actor.InstructionCount} {sac.Programs.Actor.ProductCount}; hvp {sac.HessianAgain.InstructionCount} {sac.HessianAgain.ProductCount}; MFLOP {sac.Flop / 1e6} {sac.HessianAgain.ProductFlop / 1e6}");
}
