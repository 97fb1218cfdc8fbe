using System.Diagnostics;
using Dyad.Algorithms;
using Dyad.Environments;
using Dyad.Gpu;
using Dyad.Numerics;

string device = args.Length > 0 ? args[0] : "cpu";
int agents = args.Length > 1 ? int.Parse(args[1]) : 3;
int width = args.Length > 2 ? int.Parse(args[2]) : 16;
using var host = new GpuHost(device == "gpu" ? GpuDevice.Open() : GpuDevice.OfProcessor());
Console.WriteLine(host.Name);
GameAgent Make(int seed)
{
    var options = new SacOptions { HiddenWidth = width, BatchSize = 20, RandomSteps = 30, UpdateAfter = 30 };
    var agent = Sac.Agent(5, 2, options, new RandomStream(seed));
    return agent;
}
void Steps(GameAgent agent, int seed, int from, int count)
{
    var random = new RandomStream(seed + 1000).Split($"{from}");
    double[] s = new double[5], a = new double[2], next = new double[5];
    for (int i = 0; i < count; i++)
    {
        for (int j = 0; j < 5; j++) { s[j] = random.Normal(); next[j] = random.Normal(); }
        agent.Act(s, a, true);
        agent.Observe(s, a, [new StepResult(random.Normal(), false, false)], next);
    }
}
GameAgent[] reference = [.. Enumerable.Range(0, agents).Select(Make)];
GameAgent[] many = [.. Enumerable.Range(0, agents).Select(Make)];
for (int i = 0; i < agents; i++) { Steps(reference[i], i, 0, 33); }
var watch = Stopwatch.StartNew();
var places = many.Select(agent => host.Seat(agent, agents)).ToArray();
Console.WriteLine($"seated {watch.Elapsed.TotalSeconds:0.00}"); watch.Restart();
var threads = many.Select((agent, i) => new Thread(() => { Steps(agent, i, 0, 33); agent.Device.Pull(); })).ToArray();
foreach (var t in threads) t.Start();
foreach (var t in threads) t.Join();
Console.WriteLine($"steps {watch.Elapsed.TotalSeconds:0.00}");
for (int i = 0; i < agents; i++)
{
    double worst = 0, size = 0;
    foreach (var (x, y) in reference[i].Networks.Zip(many[i].Networks))
    {
        var px = x.Parameters.Values; var py = y.Parameters.Values;
        for (int j = 0; j < px.Length; j++) { worst = Math.Max(worst, Math.Abs(px[j] - py[j])); size = Math.Max(size, Math.Abs(px[j])); }
    }
    Console.WriteLine($"agent {i}: {worst:g3} of {size:g3}");
}
