// Inventory, twice: orders as any amount in [0, 40], learned by TD3, and as packs, learned by DQN; both against the best rule of the
// form "order up to S". Run it with: dotnet run -c Release [STEPS]
using Dyad.Algorithms;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

long steps = args.Length > 0 ? long.Parse(args[0]) : 12_000;
IEnvironment Amounts() => new TimeLimit(new Shop(discrete: false), 60);
IEnvironment Packs() => new TimeLimit(new Shop(discrete: true), 60);

var td3 = new Td3Options { HiddenWidth = 32, BatchSize = 64, RandomSteps = 1000, UpdateAfter = 1000, Discount = 0.95 };
Policy amounts = Train(Td3.Agent(2, 1, td3, new RandomStream(0)), () => new RescaleAction(Amounts()), "amounts.safetensors");
var dqn = new DqnOptions { HiddenWidth = 32, BatchSize = 64, UpdateAfter = 1000, Discount = 0.95, ExplorationSteps = 4000 };
Policy packs = Train(new Dqn(2, actionCount: 9, dqn, new RandomStream(0)), Packs, "packs.safetensors");

using IEnvironment byAmounts = Amounts(), byPacks = Packs();
(double best, int target) = Enumerable.Range(10, 41).Select(s => (Evaluation.Play(byAmounts, new OrderUpTo(s), episodes: 50, seed: 1000).Mean, s)).Max();
Console.WriteLine($"amounts {Evaluation.Play(byAmounts, amounts, 50, seed: 1000).Mean:0.0}, packs {Evaluation.Play(byPacks, packs, 50, seed: 1000).Mean:0.0}, "
    + $"order up to {target}: {best:0.0}");

double[] order = new double[1];
amounts.Act([12 / 80.0, 0], order);
Console.WriteLine($"12 pieces left and none under way: order {order[0]:0.0}");

// Trains, and comes back with the best policy, which acts in the task's own units.
Policy Train(IAgent agent, Func<IEnvironment> task, string file)
{
    using var training = new AgentTraining(agent, task, task(), evaluationEpisodes: 20, seed: 0);
    while (training.Step < steps)
    {
        training.Advance();
        if (training.Step % 1000 == 0)
            training.Measure(new Nowhere());
    }

    training.SavePolicies(".");
    File.Move("policy-best.safetensors", file, overwrite: true);
    return Policy.Load(file);
}

/// <summary>Orders what is missing to S pieces on the shelf and under way.</summary>
internal sealed class OrderUpTo(int target) : IPolicy
{
    public AgentTask Task { get; } = new(2, new Box([0], [40])) { KeepsOwnActions = true };

    public void Act(ReadOnlySpan<double> observation, Span<double> action) =>
        action[0] = Math.Clamp(target - (80 * observation[0]) - (40 * observation[1]), 0, 40);
}

/// <summary>Metrics that nobody reads: measuring finds the best policy.</summary>
internal sealed class Nowhere : Dyad.Core.IMetrics
{
    public void Record(string name, double value)
    {
    }
}
