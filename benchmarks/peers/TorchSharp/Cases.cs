using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dyad.Peers;

/// <summary>The cases of <c>dyad bench</c> in TorchSharp: those of updates.py that need no second derivatives.</summary>
internal static class Cases
{
    private const int Observation = 17, Action = 6;

    /// <summary>The case of a row's name; null where there is none.</summary>
    public static Action? Create(string name)
    {
        string[] parts = name.Split('-');
        if (parts.Length < 3 || parts[0] is not ("matmul" or "sac" or "ddpg" or "act") || !parts[1].Contains('x', StringComparison.Ordinal))
        {
            return null;
        }

        int[] shape = [.. parts[1].Split('x').Select(x => int.Parse(x, CultureInfo.InvariantCulture))];
        if (parts[0] == "matmul")
        {
            return Product(shape[0], shape[1], shape[2], parts[2]);
        }

        int batch = int.Parse(parts[2][1..], CultureInfo.InvariantCulture);
        Action run = parts[0] == "sac" ? Sac(shape[0], batch) : parts[0] == "ddpg" ? Ddpg(shape[0], batch) : Act(shape[0]);
        return () =>
        {
            using DisposeScope scope = NewDisposeScope();
            run();
        };
    }

    private static Action Product(int m, int n, int k, string layout)
    {
        Tensor a = layout[0] == 't' ? rand(k, m).t() : rand(m, k), b = layout[1] == 't' ? rand(n, k).t() : rand(k, n);
        return () => mm(a, b).Dispose();
    }

    private static Sequential Network(params int[] sizes)
    {
        var layers = new List<nn.Module<Tensor, Tensor>>();
        for (int i = 0; i + 1 < sizes.Length; i++)
        {
            layers.Add(nn.Linear(sizes[i], sizes[i + 1]));
            if (i + 2 < sizes.Length)
            {
                layers.Add(nn.ReLU());
            }
        }

        return nn.Sequential([.. layers]);
    }

    private static (Tensor S, Tensor A, Tensor R, Tensor Next, Tensor Done) Data(int batch) =>
        ((rand(batch, Observation) * 2) - 1, (rand(batch, Action) * 2) - 1, (rand(batch, 1) * 2) - 1, (rand(batch, Observation) * 2) - 1, zeros(batch, 1));

    private static (Tensor Action, Tensor Density) Sample(Sequential actor, Tensor s)
    {
        Tensor[] heads = actor.call(s).chunk(2, -1);
        Tensor log = heads[1].clamp(-20, 2), noise = randn_like(heads[0]), u = heads[0] + (log.exp() * noise);
        Tensor density = ((-0.5 * noise.square()) - log - (0.5 * Math.Log(2 * Math.PI))).sum(-1, keepdim: true);
        density -= (2 * (Math.Log(2) - u - nn.functional.softplus(-2 * u))).sum(-1, keepdim: true);
        return (u.tanh(), density);
    }

    private static void Require(IEnumerable<Parameter> parameters, bool gradient)
    {
        foreach (Parameter p in parameters)
        {
            p.requires_grad_(gradient);
        }
    }

    private static void Average(Parameter[] target, Parameter[] source)
    {
        using IDisposable none = no_grad();
        for (int i = 0; i < target.Length; i++)
        {
            target[i].lerp_(source[i], 0.005);
        }
    }

    private static Action Sac(int width, int batch)
    {
        int[] sizes = [Observation + Action, width, width, 1];
        Sequential actor = Network(Observation, width, width, 2 * Action);
        Sequential q1 = Network(sizes), q2 = Network(sizes), t1 = Network(sizes), t2 = Network(sizes);
        Parameter[] critic = [.. q1.parameters(), .. q2.parameters()], target = [.. t1.parameters(), .. t2.parameters()];
        Require(target, false);
        var logAlpha = new Parameter(full(1, Math.Log(0.2)));
        optim.Optimizer criticAdam = optim.Adam(critic, 1e-3), actorAdam = optim.Adam(actor.parameters(), 1e-3), alphaAdam = optim.Adam([logAlpha], 1e-3);
        (Tensor s, Tensor a, Tensor r, Tensor next, Tensor done) = Data(batch);
        Tensor sa = cat([s, a], -1);
        return () =>
        {
            Tensor y;
            using (no_grad())
            {
                (Tensor a2, Tensor log2) = Sample(actor, next);
                Tensor x2 = cat([next, a2], -1);
                y = r + (0.99 * (1 - done) * (minimum(t1.call(x2), t2.call(x2)) - (logAlpha.exp() * log2)));
            }

            criticAdam.zero_grad();
            ((q1.call(sa) - y).square().mean() + (q2.call(sa) - y).square().mean()).backward();
            criticAdam.step();
            actorAdam.zero_grad();
            Require(critic, false);
            (Tensor a1, Tensor log1) = Sample(actor, s);
            Tensor x1 = cat([s, a1], -1);
            ((logAlpha.detach().exp() * log1) - minimum(q1.call(x1), q2.call(x1))).mean().backward();
            actorAdam.step();
            Require(critic, true);
            alphaAdam.zero_grad();
            (-(logAlpha * (log1.detach() - Action).mean())).sum().backward();
            alphaAdam.step();
            Average(target, critic);
        };
    }

    private static Action Ddpg(int width, int batch)
    {
        int[] sizes = [Observation + Action, width, width, 1], policy = [Observation, width, width, Action];
        Sequential actor = Network(policy), q = Network(sizes), targetActor = Network(policy), targetQ = Network(sizes);
        Parameter[] critic = [.. q.parameters()], source = [.. critic, .. actor.parameters()], target = [.. targetQ.parameters(), .. targetActor.parameters()];
        Require(target, false);
        optim.Optimizer criticAdam = optim.Adam(critic, 1e-3), actorAdam = optim.Adam(actor.parameters(), 1e-3);
        (Tensor s, Tensor a, Tensor r, Tensor next, Tensor done) = Data(batch);
        Tensor sa = cat([s, a], -1);
        return () =>
        {
            Tensor y;
            using (no_grad())
            {
                y = r + (0.99 * (1 - done) * targetQ.call(cat([next, targetActor.call(next).tanh()], -1)));
            }

            criticAdam.zero_grad();
            (q.call(sa) - y).square().mean().backward();
            criticAdam.step();
            actorAdam.zero_grad();
            Require(critic, false);
            (-q.call(cat([s, actor.call(s).tanh()], -1)).mean()).backward();
            actorAdam.step();
            Require(critic, true);
            Average(target, source);
        };
    }

    private static Action Act(int width)
    {
        Sequential actor = Network(Observation, width, width, 2 * Action);
        Tensor s = rand(1, Observation);
        return () =>
        {
            using IDisposable none = no_grad();
            Tensor[] heads = actor.call(s).chunk(2, -1);
            (heads[0] + (heads[1].clamp(-20, 2).exp() * randn_like(heads[0]))).tanh();
        };
    }
}
