using System.Diagnostics;
using Dyad.Algorithms;
using Dyad.Gpu;

namespace Dyad.GpuCheck;

/// <summary>Times of an agent's update on the device: the same list of requests for many agents, without their environments.</summary>
internal static class Measuring
{
    public static int Run(Arguments arguments)
    {
        (int width, int batch, int[] counts) = (arguments.Width, arguments.Batch, arguments.Agents);
        using var host = new GpuHost(arguments.Open());
        Console.WriteLine($"device {host.Name}");
        foreach (string method in arguments.Methods ?? ["sac"])
        {
            GameAgent agent = Samples.Agent(method, 1, width, batch);
            var watch = Stopwatch.StartNew();
            using AgentPlace place = host.Seat(agent, counts.Max());
            AgentGroup group = place.Seat.Group;
            agent.Update();
            agent.Device.Finish();
            Console.WriteLine($"{method}: first update after {watch.Elapsed.TotalSeconds:0.00} s, block {group.Pitch * 4 / 1e6:0.0} MB");
            agent.Update();
            foreach (int n in counts)
            {
                group.Measure(place.Seat, n, 2);
                double seconds = group.Measure(place.Seat, n, arguments.Repeats);
                Console.WriteLine($"measured {method} width={width} batch={batch} agents={n} us_per_agent_update={seconds / n * 1e6:0.00}");
            }

            if (arguments.Operations)
            {
                foreach (int n in counts.TakeLast(arguments.Each ? counts.Length : 1))
                {
                    group.Times = [];
                    group.Measure(place.Seat, n, 3);
                    group.Times.Clear();
                    group.Measure(place.Seat, n, 5);
                    Console.WriteLine($"operations of {method}, {n} agents: times an update, us each for all agents, share");
                    double all = group.Times.Values.Sum(x => x.Seconds);
                    foreach ((string name, (long count, double seconds)) in group.Times.OrderByDescending(x => x.Value.Seconds).Take(45))
                    {
                        Console.WriteLine($"  {name,-36} {count / 5,4} x {seconds / count * 1e6,8:0.0} {seconds / all,6:0.0%}");
                    }

                    Console.WriteLine($"  all {group.Times.Values.Sum(x => x.Count) / 5}: {all / 5 * 1e6:0} us, one after the other");
                    group.Times = null;
                }
            }
        }

        return 0;
    }
}
