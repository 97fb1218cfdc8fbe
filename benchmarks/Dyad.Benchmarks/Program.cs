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

if (args.Contains("--profile"))
{
    var sac = new SacUpdate(int.Parse(args[^1], CultureInfo.InvariantCulture), 100);
    for (int i = 0; i < 3000; i++) sac.Run();
    foreach (var program in new[] { sac.Programs.Critic, sac.Programs.Actor, sac.HessianAgain })
    {
        double total = 0;
        foreach (var instruction in program.Instructions)
        {
            var t = new double[201];
            for (int s = 0; s < t.Length; s++)
            {
                long start = System.Diagnostics.Stopwatch.GetTimestamp();
                for (int r = 0; r < 5; r++) instruction.Run();
                t[s] = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMicroseconds / 5;
            }
            Array.Sort(t);
            total += t[100];
            Console.WriteLine($"{t[100],8:F2} {instruction.Describe()}");
        }
        Console.WriteLine($"total {total:F1}");
    }
    sac.ProfileRest();
}
