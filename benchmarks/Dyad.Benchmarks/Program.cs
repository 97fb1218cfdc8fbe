using Dyad.Benchmarks;

return Suite.Run(args.FirstOrDefault(x => x != "--json"), args.Contains("--json"), Console.Out);
