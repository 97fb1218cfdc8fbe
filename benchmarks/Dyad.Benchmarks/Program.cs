using System.Globalization;
using Dyad.Benchmarks;

foreach (BenchmarkRow row in Harness.Measure(KernelCases.Create()))
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{row.Name,-28} {row.Median,9:F2} {row.Unit}  floor {row.Floor,8:F2}  {row.Floor / row.Median,6:P0}"));
}
