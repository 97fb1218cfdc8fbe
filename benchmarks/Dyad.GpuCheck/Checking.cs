using Dyad.Algorithms;
using Dyad.Gpu;

namespace Dyad.GpuCheck;

/// <summary>One update on the device against the same on the processor.</summary>
internal static class Checking
{
    public static int Run(string[] args)
    {
        int width = Samples.Number(args, "width", 256), batch = Samples.Number(args, "batch", 100);
        using var host = new GpuHost(Samples.Open(args));
        Console.WriteLine($"device {host.Name}");
        bool good = true;
        foreach (string method in (args.FirstOrDefault(arg => arg.StartsWith("methods=", StringComparison.Ordinal)) ?? "methods=sac,ddpg,td3")["methods=".Length..].Split(','))
        {
            GameAgent there = Samples.Agent(method, 1, width, batch), here = Samples.Agent(method, 1, width, batch);
            using AgentPlace place = host.Seat(there, 1);
            for (int update = 1; update <= 2; update++)
            {
                there.Update();
                here.Update();
            }

            there.Device.Pull();
            foreach ((AgentNetwork x, AgentNetwork y) in here.Networks.Zip(there.Networks))
            {
                Tell($"{x.Name} after two updates", x.Parameters.Values, y.Parameters.Values, 1e-4);
            }

            Tell("critic's gradient", here.Rule.Critic.Values, place.Seat.Values(there.Rule.Critic), 1e-6);
            Tell("actor's direction", here.Rule.Actor.Values, place.Seat.Values(there.Rule.Actor), method.EndsWith("samples", StringComparison.Ordinal) ? 1e-4 : 2e-6);

            void Tell(string what, ReadOnlySpan<float> x, ReadOnlySpan<float> y, double bound)
            {
                double relative = Distance(x, y) / Math.Max(1e-30, Distance(x, new float[x.Length]));
                good &= relative <= bound;
                Console.WriteLine($"checked {method} {what}: {relative:0.0e+0} relative{(relative <= bound ? "" : $", more than {bound:0.0e+0}")}");
            }
        }

        return good ? 0 : 1;
    }

    private static double Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += ((double)x[i] - y[i]) * ((double)x[i] - y[i]);
        }

        return Math.Sqrt(sum);
    }
}
