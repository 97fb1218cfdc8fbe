// A thermostat that learns: an own task with real-valued actions, trained in the background, stopped with Ctrl-C, gone on with by
// calling it again, and acting without an agent. Run it with: dotnet run -c Release [STEPS]
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

long steps = args.Length > 0 ? long.Parse(args[0]) : 12_000;

// Ten hours an episode; the house has no end of its own.
IEnvironment Bare() => new TimeLimit(new House(), 120);
IEnvironment Task() => new RescaleAction(Bare());

if (EnvironmentChecker.Check(() => new House()).FirstOrDefault(finding => finding.Problem is not null) is { } wrong)
    throw new InvalidOperationException($"{wrong.Rule}: {wrong.Problem}");

// Everything that determines the run; the folder is never continued with another one.
var method = MethodCatalog.Agent("sac").With([("hidden_width", "64"), ("batch_size", "64"), ("random_steps", "500"), ("update_after", "500"),
    ("actor_learning_rate", "0.001"), ("critic_learning_rate", "0.001"), ("discount", "0.95")]);
var config = new RunConfig(
    MethodConfig.Of(method.Id, method.Options), new TaskConfig("House", 120), new TrainingConfig(Seed: 0), new MeasuringConfig(Every: 2000, EvaluationEpisodes: 5));
var run = new Run(
    config,
    () => new AgentTraining(method.Create(AgentTask.Of(Task()), new RandomStream(0).Split("agent")), Task, Task(), evaluationEpisodes: 5, seed: 0),
    steps,
    Export: (learner, folder) => ((AgentTraining)learner).SavePolicies(folder));

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
var loop = new RunLoop(TimeProvider.System, BuildIdentity.Of(), Environment.MachineName, checkpointInterval: TimeSpan.FromMinutes(1));
try
{
    await System.Threading.Tasks.Task.Run(() => loop.Execute(
        new RunDirectory("runs/house"), run,
        progress => Console.WriteLine($"step {progress.Step} of {progress.Steps}: return {progress.Row.FirstOrDefault(x => x.Name == "eval/return").Value:0}"),
        Console.Error.WriteLine, stop.Token));
}
catch (OperationCanceledException)
{
    Console.WriteLine("stopped; call it again to go on");
    return;
}

// The policy alone, in kilowatts, against a thermostat of the shop: full power below 21 degrees, none above.
var policy = Policy.Load("runs/house/policy-best.safetensors");
using IEnvironment house = Bare();
double learned = Evaluation.Play(house, policy, episodes: 20, seed: 1000).Mean;
double shop = Evaluation.Play(house, new Shop(policy.Task), episodes: 20, seed: 1000).Mean;
Console.WriteLine($"learned {learned:0.0}, on and off {shop:0.0}");

double[] observation = [-0.3, -2.6, 1, 0], power = new double[1];
policy.Act(observation, power);
Console.WriteLine($"18 degrees inside at midnight, -5 outside: {power[0]:0.00} kW");

/// <summary>On below 21 degrees, off above.</summary>
internal sealed class Shop(AgentTask task) : IPolicy
{
    public AgentTask Task => task;

    public void Act(ReadOnlySpan<double> observation, Span<double> action) => action[0] = observation[0] < 0 ? 3 : 0;
}
