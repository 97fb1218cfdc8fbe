using System.Text;
using System.Text.Json;
using Dyad.Algorithms;
using Dyad.Core;
using Dyad.Gpu;

namespace Dyad.GpuCheck;

/// <summary>All that scripts/gpu.sh tells, as a document and as a page.</summary>
internal static class Report
{
    private static readonly string[] Methods = ["sac", "stsac-al"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static int Write(string folder, Arguments arguments)
    {
        (int seeds, int width, int batch) = (arguments.Seeds, arguments.Width, arguments.Batch);
        int[] counts = arguments.OnProcessor ? [2] : arguments.Agents;
        Directory.CreateDirectory(folder);
        var times = new List<(string Method, int Agents, double Microseconds)>();
        var operations = new List<(string Name, double Count, double Microseconds)>();
        string device;
        using (var host = new GpuHost(arguments.Open()))
        {
            device = host.Name;
            foreach (string method in Methods)
            {
                GameAgent agent = Samples.Agent(method, 1, width, batch);
                using AgentPlace place = host.Seat(agent, counts.Max());
                AgentGroup group = place.Seat.Group;
                agent.Update();
                agent.Device.Finish();
                agent.Update();
                foreach (int n in counts)
                {
                    group.Measure(place.Seat, n, 3);
                    times.Add((method, n, Enumerable.Range(0, 5).Select(_ => group.Measure(place.Seat, n, 10)).Order().ElementAt(2) / n * 1e6));
                    Console.WriteLine($"{method}, {n} agents: {times[^1].Microseconds:0.0} us an agent-update");
                }

                if (method == "sac")
                {
                    group.Times = [];
                    group.Measure(place.Seat, counts[^1], 5);
                    operations.AddRange(group.Times.OrderByDescending(x => x.Value.Seconds).Take(12).Select(x => (x.Key, x.Value.Count / 5.0, x.Value.Seconds / x.Value.Count * 1e6)));
                    group.Times = null;
                }
            }
        }

        IReadOnlyList<Checking.Difference> differences = Checking.All(arguments, ["sac", "ddpg", "td3", "stsac-al", "res-sac"]);
        IReadOnlyList<Curves.Point> curves = Curves.Of(seeds, arguments.OnProcessor);
        string build = BuildIdentity.Of(typeof(GpuHost).Assembly).ToString();
        string machine = $"{device} beside {Environment.ProcessorCount} cores of {Processor.Name}";
        File.WriteAllText(Path.Combine(folder, "gpu.json"), JsonSerializer.Serialize(
            new
            {
                Device = device,
                Machine = machine,
                Build = build,
                Batch = batch,
                Width = width,
                Updates = times.Select(x => new { x.Method, x.Agents, MicrosecondsAnAgentUpdate = Math.Round(x.Microseconds, 2) }),
                Operations = operations.Select(x => new { x.Name, x.Count, Microseconds = Math.Round(x.Microseconds, 1) }),
                Differences = differences,
                Seeds = seeds,
                Curves = curves,
            },
            Indented) + "\n");
        var page = new StringBuilder();
        page.Append(
            $"""
            # Many agents on one GPU: measured

            By `scripts/gpu.sh`, on {machine}; build {build}. What it is: [gpu.md](../gpu.md). All numbers: [gpu-measured.json](../gpu-measured.json).

            Microseconds an agent-update, without environments ({width} x {width}, batch {batch}, 17 observations, 6 actions; STSAC-AL with ten steps of conjugate gradient, none of which is left out), median of five:

            | method | {string.Join(" | ", counts.Select(n => $"{n} agents"))} |
            |---|{string.Concat(counts.Select(_ => "---|"))}
            {string.Join('\n', Methods.Select(method => $"| {method} | {string.Join(" | ", times.Where(x => x.Method == method).Select(x => $"{x.Microseconds:0.0}"))} |"))}

            What a SAC update of {counts[^1]} agents spends its time on, each operation alone and waited for:

            | operation | times | us for all agents |
            |---|---|---|
            {string.Join('\n', operations.Select(x => $"| {x.Name} | {x.Count:0} | {x.Microseconds:0} |"))}

            After two updates, relative differences from the processor:

            | method | what | difference |
            |---|---|---|
            {string.Join('\n', differences.Where(x => x.Relative > 0).Select(x => $"| {x.Method} | {x.What} | {x.Relative:0.0e+0} |"))}

            SAC on Pendulum-v1, {seeds} seeds on the GPU and {seeds} on the processor, mean return of evaluations; apart at the level of 1 % where |t| > 2.66 or the distance of both distributions is over {1.63 * Math.Sqrt(2.0 / seeds):0.00}:

            | step | GPU | processor | Welch's t | distance | apart |
            |---|---|---|---|---|---|
            {string.Join('\n', curves.Select(x => $"| {x.Step} | {x.Gpu:0.0} | {x.Processor:0.0} | {x.Welch:0.00} | {x.Distance:0.00} | {(Curves.AreApart(x, seeds) ? "yes" : "no")} |"))}

            """);
        File.WriteAllText(Path.Combine(folder, "gpu.md"), page.ToString());
        Console.WriteLine(page);
        return differences.Any(x => x.Relative > x.Bound) || curves.Any(x => Curves.AreApart(x, seeds)) ? 1 : 0;
    }
}
